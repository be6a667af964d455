// A text to take along: shown only where the browser lets it be copied.

for (const button of document.querySelectorAll("[data-copy]")) button.hidden = !navigator.clipboard;

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value);
  const words = document.getElementById("copied-words").content.cloneNode(true);
  document.getElementById("copied").replaceChildren(words);
});
