// Few keys, and none of them while somebody types.

const TYPING = "input, textarea, select, [contenteditable], dialog[open] *";
const currentCard = () => document.activeElement.closest(".card");
const emptyCards = () => [...document.querySelectorAll(".card[data-state=empty]")];

function nextEmpty() {
  const { DOCUMENT_POSITION_FOLLOWING: AFTER } = Node;
  const isNext = (card) => currentCard()?.compareDocumentPosition(card) & AFTER;
  return emptyCards().find(isNext) ?? emptyCards()[0];
}

const actions = {
  n: () => {
    const card = nextEmpty();
    const fold = card?.closest("details:not([open])");
    if (fold) fold.open = true;
    card?.focus();
  },
  "/": () => {
    const search = document.querySelector("main [data-search]");
    if (search) return search.focus();
    return (currentCard() ?? emptyCards()[0])?.querySelector("[data-pick]").click();
  },
  "?": () => document.getElementById("keys").togglePopover(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches(TYPING)) return;
  if (!(event.key in actions) || !document.getElementById("single-keys").checked) return;
  event.preventDefault();
  actions[event.key]();
});
