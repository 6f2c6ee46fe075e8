// A short note that htmx puts into #toast goes away by itself.
export function toasts(root) {
  const place = root.getElementById("toast");
  if (!place) return;
  let timer;
  new MutationObserver(() => {
    clearTimeout(timer);
    if (place.childElementCount) timer = setTimeout(() => place.replaceChildren(), 6000);
  }).observe(place, { childList: true });
}
