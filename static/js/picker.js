// The dialog in which a song is chosen.

const dialog = document.getElementById("picker");
const player = new Audio();
let playing = null;

function pause() {
  player.pause();
  if (!playing) return;
  playing.removeAttribute("data-playing");
  playing.setAttribute("aria-label", playing.dataset.hear);
  playing = null;
}

function play(link) {
  playing = link;
  link.dataset.playing = "";
  link.dataset.hear = link.getAttribute("aria-label");
  link.setAttribute("aria-label", link.dataset.pause);
  player.src = link.href;
  player.play().catch(pause);
}

function move(step) {
  const stops = [...dialog.querySelectorAll("input[type=search], [data-song]")];
  const next = stops.indexOf(document.activeElement) + step;
  stops[Math.max(0, Math.min(next, stops.length - 1))].focus();
}

player.addEventListener("ended", pause);

document.addEventListener("htmx:load", ({ detail: { elt } }) => {
  if (elt.parentElement !== dialog || !elt.matches(".picker")) return;
  if (!dialog.open) dialog.showModal();
  const error = elt.querySelector("[role=alert]");
  // a focused search field would raise a phone's keyboard over the list
  const first = matchMedia("(pointer: coarse)").matches ? "h2" : "input[type=search]";
  (error.hidden ? elt.querySelector(first) : error).focus();
});

dialog.addEventListener("htmx:afterRequest", ({ detail }) => {
  const { xhr, successful, requestConfig } = detail;
  const isAnswer = successful && requestConfig.verb === "post" && !xhr.getResponseHeader("HX-Retarget");
  if (!isAnswer || !dialog.open) return;
  dialog.close();
  document.querySelector(detail.elt.getAttribute("hx-target")).focus();
});

dialog.addEventListener("close", pause);

dialog.addEventListener("click", (event) => {
  const preview = event.target.closest("[data-preview]");
  if (preview) {
    event.preventDefault();
    const wasPlaying = preview === playing;
    pause();
    if (!wasPlaying) play(preview);
  } else if (event.target === dialog || event.target.closest("[data-close]")) {
    event.preventDefault();
    dialog.close();
  }
});

dialog.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const inSearch = event.target.matches("input[type=search]");
  if (step || (event.key === "Enter" && inSearch)) {
    event.preventDefault();
    move(step ?? 1);
  }
});
