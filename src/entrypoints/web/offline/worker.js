// Service worker: keeps styles, scripts and the page for those who are offline. Everything else comes from the network.
const base = new URL(location).searchParams.get("assets");
const CACHE = `shell ${base}`;
const LANGUAGES = ["en", "mn", "fa"];
const SHELL = [`${base}/styles.css`, `${base}/scripts/start.js`, `${base}/layout/menu.js`, `${base}/layout/icon.svg`];

addEventListener("install", (event) => {
  const files = [...SHELL, ...LANGUAGES.map((language) => `/${language}/offline`)];
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll(files)).then(() => skipWaiting()));
});

addEventListener("activate", (event) => {
  const old = (names) => Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)));
  event.waitUntil(caches.keys().then(old));
});

addEventListener("fetch", (event) => {
  const { mode, method, url } = event.request;
  const { origin, pathname } = new URL(url);
  if (method !== "GET" || origin !== location.origin) return;
  if (mode === "navigate") {
    const language = LANGUAGES.find((each) => pathname.startsWith(`/${each}/`)) ?? LANGUAGES[0];
    event.respondWith(fetch(event.request).catch(() => caches.match(`/${language}/offline`)));
  } else if (SHELL.includes(pathname)) {
    event.respondWith(caches.match(event.request).then((kept) => kept ?? fetch(event.request)));
  }
});
