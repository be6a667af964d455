// A part of a song plays where it is tapped, a marked place to its end; without this the link opens
// the sound there.

let end = Infinity;

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-play]");
  const player = document.getElementById("player");
  if (!link || !player || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  const { hash } = new URL(link.href?.baseVal ?? link.href, location.href);
  const [start, stop] = hash.replace("#t=", "").split(",").map(Number);
  end = stop ?? Infinity;
  // a player that has read nothing yet cannot be sent anywhere: the address says where it begins
  if (player.readyState) player.currentTime = start;
  else player.src = `${new URL(player.src).pathname}#t=${start}`;
  player.play();
});

// media events do not bubble
document.addEventListener(
  "timeupdate",
  ({ target }) => {
    if (target.id !== "player" || target.currentTime < end) return;
    end = Infinity;
    target.pause();
  },
  true,
);
