// The songs of a page, each by its own button or one after the other; the bar below says what plays,
// and so does the lock screen. Buttons come and go with their cards: they are known by their ids.

const bar = document.getElementById("player-bar");
const audio = bar.querySelector("audio");
const part = (name) => bar.querySelector(`[data-player=${name}]`);
const session = navigator.mediaSession;
const SKIP_SECONDS = 10;
const RESTARTS_AFTER = 3;
let current = null; // the id of the button whose song is in the bar
let goesOn = false; // whether the next song follows by itself
let awaits = false; // whether it is fetched

const buttons = () => [...document.querySelectorAll("[data-hear]")];
const isPlaying = () => !audio.paused && !audio.ended;

function show() {
  for (const each of [...buttons(), part("toggle")]) {
    const isIt = each.id === current || each === part("toggle");
    each.setAttribute("aria-pressed", isIt && isPlaying());
  }
  part("previous").disabled = !neighbour(-1);
  part("next").disabled = !neighbour(1) && !more();
  if (session) session.playbackState = isPlaying() ? "playing" : current ? "paused" : "none";
}

const more = () => document.querySelector("[data-hear-more]");

// What stands on the list's next page is fetched, and follows once it is here.
function follow() {
  const next = neighbour(1);
  awaits = !next && Boolean(more());
  return next ? play(next) : more()?.click();
}

function neighbour(step) {
  const all = buttons();
  const at = all.findIndex(({ id }) => id === current);
  return at < 0 ? null : all[at + step];
}

function describe({ title, artist, emotion, cover }) {
  bar.dataset.emotion = emotion;
  part("title").textContent = title;
  part("artist").textContent = artist;
  part("error").hidden = true;
  if (!session) return;
  session.metadata = new MediaMetadata({ title, artist, artwork: cover ? [{ src: cover }] : [] });
}

async function play(button) {
  awaits = false;
  current = button.id;
  bar.hidden = false;
  describe(button.dataset);
  audio.src = button.dataset.hear;
  await resume();
}

async function resume() {
  try {
    await audio.play();
  } catch (error) {
    if (error.name !== "AbortError") failed();
  }
}

// What cannot be played is passed over where another one follows.
function failed() {
  if (goesOn && (neighbour(1) || more())) return follow();
  part("error").hidden = false;
  return show();
}

const toggle = () => (isPlaying() ? audio.pause() : resume());

function go(step) {
  if (step < 0 && audio.currentTime > RESTARTS_AFTER) return (audio.currentTime = 0);
  if (step > 0) return follow();
  const button = neighbour(step);
  return button && play(button);
}

function close() {
  audio.removeAttribute("src");
  audio.load();
  current = null;
  bar.hidden = true;
  show();
}

const actions = { previous: () => go(-1), toggle, next: () => go(1), close };

document.addEventListener("click", ({ target }) => {
  const control = target.closest?.("button[data-player]");
  if (control) return actions[control.dataset.player]();
  if (target.closest?.("[data-preview]")) return audio.pause();
  const all = target.closest?.("[data-hear-all]");
  const button = target.closest?.("[data-hear]") ?? (all && buttons()[0]);
  if (!button) return undefined;
  if (button.id === current && !all) return toggle();
  goesOn = Boolean(all);
  return play(button);
});

document.addEventListener("keydown", ({ key, target, ctrlKey, metaKey, altKey }) => {
  const isTyping = target.matches("input:not([type=range]), textarea, select, dialog[open] *");
  const isOn = document.getElementById("single-keys")?.checked;
  if (key !== "p" || ctrlKey || metaKey || altKey || isTyping || !isOn) return;
  if (current) toggle();
  else document.querySelector("[data-hear-all]")?.click();
});

part("seek").addEventListener("input", ({ target }) => {
  if (audio.duration) audio.currentTime = (target.value / target.max) * audio.duration;
});

audio.addEventListener("timeupdate", () => {
  const { currentTime, duration } = audio;
  if (!Number.isFinite(duration)) return;
  part("seek").value = (currentTime / duration) * part("seek").max;
  session?.setPositionState?.({ duration, position: Math.min(currentTime, duration) });
});

audio.addEventListener("ended", () => {
  if (goesOn) follow();
  show();
});
audio.addEventListener("error", () => current && failed());
for (const event of ["play", "pause"]) audio.addEventListener(event, show);

// a card was drawn anew, or is gone: what plays goes on
document.addEventListener("htmx:afterSettle", () => {
  if (awaits) follow();
  show();
});

const seek = (seconds) => (audio.currentTime = Math.max(0, seconds));
const handlers = {
  play: resume,
  pause: () => audio.pause(),
  stop: close,
  previoustrack: () => go(-1),
  nexttrack: () => go(1),
  seekbackward: () => seek(audio.currentTime - SKIP_SECONDS),
  seekforward: () => seek(audio.currentTime + SKIP_SECONDS),
  seekto: ({ seekTime }) => seek(seekTime),
};
for (const [action, handler] of Object.entries(session ? handlers : {})) session.setActionHandler(action, handler);
