// The day's page: folded phrases, and tags that are completed one after the other.

const fold = document.getElementById("more-phrases");

// The address may name a card that is folded away.
function openFold() {
  const target = location.hash && document.getElementById(location.hash.slice(1));
  if (!target || !fold?.contains(target)) return;
  fold.open = true;
  target.scrollIntoView();
}

// A list of suggestions replaces all that a field holds, so each says what is there already, too.
document.addEventListener("input", ({ target }) => {
  if (target.id !== "felt-tags") return;
  const before = target.value.slice(0, target.value.lastIndexOf(",") + 1);
  for (const option of target.list.options) option.value = `${before}${before && " "}${option.dataset.tag}`;
});

addEventListener("hashchange", openFold);
openFold();
