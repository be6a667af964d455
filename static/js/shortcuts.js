// Few keys, and none of them while somebody types.

const TYPING = "input, textarea, select, [contenteditable], dialog[open] *";

const currentCard = () => document.activeElement.closest(".card");
const emptyCards = () => [...document.querySelectorAll(".card[data-state=empty]")];

function nextEmpty() {
  const current = currentCard();
  const isAfter = (card) =>
    current && current.compareDocumentPosition(card) & Node.DOCUMENT_POSITION_FOLLOWING;
  const cards = emptyCards();
  return cards.find(isAfter) ?? cards[0];
}

const actions = {
  n: () => nextEmpty()?.focus(),
  "/": () => (currentCard() ?? emptyCards()[0])?.querySelector("[data-pick]").click(),
  "?": () => document.getElementById("keys").togglePopover(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches(TYPING)) return;
  const action = actions[event.key];
  if (!action) return;
  event.preventDefault();
  action();
});
