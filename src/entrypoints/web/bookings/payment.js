// While a payment is open: asks for the state of the booking, and says when it has changed, without a reload.
const SECONDS = 4;

export default class Payment {
  constructor(element) {
    this.element = element;
    this.wait();
  }

  wait() {
    setTimeout(() => this.ask(), SECONDS * 1_000);
  }

  async ask() {
    if (document.hidden) return document.addEventListener("visibilitychange", () => this.ask(), { once: true });
    const answer = await fetch(this.element.dataset.state).catch(() => undefined);
    if (answer?.status === 401) return; // the session has ended; a reload leads on
    const state = answer?.ok ? await answer.json() : undefined;
    if (!state || state.paying) return this.wait();
    this.element.querySelector("h1").textContent = state.title;
    this.element.querySelector("[data-text]").textContent = state.text;
    for (const each of document.querySelectorAll("[data-paying]")) {
      if (each.contains(document.activeElement)) document.getElementById("main").focus();
      each.remove();
    }
    this.element.querySelector("[data-more]").hidden = false;
  }
}
