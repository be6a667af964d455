// What is answered or written without a connection stays on this device, and is sent once it is back.
//
// The newest of each kind and card is kept, for the revision of the card that it was written for:
// the server does nothing when it gets it twice.

const KEY = "journify.kept";
const KEPT = /^\/(?:entries|journal)\/([0-9a-f-]{10,36})\/(note|answer|felt)\/$/;
const PICK = /^\/entries\/([0-9a-f-]{36})\/pick\/$/;
const AGAIN_MS = 15000;
const { listener, worker } = document.body.dataset;
const waiting = new Set(); // what needs a choice on another page
const outdated = new Set(); // entries that the server has otherwise than their cards show
let isSending = false;
let offered = ""; // the picker as it was last: without a connection it is offered again

const byId = (id) => document.getElementById(id);
const words = (templateId) => byId(templateId).content.cloneNode(true);
const cardOf = ({ entry, path }) => byId(`entry-${entry}`) ?? document.querySelector(`#felt[action="${path}"]`);
const say = (detail) => document.dispatchEvent(new CustomEvent("say", { detail }));

function stored() {
  try {
    return JSON.parse(localStorage.getItem(KEY));
  } catch {
    return null;
  }
}

const read = () => {
  const kept = stored();
  return kept?.listener === listener ? kept.items : [];
};

function change(edit) {
  const items = edit(read());
  if (items.length) localStorage.setItem(KEY, JSON.stringify({ listener, items }));
  else localStorage.removeItem(KEY);
}

const drop = (path) => change((items) => items.filter((item) => item.path !== path));

function keep({ elt, requestConfig }) {
  const { path, formData, triggeringEvent } = requestConfig;
  const [, entry, kind] = path.match(KEPT);
  const values = [...formData].filter(([name]) => name !== "csrfmiddlewaretoken");
  if (values.some(([, value]) => value instanceof File)) return; // its form says what became of it
  const title = triggeringEvent?.submitter?.querySelector("b")?.textContent ?? "";
  const item = { path, entry, kind, values, title, page: location.pathname };
  try {
    change((items) => [...items.filter((other) => other.path !== path), item]);
  } catch {
    return; // no room: the page still has it, and asks before it is left
  }
  show(item, elt);
}

function show(item, form) {
  if (item.kind !== "answer") return showWords(item, form);
  const card = cardOf(item);
  if (!card) return;
  byId("picker")?.close();
  const line = words("kept-answer").firstElementChild;
  if (item.title) line.querySelector("b").textContent = item.title;
  card.querySelector("[data-kept]")?.remove();
  card.querySelector(".phrase").after(line);
  card.focus();
}

function showWords({ values }, form) {
  const field = form?.querySelector("[data-note]");
  if (!field) return;
  const kept = Object.fromEntries(values);
  field.toggleAttribute("data-unsaved", kept[field.name] !== field.value);
  byId(field.dataset.note).replaceChildren(words("kept-note"));
  if ("emotions" in kept) press(form, kept.emotions.split(" ").filter(Boolean));
}

// As the server draws them: a tap says one of two feelings, or takes it back.
function press(form, said) {
  for (const button of form.querySelectorAll("[name=emotions]")) {
    const { emotion } = button.dataset;
    const isSaid = said.includes(emotion);
    button.setAttribute("aria-pressed", isSaid);
    button.value = (isSaid ? said.filter((name) => name !== emotion) : [...said, emotion].slice(-2)).join(" ");
  }
}

async function send() {
  if (isSending || !(outdated.size || read().some(isDue))) return;
  isSending = true;
  try {
    // another tab may be at it already
    if (!navigator.locks) await sendAll();
    else await navigator.locks.request(KEY, { ifAvailable: true }, (lock) => lock && sendAll());
  } finally {
    isSending = false;
  }
}

const isDue = ({ path }) => !waiting.has(path);

async function sendAll() {
  for (let item = read().find(isDue); item; item = read().find(isDue)) {
    if (!(await deliver(item))) return;
  }
  // one after the other: htmx forgets all but the last that wait, and finds a card before it waits
  for (const entry of outdated) await renew(entry).catch(() => {});
}

// Send one; whether there is no reason to wait before the next.
async function deliver(item) {
  const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";
  let response;
  try {
    const headers = { "HX-Request": "true", "X-CSRFToken": token };
    response = await fetch(item.path, { method: "POST", headers, body: new URLSearchParams(item.values) });
  } catch {
    return false;
  }
  byId("offline").hidden = true;
  const { status, redirected } = response;
  if (redirected) say(words("error-signed-out"));
  if (redirected || status === 403 || status === 429 || status >= 500) return false;
  settle(item, response, await response.text());
  return true;
}

