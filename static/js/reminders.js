// Push messages on this device: the browser subscribes, the forms tell the server.

const byId = (id) => document.getElementById(id);
const on = byId("push-on");
const off = byId("push-off");

const bytesOf = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
const textOf = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

async function pushManager() {
  if (!navigator.serviceWorker || !window.PushManager || !window.Notification) return null;
  const worker = await navigator.serviceWorker.register(document.body.dataset.worker).catch(() => null);
  return worker && (await navigator.serviceWorker.ready).pushManager;
}

function fill(form, { endpoint, p256dh, auth }) {
  for (const [name, value] of Object.entries({ endpoint, p256dh, auth }))
    if (form.elements[name]) form.elements[name].value = value;
  form.requestSubmit();
}

async function subscribe(manager) {
  if ((await Notification.requestPermission()) !== "granted") return (byId("push-denied").hidden = false);
  const options = { userVisibleOnly: true, applicationServerKey: bytesOf(on.dataset.key) };
  const made = await manager.subscribe(options).catch(() => null);
  if (!made) return (byId("push-denied").hidden = false);
  const [p256dh, auth] = ["p256dh", "auth"].map((name) => textOf(made.getKey(name)));
  return fill(on, { endpoint: made.endpoint, p256dh, auth });
}

async function show() {
  const manager = await pushManager();
  if (!manager) return (byId("push-none").hidden = false);
  let kept = await manager.getSubscription();
  const key = kept?.options?.applicationServerKey;
  if (key && textOf(key) !== on.dataset.key) {
    // the server has another key now: what was made for the old one gets nothing any more
    await kept.unsubscribe();
    kept = null;
  }
  on.hidden = Boolean(kept);
  off.hidden = !kept;
  on.querySelector("button").addEventListener("click", () => subscribe(manager));
  off.querySelector("button").addEventListener("click", async () => {
    const { endpoint } = kept;
    await kept.unsubscribe();
    fill(off, { endpoint });
  });
  return kept;
}

if (on) show();
