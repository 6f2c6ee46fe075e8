// A group's phone screens: photos are made smaller before they are sent, and sheets are printed.
const LONGEST = 1800; // pixels; what is kept of a photo is not much larger
const SMALL_ENOUGH = 700_000; // bytes

bind(document);
document.querySelector("[data-print]")?.addEventListener("click", () => window.print());

function bind(root) {
  for (const input of root.querySelectorAll("[data-photo]")) {
    input.addEventListener("change", () => send(input));
  }
  for (const form of root.querySelectorAll("form[data-keep]")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      keepTrying(form);
    });
  }
}

// Where the signal is lost, the screen stays as it is, photo and words in it. The form carries a
// token, so that what did arrive is not noted twice when it is sent again.
async function keepTrying(form) {
  const lost = form.querySelector("[data-no-signal]");
  const note = form.querySelector("[data-photo-note]");
  if (form.dataset.underWay) return;
  form.dataset.underWay = "yes";
  if (lost) lost.hidden = true;
  if (note) note.hidden = false;
  try {
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form) });
    if (answer.status >= 500) throw new Error("the shop is not well");
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (answer.redirected) {
      show(page, answer.url);
      return;
    }
    const main = document.querySelector("main");
    main.replaceWith(page.querySelector("main"));
    bind(document.querySelector("main"));
    document.querySelector("[role=alert]")?.scrollIntoView();
  } catch {
    if (lost) {
      lost.hidden = false;
      lost.scrollIntoView({ block: "center" });
    }
  } finally {
    if (note) note.hidden = true;
    delete form.dataset.underWay;
    delete form.dataset.sending;
  }
}

// The next screen as it came: asked for again, it would no longer say what has just been noted.
function show(page, address) {
  history.pushState(null, "", address);
  document.title = page.title;
  document.body.replaceWith(page.body);
  bind(document);
  window.scrollTo(0, 0);
}

window.addEventListener("popstate", () => window.location.reload());

async function send(input) {
  const [file] = input.files;
  const form = input.form;
  if (!file || form.dataset.sending) return;
  form.dataset.sending = "yes";
  const note = form.querySelector("[data-photo-note]");
  if (note) note.hidden = false;
  try {
    const small = await smaller(file);
    if (small) {
      const box = new DataTransfer();
      box.items.add(small);
      input.files = box.files;
    }
  } catch {
    // A photo this browser cannot read is sent as it is: the shop reads more kinds.
  }
  form.requestSubmit();
}

// A village's signal is weak: ten megabytes become half of one. Null where nothing is won.
async function smaller(file) {
  if (file.size < SMALL_ENOUGH || !/^image\/(jpeg|png|webp)$/.test(file.type)) return null;
  const image = await createImageBitmap(file);
  const scale = Math.min(1, LONGEST / Math.max(image.width, image.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(image.width * scale);
  canvas.height = Math.round(image.height * scale);
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.86));
  return blob && blob.size < file.size ? new File([blob], "photo.jpg", { type: blob.type }) : null;
}

// Back from the next screen, the phone may show this one as it was: let it send again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sending]")) {
    delete form.dataset.sending;
    form.querySelector("[data-photo-note]").hidden = true;
  }
});
