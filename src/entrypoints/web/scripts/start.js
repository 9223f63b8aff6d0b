// Binds each element with data-module to the script of that name. Without scripts every page works.
const MODULES = {
  languages: "../layout/languages.js",
  copy: "../components/copy/copy.js",
  dialog: "../components/dialog/dialog.js",
  calendar: "../components/calendar/calendar.js",
  link: "../links/link.js",
  "link-to-confirm": "../links/link.js",
  onward: "../session/onward.js",
  payment: "../bookings/payment.js",
  card: "../components/card_form/card.js",
  upload: "../components/upload/upload.js",
  passkey: "../security/passkey.js",
  devices: "../notifications/devices.js",
};

const bind = (elements) => {
  for (const element of elements) {
    const name = element.dataset.module;
    if (name in MODULES) {
      import(MODULES[name])
        .then((module) => new module.default(element))
        .catch((error) => console.error(`module ${name}:`, error)); // one that fails leaves the others alone
    }
  }
};
bind(document.querySelectorAll("[data-module]"));
addEventListener("replaced", () => bind(document.querySelectorAll("main [data-module]"))); // a script put a new page there

// A second click does not send a form again: the browser would drop the first answer, with the session that it began.
let sent = new WeakSet();
addEventListener("pageshow", () => (sent = new WeakSet())); // "back" shows a page as it was left
addEventListener("submit", (event) => {
  if (event.defaultPrevented || event.target.method !== "post") return;
  if (sent.has(event.target)) event.preventDefault();
  sent.add(event.target);
});

// Only over https, and on this machine. The one address that may become a script is made here, of our own.
if ("serviceWorker" in navigator) {
  const address = `/worker.js?assets=${new URL("..", import.meta.url).pathname.slice(0, -1)}`;
  const policy = globalThis.trustedTypes?.createPolicy("worker", { createScriptURL: () => address });
  navigator.serviceWorker.register(policy?.createScriptURL("") ?? address).catch(() => undefined);
}
