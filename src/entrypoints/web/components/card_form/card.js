// A card is entered into frames of Stripe; this page never has it. Stripe's script runs before this one.
export default class CardForm {
  constructor(form) {
    if (!globalThis.Stripe) return; // the text that says so stays
    this.form = form;
    this.stripe = globalThis.Stripe(form.dataset.key);
    const theme = matchMedia("(prefers-color-scheme: dark)").matches ? "night" : "stripe";
    this.elements = this.stripe.elements({ clientSecret: form.dataset.secret, appearance: { theme } });
    this.elements.create("payment").mount(this.part("card"));
    this.part("missing").hidden = true;
    this.part("send").hidden = false;
    form.addEventListener("submit", (event) => this.enter(event));
  }

  part(name) {
    return this.form.querySelector(`[data-${name}]`);
  }

  async enter(event) {
    event.preventDefault();
    this.part("send").hidden = true;
    this.part("error").textContent = "";
    const { kept } = this.form.dataset; // else the card pays
    const confirmParams = { return_url: kept ? new URL(kept, location).href : location.href };
    const asked = { elements: this.elements, confirmParams, redirect: "if_required" };
    const { error } = await (kept ? this.stripe.confirmSetup(asked) : this.stripe.confirmPayment(asked));
    this.part("error").textContent = error?.message ?? "";
    this.part("send").hidden = !error;
    this.part("card").hidden = !error;
    this.part("sent").hidden = Boolean(error);
    if (kept && !error) location.assign(kept);
  }
}
