// The service worker: keeps what pages are drawn with, and says when there is no connection.
// Pages themselves are the listener's, and are kept nowhere. /sw.js says what there is to keep.

const { badge, cache, files, icon, page } = self.shell;
// whatever headers it was asked for with
const kept = (path) => caches.match(path, { ignoreVary: true });

async function keep() {
  const shelf = await caches.open(cache);
  await shelf.addAll([...files, new Request(page, { cache: "no-store" })]);
  await self.skipWaiting();
}

async function forgetOlder() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== cache).map((name) => caches.delete(name)));
  await self.registration.navigationPreload?.enable();
  await self.clients.claim();
}

async function visit(event) {
  try {
    return (await event.preloadResponse) ?? (await fetch(event.request));
  } catch {
    return (await kept(page)) ?? Response.error();
  }
}

self.addEventListener("install", (event) => event.waitUntil(keep()));
self.addEventListener("activate", (event) => event.waitUntil(forgetOlder()));

self.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== self.location.origin) return;
  if (mode === "navigate") event.respondWith(visit(event));
  else if (files.includes(pathname)) {
    event.respondWith(kept(pathname).then((found) => found ?? fetch(event.request)));
  }
});

// A reminder: one is shown at a time, and one tap ends them all.
self.addEventListener("push", (event) => {
  const { title, body, url, stop, stop_word: stopWord } = event.data.json();
  const actions = [{ action: "stop", title: stopWord }];
  const shown = { body, icon, badge, tag: "daily", data: { url, stop }, actions };
  event.waitUntil(self.registration.showNotification(title, shown));
});

self.addEventListener("notificationclick", (event) => {
  const { url, stop } = event.notification.data;
  event.notification.close();
  event.waitUntil(event.action === "stop" ? fetch(stop, { method: "POST" }) : open(url));
});

async function open(url) {
  const pages = await self.clients.matchAll({ type: "window" });
  const here = pages.find((each) => new URL(each.url).pathname.startsWith(url));
  return here ? here.focus() : self.clients.openWindow(url);
}
