// Sends the form at once, and takes what a service has sent out of the address: it is not in the history then.
export default class Onward {
  constructor(form) {
    history.replaceState(null, "", location.pathname);
    form.requestSubmit();
  }
}
