// Passkeys: a form's button asks the browser for one, and posts what it says.
// https://developer.mozilla.org/en-US/docs/Web/API/Web_Authentication_API

const { PublicKeyCredential: Key } = window;
// an address that is a number has no name that a passkey could be bound to
const hasName = !/^[\d.]+$|:/.test(location.hostname);
const canAsk = Boolean(Key?.parseCreationOptionsFromJSON && Key.prototype.toJSON && hasName);

async function optionsOf(form) {
  const url = form.dataset.passkeyFrom;
  if (!url) return JSON.parse(document.getElementById("passkey-options").textContent);
  const response = await fetch(url, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(response.statusText);
  return response.json();
}

async function ask(form) {
  const options = await optionsOf(form);
  if (form.dataset.passkey === "create") {
    const publicKey = Key.parseCreationOptionsFromJSON(options.creation_options.publicKey);
    return navigator.credentials.create({ publicKey });
  }
  const publicKey = Key.parseRequestOptionsFromJSON(options.request_options.publicKey);
  return navigator.credentials.get({ publicKey });
}

for (const form of document.querySelectorAll("[data-passkey]")) {
  form.hidden = !canAsk;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const trouble = form.querySelector("[role=alert]");
    trouble.hidden = true;
    try {
      const key = await ask(form);
      form.elements.credential.value = JSON.stringify(key.toJSON());
      form.submit();
    } catch {
      trouble.hidden = false;
    }
  });
}

for (const words of document.querySelectorAll("[data-no-passkeys]")) words.hidden = canAsk;
