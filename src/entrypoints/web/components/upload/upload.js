// A button in the language of the page, and the names of what was chosen: browsers show both in their own language.
// With a button that adds files, it sends them as soon as they are chosen, shows how much has arrived, and then the answer.
export default class Upload {
  constructor(field) {
    this.input = field.querySelector("input");
    this.own = field.querySelector(".upload-own");
    this.bar = field.querySelector("progress");
    this.button = field.querySelector("[data-send]");
    this.own.hidden = false;
    if (this.button) this.button.hidden = true;
    this.input.addEventListener("change", () => this.chosen());
    this.name(); // "back" keeps what was chosen
  }

  chosen() {
    this.name();
    if (this.bar && this.input.files.length) this.send();
  }

  name() {
    const names = Array.from(this.input.files, ({ name }) => {
      const shown = document.createElement("bdi");
      shown.textContent = name;
      const line = document.createElement("li");
      line.append(shown);
      return line;
    });
    this.own.querySelector("ul").replaceChildren(...names);
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
    request.onerror = () => ([this.bar.hidden, this.button.hidden] = [true, false]); // the button sends them
    this.bar.hidden = false;
    request.send(content);
  }

  show({ response, responseURL, status }) {
    const main = status === 413 ? null : response?.querySelector("main");
    if (!main?.querySelector("form")) return location.assign(responseURL);
    if (status === 200) history.replaceState(null, "", responseURL); // reloading shows what was sent
    document.title = response.title;
    document.querySelector("main").replaceWith(document.adoptNode(main));
    dispatchEvent(new Event("replaced"));
    document.querySelector("main [aria-invalid], main input[type=file]").focus();
  }
}
