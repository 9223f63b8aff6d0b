// Sends files as soon as they are chosen, shows how much of them has arrived, and then the page as it is answered.
export default class Upload {
  constructor(field) {
    this.input = field.querySelector("input");
    this.bar = field.querySelector("progress");
    this.input.addEventListener("change", () => this.input.files.length && this.send());
  }

  send() {
    const form = this.input.form;
    const content = new FormData(form);
    content.set("add", this.input.name);
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.responseType = "document";
    request.upload.onprogress = ({ loaded, total }) => (this.bar.value = (100 * loaded) / total);
    request.onload = () => this.show(request);
    request.onerror = () => (this.bar.hidden = true); // the button sends them
    this.bar.hidden = false;
    request.send(content);
  }

  show({ response, responseURL, status }) {
    const main = status === 413 ? null : response?.querySelector("main");
    if (!main?.querySelector("form")) return location.assign(responseURL);
    document.title = response.title;
    document.querySelector("main").replaceWith(document.adoptNode(main));
    dispatchEvent(new Event("replaced"));
    document.querySelector("main [aria-invalid], main input[type=file]").focus();
  }
}
