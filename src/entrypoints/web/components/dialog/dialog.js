// Opens a dialog above the page, where its opener would lead to it in the page.
export default class Dialog {
  constructor(element) {
    const dialog = element.querySelector("dialog");
    const opener = element.querySelector("[data-opens]");
    opener.addEventListener("click", (event) => {
      event.preventDefault();
      dialog.showModal();
    });
    dialog.addEventListener("close", () => opener.focus());
  }
}
