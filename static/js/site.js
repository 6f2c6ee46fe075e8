// Small comforts, bound by data-*; every page works without them.
import { corrections } from "./corrections.js";
import { shelves } from "./shelf.js";
import { steppers } from "./stepper.js";
import { toasts } from "./toast.js";

corrections(document);
shelves(document);
steppers(document);
toasts(document);
document.querySelector("[data-focus]")?.focus();
document.addEventListener("htmx:afterSwap", (event) => steppers(event.target));
