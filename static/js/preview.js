// Some seconds of a song, one at a time, wherever a page offers them.

const player = new Audio();
let playing = null;

function stop() {
  player.pause();
  playing?.setAttribute("aria-pressed", "false");
  playing = null;
}

function play(button) {
  stop();
  playing = button;
  button.setAttribute("aria-pressed", "true");
  player.src = button.dataset.preview;
  player.play().catch(() => playing === button && stop());
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.("[data-preview]");
  if (button) button === playing ? stop() : play(button);
});

// a song of the first page: a line moves over the picture of what is heard in it
player.addEventListener("timeupdate", () => {
  const sample = playing?.closest("[data-sample]");
  const part = (player.currentTime - sample?.dataset.begins) / sample?.dataset.seconds;
  sample?.style.setProperty("--played", Math.min(1, Math.max(0, part)));
});

player.addEventListener("ended", stop);
// closing a dialog does not bubble
document.addEventListener("close", stop, true);
document.addEventListener("htmx:afterSwap", () => playing?.isConnected === false && stop());
