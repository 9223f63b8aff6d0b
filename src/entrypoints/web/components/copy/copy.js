// Copies a text, where the browser lets pages do so.
export default class Copy {
  constructor(place) {
    if (!navigator.clipboard) return;
    const button = place.querySelector("button");
    const status = place.querySelector("[role=status]");
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.text);
      status.textContent = status.dataset.done;
    });
    place.hidden = false;
  }
}
