// A part of a song plays where it is tapped; without this the link opens the sound from there.

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("[data-play]");
  const player = document.getElementById("player");
  if (!link || !player || event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  // a player that has read nothing yet cannot be sent anywhere: the address says where it begins
  if (player.readyState) player.currentTime = Number(link.hash.replace("#t=", ""));
  else player.src = link.href;
  player.play();
});
