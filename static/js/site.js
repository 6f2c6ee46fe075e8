// Small comforts, bound by data-*; every page works without them.
import { steppers } from "./stepper.js";
import { toasts } from "./toast.js";

steppers(document);
toasts(document);
document.querySelector("[data-focus]")?.focus();
document.addEventListener("htmx:afterSwap", (event) => steppers(event.target));
