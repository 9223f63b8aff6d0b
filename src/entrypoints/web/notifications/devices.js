// Asks the browser whether it may show notifications, and sends its subscription with the form.
export default class Devices {
  constructor(place) {
    if (!navigator.serviceWorker || !globalThis.PushManager || !globalThis.Notification) return; // the text that says so stays
    this.place = place;
    this.form = place.querySelector("form");
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.ask();
    });
    this.show(Notification.permission === "denied" ? "denied" : "form");
  }

  show(part) {
    for (const each of ["unable", "denied", "failed"]) this.place.querySelector(`[data-${each}]`).hidden = each !== part;
    this.form.hidden = !["form", "failed"].includes(part);
  }

  async ask() {
    const permission = await Notification.requestPermission();
    if (permission !== "granted") return this.show(permission === "denied" ? "denied" : "form");
    try {
      const { pushManager } = await navigator.serviceWorker.ready;
      await (await pushManager.getSubscription())?.unsubscribe(); // of another account, or with another key
      const subscribed = { userVisibleOnly: true, applicationServerKey: this.place.dataset.key };
      const { endpoint, keys } = (await pushManager.subscribe(subscribed)).toJSON();
      for (const [name, value] of Object.entries({ endpoint, ...keys })) this.form.elements[name].value = value;
      this.form.submit();
    } catch {
      this.show("failed");
    }
  }
}
