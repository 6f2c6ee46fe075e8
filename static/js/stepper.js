// Plus and minus beside a number field: [data-stepper] holds the field and buttons with data-step.
export function steppers(root) {
  for (const box of root.querySelectorAll("[data-stepper]:not([data-ready])")) {
    const field = box.querySelector("input");
    box.dataset.ready = "";
    box.addEventListener("click", (event) => {
      const button = event.target.closest("[data-step]");
      if (!button) return;
      const wanted = Number(field.value || 0) + Number(button.dataset.step);
      const least = Number(field.min || 0);
      const most = field.max ? Number(field.max) : Infinity;
      field.value = Math.min(Math.max(wanted, least), most);
      field.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }
}
