// What every page needs: messages, failed requests, a lost connection, news for screen readers.

const byId = (id) => document.getElementById(id);
const AGAIN_MS = 2000;
const LONGEST_MS = 30000;
const BEING_WRITTEN = "[data-keep][open], [data-refused], [data-unsaved]";
const waits = new WeakMap();
const newsBefore = new Map();
const CHANGE = /^\/entries\/([0-9a-f-]{36})\//;
const changing = new Map(); // entries, the change of each that is on its way, and what waits for it

const sayTemplate = (id) => say(byId(id).content.cloneNode(true));

function say(words) {
  // everything outside an open dialog is out of reach, so its own line speaks
  const line = document.querySelector("dialog[open] [role=alert]");
  if (line) {
    line.replaceChildren(words);
    line.hidden = false;
    return line.focus();
  }
  const message = byId("message-template").content.cloneNode(true);
  message.querySelector("p").replaceChildren(words);
  return byId("messages").replaceChildren(message);
}

const newsOf = (card) =>
  [".phrase", "[data-news]"].map((part) => card.querySelector(part).textContent.trim()).join(" ");

const setOffline = (isOffline) => (byId("offline").hidden = !isOffline);

// A poll that failed asks again, later each time; without this a card would stay "listening" after
// a server restart.
function pollAgain(element) {
  if (!element.matches("[data-poll]")) return false;
  const wait = waits.get(element) ?? AGAIN_MS;
  waits.set(element, Math.min(2 * wait, LONGEST_MS));
  return setTimeout(() => window.htmx.trigger(element, "again"), wait);
}

// A page that the browser kept for going back may be old: its cards, and the language it is in.
addEventListener("pageshow", ({ persisted }) => {
  if (persisted && !document.querySelector("[data-refused], [data-unsaved]")) location.reload();
});

document.addEventListener("say", ({ detail }) => say(detail));

addEventListener("offline", () => setOffline(true));
addEventListener("online", () => {
  setOffline(false);
  for (const each of document.querySelectorAll("[data-poll]")) window.htmx.trigger(each, "again");
});

document.addEventListener("click", ({ target }) => {
  target.closest("[data-dismiss]")?.closest(".message").remove();
});

// Keys of one character can be switched off: people who speak to their device set them off unawares.
function offerKeys(box) {
  const key = "journify.keys";
  box.checked = !localStorage.getItem(key);
  box.addEventListener("change", () => (box.checked ? localStorage.removeItem(key) : localStorage.setItem(key, "off")));
}

if (byId("single-keys")) offerKeys(byId("single-keys"));

// The list of keys lies over the page: whoever moves on sees it again.
byId("keys")?.addEventListener("focusout", ({ currentTarget, relatedTarget }) => {
  if (relatedTarget && !currentTarget.contains(relatedTarget)) currentTarget.hidePopover();
});

// "Saved" is true until the next key
document.addEventListener("input", ({ target }) => {
  if (!target.dataset.note) return;
  target.toggleAttribute("data-unsaved", true);
  byId(target.dataset.note).textContent = "";
});

// What this window changed itself makes none of its forms stale; what another one did makes all.
document.addEventListener("card-changed", ({ detail: { entry, before, after } }) => {
  const card = `#entry-${entry}`;
  for (const seen of document.querySelectorAll(`:is(${card}, [hx-target="${card}"]) [name=revision]`))
    if (Number(seen.value) === before) seen.value = after;
});

// An entry is changed by one request at a time: the next is for the revision that the last one makes.
const changed = ({ verb, path }) => verb === "post" && path.match(CHANGE)?.[1];

document.addEventListener("htmx:confirm", (event) => {
  const { elt, issueRequest } = event.detail;
  const change = changing.get(changed(event.detail));
  if (!change || change.elt === elt) return; // twice the same is for hx-sync
  event.preventDefault();
  change.queue.push(issueRequest);
});

document.addEventListener("htmx:beforeRequest", ({ detail: { xhr, requestConfig } }) => {
  const entry = changed(requestConfig);
  if (!entry) return;
  const queue = changing.get(entry)?.queue ?? [];
  changing.set(entry, { xhr, elt: requestConfig.elt, queue });
  xhr.addEventListener("loadend", () => {
    if (changing.get(entry)?.xhr !== xhr) return;
    changing.delete(entry);
    for (const issue of queue.splice(0)) {
      if (changing.has(entry)) changing.get(entry).queue.push(issue);
      else issue(true);
    }
  });
});

// A note that could not be saved yet is worth a question before the page is left.
addEventListener("beforeunload", (event) => {
  if (document.querySelector("[data-refused], [data-unsaved]")) event.preventDefault();
});

document.addEventListener("htmx:configRequest", ({ detail }) => {
  // signing in again in another tab changes the token: the cookie knows the new one
  const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];
  if (!token) return;
  detail.headers["X-CSRFToken"] = token;
  delete detail.parameters.csrfmiddlewaretoken;
});

document.addEventListener("htmx:sendError", ({ detail }) => {
  setOffline(true);
  pollAgain(detail.elt);
});

document.addEventListener("htmx:responseError", ({ detail }) => {
  const { status } = detail.xhr;
  if (status >= 500 && pollAgain(detail.elt)) return;
  sayTemplate(byId(`error-${status}`) ? `error-${status}` : "error-other");
});

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.xhr.status) setOffline(false);
  const note = detail.successful && detail.elt.querySelector("[data-note]");
  if (note && note.value === detail.requestConfig.parameters[note.name]) note.removeAttribute("data-unsaved");
});

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const login = byId("error-signed-out").content.querySelector("a").getAttribute("href");
  if (new URL(detail.xhr.responseURL).pathname === login) {
    detail.shouldSwap = false;
    sayTemplate("error-signed-out");
  }
  const { elt } = detail.requestConfig;
  if (elt.matches(".card [data-poll]") && detail.serverResponse.includes("data-poll")) {
    // still listening: only the words change, so that the record goes on turning and nothing moves
    detail.target = elt;
    detail.selectOverride = `#${elt.id}`;
  }
  if (elt.matches(".note") && detail.serverResponse.includes("data-refused")) showRefused(detail);
  if (!detail.target.matches(".card")) return;
  newsBefore.set(detail.target.id, newsOf(detail.target));
  // what was done within an open card leaves it open
  if (detail.target.contains(elt) && detail.target.querySelector("[data-more][open]"))
    detail.serverResponse = detail.serverResponse.replace("data-more", "data-more open");
  // a note that is being written outlives its card
  if (!elt.matches(".note") && detail.target.querySelector(BEING_WRITTEN)) {
    detail.serverResponse = detail.serverResponse.replace("data-keep", "hx-preserve");
  }
});

// A note was refused: the card comes as it is now, with both texts, and is asked for no more. What
// was typed since it was sent is in the field, and stays there.
function showRefused(detail) {
  const form = detail.requestConfig.elt;
  const { id, value, selectionStart } = form.querySelector("textarea");
  form.removeAttribute("hx-select-oob"); // the whole card is new
  detail.target = form.closest(".card");
  detail.swapOverride = "outerHTML";
  const keepTyped = () => {
    byId(id).value = value;
    byId(id).setSelectionRange(selectionStart, selectionStart);
  };
  detail.target.parentElement.addEventListener("htmx:afterSwap", keepTyped, { once: true });
}

document.addEventListener("htmx:load", ({ detail: { elt } }) => {
  if (!elt.matches(".card") || newsBefore.get(elt.id) === newsOf(elt)) return;
  byId("news").textContent = newsOf(elt);
});
