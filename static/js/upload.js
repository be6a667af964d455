// A file goes off as soon as it is dropped or chosen; one that is too large does not go at all.

const dropOf = (event) => event.target.closest?.("[data-drop]");

function send(form) {
  const file = form.elements.audio.files[0];
  if (file?.size <= Number(form.dataset.maxBytes)) form.requestSubmit();
  else if (file) {
    const error = form.parentElement.querySelector("[role=alert]");
    error.textContent = form.dataset.tooLarge;
    error.hidden = false;
    error.focus();
    form.reset();
  }
}

document.addEventListener("change", (event) => {
  const form = dropOf(event);
  if (form) send(form);
});

for (const type of ["dragover", "dragleave", "drop"]) {
  document.addEventListener(type, (event) => {
    const form = dropOf(event);
    event.preventDefault(); // a file that misses the field must not replace the page
    form?.classList.toggle("is-over", type === "dragover");
    if (type !== "drop" || !form || !event.dataTransfer.files.length) return;
    const one = new DataTransfer();
    one.items.add(event.dataTransfer.files[0]);
    form.elements.audio.files = one.files;
    send(form);
  });
}

document.addEventListener("htmx:xhr:progress", (event) => {
  const bar = dropOf(event)?.querySelector("progress");
  if (!bar || !event.detail.lengthComputable) return;
  const { loaded, total } = event.detail;
  bar.hidden = false;
  bar.value = (100 * loaded) / total;
  // everything is sent: the server is looking at it, and nobody knows for how long
  if (loaded === total) bar.removeAttribute("value");
});

document.addEventListener("htmx:afterRequest", (event) => {
  const form = dropOf(event);
  if (!form) return;
  form.querySelector("progress").hidden = true;
  // the file stays chosen, and a button offers to send it once more
  form.classList.toggle("is-failed", !event.detail.successful);
});
