// The browser knows the zone: the server uses it until the listener chooses one in the settings.

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const YEAR = 365 * 24 * 60 * 60;
document.cookie = `time_zone=${zone}; path=/; max-age=${YEAR}; SameSite=Lax`;

const offer = document.querySelector("[data-zone-offer]");
const field = document.querySelector("select[name=time_zone]");
const isKnown = field && [...field.options].some((option) => option.value === zone);

if (offer && isKnown && field.value !== zone) {
  offer.querySelector("b").textContent = zone.replaceAll("_", " ");
  offer.hidden = false;
  offer.addEventListener("click", () => {
    field.value = zone;
    offer.hidden = true;
    field.focus();
  });
}
