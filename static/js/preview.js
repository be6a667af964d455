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

player.addEventListener("ended", stop);
// closing a dialog does not bubble
document.addEventListener("close", stop, true);
document.addEventListener("htmx:afterSwap", () => playing?.isConnected === false && stop());
