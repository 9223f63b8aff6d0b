// Passkeys: asks the device, and sends its answer with the form. Without scripts the page says that they are needed.
const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (each) => each.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const named = (list = []) => list.map((each) => ({ ...each, id: bytes(each.id) }));
const PARTS = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];

export default class Passkey {
  constructor(place) {
    this.form = place.querySelector("form");
    this.options = JSON.parse(place.dataset.options);
    this.failed = place.querySelector("[data-failed]");
    place.querySelector("[data-without]").remove();
    this.form.hidden = false;
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.ask();
    });
  }

  async ask() {
    this.failed.hidden = true;
    try {
      this.form.elements.response.value = JSON.stringify(answer(await this.credential()));
      this.form.submit();
    } catch {
      this.failed.hidden = false; // refused, too late, or no device: the same way on
    }
  }

  credential() {
    const { challenge, user, excludeCredentials, allowCredentials, ...rest } = this.options;
    const publicKey = { ...rest, challenge: bytes(challenge) };
    if (!user) {
      return navigator.credentials.get({ publicKey: { ...publicKey, allowCredentials: named(allowCredentials) } });
    }
    const owner = { ...user, id: bytes(user.id) };
    const known = named(excludeCredentials);
    return navigator.credentials.create({ publicKey: { ...publicKey, user: owner, excludeCredentials: known } });
  }
}

function answer(credential) {
  const parts = PARTS.filter((name) => credential.response[name]).map((name) => [name, text(credential.response[name])]);
  const response = { ...Object.fromEntries(parts), transports: credential.response.getTransports?.() };
  const { id, type } = credential;
  return { id, rawId: id, type, response, clientExtensionResults: credential.getClientExtensionResults() };
}
