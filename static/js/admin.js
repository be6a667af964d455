htmx.config.includeIndicatorStyles = false; // a <style> that our content security policy refuses

// The label in the list of songs: htmx sends it, with the token Django asks for.

document.addEventListener("htmx:configRequest", ({ detail }) => {
  detail.headers["X-CSRFToken"] = document.querySelector("[name=csrfmiddlewaretoken]").value;
});

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  detail.elt.classList.toggle("is-failed", !detail.successful);
});

// one song at a time
document.addEventListener(
  "play",
  ({ target }) => {
    for (const other of document.querySelectorAll("audio")) if (other !== target) other.pause();
  },
  true,
);
