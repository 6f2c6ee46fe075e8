// Buttons beside a shelf that moves sideways: [data-shelf] holds the list and buttons with data-turn.
// Without script the shelf scrolls by hand and by keyboard, and the buttons stay hidden.
export function shelves(root) {
  for (const frame of root.querySelectorAll("[data-shelf]:not([data-ready])")) {
    const list = frame.querySelector("ul");
    const buttons = [...frame.querySelectorAll("[data-turn]")];
    frame.dataset.ready = "";

    const show = () => {
      const furthest = list.scrollWidth - list.clientWidth - 2;
      const ends = { "-1": list.scrollLeft <= 2, 1: list.scrollLeft >= furthest };
      for (const button of buttons) {
        const left = button === document.activeElement;
        button.hidden = ends[button.dataset.turn];
        // Whoever came to the end by keyboard stays at the shelf.
        if (left && button.hidden) buttons.find((other) => !other.hidden)?.focus();
      }
    };

    for (const button of buttons) {
      button.addEventListener("click", () => {
        const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
        const distance = Number(button.dataset.turn) * list.clientWidth * 0.9;
        list.scrollBy({ left: distance, behavior: calm ? "auto" : "smooth" });
      });
    }
    list.addEventListener("scroll", show, { passive: true });
    new ResizeObserver(show).observe(list);
  }
}
