// The dialog in which a song is chosen.

const dialog = document.getElementById("picker");

function move(step) {
  const stops = [...dialog.querySelectorAll("input[type=search], [data-song]")];
  const next = stops.indexOf(document.activeElement) + step;
  stops[Math.max(0, Math.min(next, stops.length - 1))].focus();
}

// As soon as it is there: htmx:load comes later, and would open again what a quick Escape has closed.
dialog.addEventListener("htmx:afterSwap", ({ target }) => {
  if (target !== dialog) return; // only its songs are new
  if (!dialog.open) dialog.showModal();
  const error = dialog.querySelector("[role=alert]:not([hidden])");
  // a focused search field would raise a phone's keyboard over the list
  const first = matchMedia("(pointer: coarse)").matches ? "h2" : "input[type=search]";
  (error ?? dialog.querySelector(first)).focus();
});

dialog.addEventListener("htmx:afterRequest", ({ detail }) => {
  const { xhr, successful, requestConfig, elt } = detail;
  // other requests than answers aim at a part of the dialog itself
  const isAnswer = elt.getAttribute("hx-target")?.startsWith("#entry-") && !xhr.getResponseHeader("HX-Retarget");
  if (!isAnswer || !successful || requestConfig.verb !== "post" || !dialog.open) return;
  dialog.close();
  document.querySelector(elt.getAttribute("hx-target")).focus();
});

dialog.addEventListener("click", (event) => {
  if (event.target !== dialog && !event.target.closest("[data-close]")) return;
  event.preventDefault();
  dialog.close();
});

dialog.addEventListener("keydown", (event) => {
  const isEnter = event.key === "Enter" && event.target.matches("input[type=search]");
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key] ?? (isEnter ? 1 : 0);
  if (!step) return;
  event.preventDefault();
  move(step);
});
