// Service worker: keeps styles, scripts, the page for those who are offline, and that of one's next booking until one
// signs out. Everything else comes from the network.
const base = new URL(location).searchParams.get("assets");
importScripts(`${base}/notifications/worker.js`);
const CACHE = `shell ${base}`;
const OWN = "own";
const LANGUAGES = ["en", "mn", "fa"];
const SHELL = [`${base}/styles.css`, `${base}/scripts/start.js`, `${base}/layout/languages.js`, `${base}/layout/icon.svg`];
const BOOKINGS = /^\/(en|mn|fa)\/bookings(\/[0-9a-f-]{36})?$/;
const FIRST = /href="(\/(?:en|mn|fa)\/bookings\/[0-9a-f-]{36})"/;
const LEAVES = /\/(sign-in|sign-out|account\/delete)(\/|$)/;
let person = {};

addEventListener("install", (event) => {
  const files = [...SHELL, ...LANGUAGES.map((language) => `/${language}/offline`)];
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(files)).then(() => skipWaiting()));
});

addEventListener("activate", (event) => {
  const old = (names) => Promise.all(names.filter((name) => ![CACHE, OWN].includes(name)).map((name) => caches.delete(name)));
  event.waitUntil(caches.keys().then(old));
});

addEventListener("fetch", (event) => {
  const { mode, method, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (origin !== location.origin) return;
  if (mode === "navigate" && LEAVES.test(pathname)) event.waitUntil(forget());
  if (method !== "GET") return;
  if (mode === "navigate") {
    const language = LANGUAGES.find((each) => pathname.startsWith(`/${each}/`)) ?? LANGUAGES[0];
    event.respondWith(fetch(event.request).catch(() => kept(pathname, language)));
    if (BOOKINGS.test(pathname)) event.waitUntil(keep(language).catch(() => undefined));
  } else if (SHELL.includes(pathname)) {
    event.respondWith(caches.match(event.request).then((found) => found ?? fetch(event.request)));
  }
});

async function kept(pathname, language) {
  const own = BOOKINGS.test(pathname) ? await caches.open(OWN) : undefined;
  const [next] = (await own?.keys()) ?? [];
  return (next && (await own.match(next))) ?? caches.match(`/${language}/offline`);
}

async function keep(language) {
  const whose = person;
  const list = await fetch(`/${language}/bookings`);
  const [, address] = (list.redirected ? undefined : FIRST.exec(await list.text())) ?? [];
  const page = address && (await fetch(address));
  await caches.delete(OWN);
  if (page?.ok && !page.redirected && whose === person) await (await caches.open(OWN)).put(address, page);
}

async function forget() {
  person = {};
  await caches.delete(OWN);
}
