// A field that was refused and now holds something fitting is shown so at once: its mark and message
// go, and so does its line in the summary on top. The server still has the last word.
export function corrections(root) {
  for (const event of ["input", "change"]) {
    root.addEventListener(event, ({ target }) => {
      if (target.matches?.("input, select, textarea") && fits(target)) correct(target);
    });
  }
}

function fits(control) {
  return control.value.trim() !== "" && control.validity.valid;
}

function correct(control) {
  const field = control.closest(".field");
  const errors = field ? [...field.querySelectorAll(".field__error")] : [];
  if (!errors.length && !control.hasAttribute("aria-invalid")) return;
  for (const each of field?.querySelectorAll("[aria-invalid]") ?? [control]) {
    each.removeAttribute("aria-invalid");
  }
  for (const error of errors) {
    for (const told of field.parentElement.querySelectorAll(`[aria-describedby~="${error.id}"]`)) {
      const others = told.getAttribute("aria-describedby").split(" ").filter((id) => id !== error.id);
      if (others.length) told.setAttribute("aria-describedby", others.join(" "));
      else told.removeAttribute("aria-describedby");
    }
    error.remove();
  }
  const own = new Set([control.id, ...[...(field?.querySelectorAll("[id]") ?? [])].map(({ id }) => id)]);
  for (const link of document.querySelectorAll('.error-summary a[href^="#"]')) {
    if (own.has(link.hash.slice(1))) link.closest("li")?.remove();
  }
  const summary = document.querySelector(".error-summary");
  if (summary && !summary.querySelector("li")) summary.remove();
}
