// A menu in <details>: closes at Escape, and at a click elsewhere. Another language gets what was typed, once.
const fields = () => [
  ...document.querySelectorAll(
    "main :is(textarea,select,input:not([type=hidden],[type=password],[type=file],[autocomplete^=one]))",
  ),
];
const isTyped = (it) =>
  it.options ? !it.selectedOptions[0]?.defaultSelected : it.value !== it.defaultValue || it.checked !== it.defaultChecked;

export default class Languages {
  constructor(element) {
    this.element = element;
    const [address, typed] = JSON.parse(sessionStorage.typed ?? "[]");
    delete sessionStorage.typed;
    if (address === location.href)
      fields().forEach((it, at) => typed[at]?.name === it.name && Object.assign(it, typed[at]));
    document.addEventListener("click", (event) => {
      if (!element.contains(event.target)) this.close();
    });
    element.addEventListener("click", ({ target: { href, formAction = href } }) => {
      const typed = fields().map((it) => isTyped(it) && { name: it.name, value: it.value, checked: it.checked });
      if (formAction) sessionStorage.typed = JSON.stringify([formAction, typed]);
    });
    element.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && element.open) {
        this.close();
        element.querySelector("summary").focus();
      }
    });
  }

  close() {
    this.element.open = false;
  }
}
