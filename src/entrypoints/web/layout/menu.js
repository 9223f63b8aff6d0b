// A menu in <details>: closes at Escape, and at a click elsewhere.
export default class Menu {
  constructor(element) {
    this.element = element;
    document.addEventListener("click", (event) => {
      if (!element.contains(event.target)) this.close();
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
