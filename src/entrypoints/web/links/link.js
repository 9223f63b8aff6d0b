// Puts what follows # in the address into the form: then the link is in no log, and not in the history.
export default class Link {
  constructor(form) {
    if (location.hash.length < 2) return;
    form.elements.link.value = location.hash.slice(1);
    history.replaceState(null, "", location.pathname);
    if (form.dataset.module === "link") form.requestSubmit();
  }
}
