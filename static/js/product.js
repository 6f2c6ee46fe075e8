// A size or colour chosen: price, day and quantities follow it. Without script the form works as it is.
const form = document.querySelector("[data-buy]");

form?.addEventListener("change", (event) => {
  const choice = event.target;
  if (choice.name !== "product_id" || !choice.dataset.price) return;
  write("[data-buy-price]", choice.dataset.price);
  write("[data-buy-promise]", choice.dataset.promise);
  const quantity = form.elements.quantity;
  quantity.min = choice.dataset.least;
  quantity.max = choice.dataset.most;
  quantity.value = Math.min(Math.max(quantity.value, quantity.min), quantity.max);
});

function write(selector, words) {
  for (const place of document.querySelectorAll(selector)) place.textContent = words;
}

// A thumbnail brings its picture into view without moving the page.
for (const thumb of document.querySelectorAll(".gallery__thumb")) {
  thumb.addEventListener("click", (event) => {
    const slide = document.getElementById(thumb.hash.slice(1));
    if (!slide) return;
    event.preventDefault();
    const slides = slide.parentElement;
    slides.scrollTo({ left: slide.offsetLeft - slides.offsetLeft, behavior: "smooth" });
  });
}
