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
    form.addEventListener("submit", (event) => this.pay(event));
  }

  part(name) {
    return this.form.querySelector(`[data-${name}]`);
  }

  async pay(event) {
    event.preventDefault();
    this.part("send").hidden = true;
    this.part("error").textContent = "";
    const confirmParams = { return_url: location.href };
    const { error } = await this.stripe.confirmPayment({ elements: this.elements, confirmParams, redirect: "if_required" });
    this.part("error").textContent = error?.message ?? "";
    this.part("send").hidden = !error;
    this.part("card").hidden = !error;
    this.part("sent").hidden = Boolean(error);
  }
}