function settle(item, response, text) {
  const card = cardOf(item);
  const page = new DOMParser().parseFromString(text, "text/html");
  const changed = JSON.parse(response.headers.get("HX-Trigger") ?? "{}")["card-changed"];
  if (changed) document.dispatchEvent(new CustomEvent("card-changed", { detail: changed }));
  if (page.querySelector("[data-refused]")) return choose(item, card, text);
  drop(item.path);
  const complaint = page.querySelector("[data-tags~=error] p, #picker-error:not([hidden])");
  if (complaint) say(complaint.textContent);
  else if (!response.ok) say(words("error-404"));
  if (item.kind !== "felt") outdated.add(item.entry);
  else if (card) window.htmx.swap(card, text, { swapStyle: "none" }, { selectOOB: card.getAttribute("hx-select-oob") });
  return undefined;
}

async function renew(entry) {
  const target = cardOf({ entry });
  if (target) await window.htmx.ajax("GET", `/entries/${entry}/card/`, { target, swap: "outerHTML" });
  outdated.delete(entry);
}

// The card has another note by now: its page shows both.
function choose(item, card, text) {
  if (card) {
    drop(item.path);
    return window.htmx.swap(card, text, { swapStyle: "outerHTML" });
  }
  waiting.add(item.path);
  const sentence = words("kept-choose");
  sentence.querySelector("a").href = item.page + (item.kind === "felt" ? "#felt" : `#entry-${item.entry}`);
  return say(sentence);
}

// The picker from memory, for another card than it was made for.
function offer(link) {
  const [, entry] = link.getAttribute("hx-get").match(PICK);
  const card = cardOf({ entry });
  if (!offered || !card) return;
  const [, madeFor] = offered.match(/\/entries\/([0-9a-f-]{36})\//);
  window.htmx.swap(byId("picker"), offered.replaceAll(madeFor, entry), { swapStyle: "innerHTML" });
  byId("picker-title").textContent = card.querySelector(".phrase").textContent;
  const { value } = card.querySelector("[name=revision]");
  for (const seen of byId("picker").querySelectorAll("[name=revision]")) seen.value = value;
}

async function rememberPicker() {
  const link = document.querySelector("[data-pick]");
  if (!link || !byId("picker") || navigator.connection?.saveData) return;
  const headers = { "HX-Request": "true" };
  const response = await fetch(link.getAttribute("hx-get"), { headers }).catch(() => null);
  if (response?.ok && !response.redirected) offered = await response.text();
}

// Feelings and tags of a day are sent apart: whichever comes takes along what was kept before.
document.addEventListener("htmx:configRequest", ({ detail: { path, formData } }) => {
  const kept = read().find((item) => item.path === path && item.kind === "felt");
  for (const [name, value] of kept?.values ?? []) if (!formData.has(name)) formData.set(name, value);
});

document.addEventListener("htmx:sendError", ({ detail }) => {
  const { verb, path } = detail.requestConfig;
  if (verb === "post" && KEPT.test(path)) keep(detail);
  if (verb === "get" && detail.elt.matches("[data-pick]")) offer(detail.elt);
});

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  const { verb, path } = detail.requestConfig;
  if (verb === "post" && detail.successful && KEPT.test(path)) drop(path); // what was kept is older
});

document.addEventListener("card-changed", ({ detail: { entry, before, after } }) => {
  const newer = ([name, value]) => [name, name === "revision" && Number(value) === before ? String(after) : value];
  const follow = (item) => (item.entry === entry ? { ...item, values: item.values.map(newer) } : item);
  change((items) => items.map(follow));
});

// Signing out leaves nothing on this device.
document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[action$='/logout/']")) return;
  if (read().length && !confirm(byId("kept-leave").content.textContent.trim())) event.preventDefault();
  else if (navigator.onLine) localStorage.removeItem(KEY);
});

addEventListener("online", send);
document.addEventListener("visibilitychange", () => document.hidden || send());
setInterval(send, AGAIN_MS);

if (stored() && stored().listener !== listener) localStorage.removeItem(KEY);
for (const item of read()) show(item, cardOf(item));
send();
navigator.serviceWorker?.register(worker).catch(() => {});
(window.requestIdleCallback ?? setTimeout)(rememberPicker, { timeout: 3000 });
