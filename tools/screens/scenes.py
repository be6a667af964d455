"""What there is to see: a page, or a state of one, each with its name and how to get there."""

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from django.conf import settings
from django.template import loader
from django.test import RequestFactory
from django.urls import reverse
from django.utils import translation
from playwright.sync_api import FilePayload, Page, expect

from journify.web.troubles import DISK_FULL
from tools.screens.demo import PASSWORD, Demo

Who = Literal["visitor", "newcomer", "idle", "anna", "ada", "curator"]
Way = Callable[[Page, Demo], None]
HEARD = 120_000
DOWNLOAD = "a[href*='/exports/']"


@dataclass(frozen=True)
class Scene:
    """A picture to take; `covers` names the address of a page, where it is one of ours.

    What lies over a page is shown as the screen has it, everything else in its whole length.
    """

    name: str
    title: str
    who: Who
    way: Way
    covers: str = ""
    is_whole: bool = True


def _at(name: str, **keys: str) -> Way:
    """Go to an address; the values of `keys` are fields of the demo."""

    def go(page: Page, demo: Demo) -> None:
        kwargs = {key: getattr(demo, field) for key, field in keys.items()}
        kwargs = {key: getattr(value, "pk", value) for key, value in kwargs.items()}
        page.goto(reverse(name, kwargs=kwargs))

    return go


def _path(address: str) -> Way:
    def go(page: Page, _demo: Demo) -> None:
        page.goto(address)

    return go


def _reload_until(page: Page, selector: str) -> None:
    """Wait for what a worker makes, with JavaScript or without."""
    deadline = time.monotonic() + HEARD / 1000
    while not page.locator(selector).count() and time.monotonic() < deadline:
        page.wait_for_timeout(500)
        page.reload()
    expect(page.locator(selector).first).to_be_attached()


def _try_out(page: Page, _demo: Demo) -> None:
    page.goto("/")
    audio = sorted((Path(settings.BASE_DIR) / "classifier" / "demo" / "audio").glob("*"))[0]
    page.locator("#try-audio").set_input_files(audio)
    expect(page.locator("#try-out[data-state=answered]")).to_be_visible(timeout=HEARD)


def _sign_up(page: Page, _demo: Demo) -> None:
    page.goto("/accounts/signup/")
    name = f"new-{abs(hash(page)) % 10**8}"
    page.locator("[name=username]").fill(name)
    for field in ("password1", "password2"):
        page.locator(f"[name={field}]").fill(PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/journal/*/")


def _refused_sign_up(page: Page, _demo: Demo) -> None:
    page.goto("/accounts/signup/")
    page.locator("[name=username]").fill("anna")
    for field, value in (("password1", "12345"), ("password2", "54321")):
        page.locator(f"[name={field}]").fill(value)
    with page.expect_navigation():
        page.locator("main form button[type=submit]").first.click()


def _picker(page: Page, demo: Demo) -> None:
    page.goto(reverse("journal:day", kwargs={"date": demo.today}))
    page.locator("#more-phrases > summary").click()
    page.locator("[data-state=empty] [data-pick]").first.click()
    expect(page.get_by_role("dialog").locator("[data-song]").first).to_be_visible()


def _search_at_spotify(page: Page, demo: Demo) -> None:
    _picker(page, demo)
    page.get_by_role("searchbox").fill("prelude")
    expect(page.locator("#picker-remote .remote-cover").first).to_be_visible()


def _profile(page: Page, _demo: Demo) -> None:
    """The connection, with what was heard last and most."""
    page.goto(reverse("journal:profile"))
    expect(page.locator("#listening #last")).to_be_visible()


def _keys(page: Page, demo: Demo) -> None:
    page.goto(reverse("journal:day", kwargs={"date": demo.today}))
    page.keyboard.press("?")


def _song_why(page: Page, demo: Demo) -> None:
    """A song with what counted drawn."""
    page.goto(reverse("journal:song", kwargs={"song_id": demo.song.pk}))
    ask = page.locator("#why form button")
    if ask.count():
        ask.first.click()
    _reload_until(page, ".panes image")


def _shared(page: Page, _demo: Demo) -> None:
    """A name that another app shares, and what is found of it."""
    page.goto(f"{reverse('journal:share')}?text=prelude")
    ask = page.locator("button[value=outside]")
    if ask.count():
        with page.expect_navigation():
            ask.click()
    expect(page.locator(".song-list .remote-row").first).to_be_visible()


def _too_large(page: Page, demo: Demo) -> None:
    """Upload a file that is larger than any may be, without JavaScript."""
    page.goto(reverse("journal:picker", kwargs={"entry_id": demo.entry.pk}))
    with tempfile.NamedTemporaryFile(suffix=".mp3") as file:
        file.truncate((settings.UPLOAD_MAX_MB + 1) * 1_000_000)
        page.locator("main input[name=audio]").set_input_files(file.name)
        with page.expect_navigation():
            page.locator("main form:has(input[name=audio])").evaluate("form => form.submit()")
    expect(page.locator("main .error-text").first).to_be_visible()


def _calendar(page: Page, _demo: Demo) -> None:
    """The reminder, with a private address for a calendar."""
    page.goto(reverse("journal:reminders"))
    if not page.locator("#calendar-address").count():
        page.locator("form[action$='/calendar/'] button").first.click()
    expect(page.locator("#calendar-address")).to_be_visible()


def _prove_it_is_you(page: Page, _demo: Demo) -> None:
    """Be asked for the password before two-step sign-in is switched on."""
    page.goto(reverse("mfa_activate_totp"))
    expect(page.locator("[name=password]")).to_be_visible()


def _second_step(page: Page, demo: Demo) -> None:
    """The secret for an authenticator app, as a picture to scan."""
    _prove_it_is_you(page, demo)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=password]").press("Enter")
    expect(page.locator("#authenticator_secret")).to_be_visible()


def _new_codes(page: Page, _demo: Demo) -> None:
    """Recovery codes, made a moment ago."""
    page.goto(reverse("mfa_generate_recovery_codes"))
    password = page.locator("[name=password]")
    if password.count():
        password.fill(PASSWORD)
        password.press("Enter")
    page.locator("main form button[type=submit]").first.click()
    expect(page.locator(".codes")).to_be_visible()


def _recap_of(unit: str) -> Way:
    def go(page: Page, demo: Demo) -> None:
        where = {"year": demo.past.year} | ({"month": demo.past.month} if unit == "month" else {})
        page.goto(reverse(f"journal:recap_{unit}", kwargs=where))

    return go


def _hear_month(page: Page, demo: Demo) -> None:
    where = {"year": demo.past.year, "month": demo.past.month}
    page.goto(reverse("journal:hear_month", kwargs=where))


def _data(page: Page, _demo: Demo) -> None:
    """One's data, with an export that is ready."""
    page.goto(reverse("journal:data"))
    if not page.locator(DOWNLOAD).count():
        page.locator("form[action$='/export/'] button[type=submit]").first.click()
        _reload_until(page, DOWNLOAD)


def _refused_post(page: Page, _demo: Demo) -> None:
    """Send a form whose token is gone."""
    page.goto("/accounts/login/")
    page.context.clear_cookies()
    with page.expect_navigation():
        page.locator("main form").first.evaluate("form => form.submit()")


def _rendered(template: str, **context: object) -> Way:
    """A page that nobody can ask for: rendered here, sent in place of an answer."""

    def go(page: Page, _demo: Demo) -> None:
        request = RequestFactory().get("/")
        needs_request = template not in {"500.html", "503.html"}
        with translation.override(page.evaluate("navigator.language")[:2]):
            html = loader.get_template(template).render(context, request if needs_request else None)
        page.route("**/what-went-wrong/", lambda route: route.fulfill(body=html, status=500))
        page.goto("/what-went-wrong/")
        page.unroute("**/what-went-wrong/")

    return go


def _admin_import(page: Page, _demo: Demo) -> None:
    """Look at what a file would do."""
    page.goto(reverse("admin:classifier_song_import"))
    table = "title,artist\nPaper Boats,Lumen\nCanon in D,Johann Pachelbel\n"
    file: FilePayload = {"name": "songs.csv", "mimeType": "text/csv", "buffer": table.encode()}
    page.locator("[name=import_file]").set_input_files(file)
    with page.expect_navigation():
        page.locator(".submit-row [type=submit]").click()
    expect(page.locator(".import-preview")).to_be_visible()


def _nothing_here(page: Page, _demo: Demo) -> None:
    page.goto("/no-such-page/")
    assert "404" in page.content()


FULL_DISK = {
    "status": int(DISK_FULL.status),
    "heading": DISK_FULL.heading,
    "sentence": DISK_FULL.sentence,
}

SCENES = (
    Scene("home", "First page, signed out", "visitor", _path("/")),
    Scene("try-out", "How a file sounds, without an account", "visitor", _try_out),
    Scene("sign-in", "Signing in", "visitor", _path("/accounts/login/")),
    Scene("sign-up", "Making an account", "visitor", _path("/accounts/signup/")),
    Scene("sign-up-refused", "Making an account: what does not fit", "visitor", _refused_sign_up),
    Scene("privacy", "What is stored", "visitor", _at("journal:privacy"), "privacy"),
    Scene(
        "emotions", "What the four feelings mean", "visitor", _at("journal:emotions"), "emotions"
    ),
    Scene("first-steps", "The first day of a new account", "newcomer", _sign_up),
    Scene("first-history", "History without answers", "newcomer", _path("/history/")),
    Scene("first-stats", "Statistics without answers", "newcomer", _path("/stats/")),
    Scene("first-songs", "Songs without any", "newcomer", _path("/songs/")),
    Scene("first-recap", "Recap without answers", "newcomer", _path("/recap/")),
    Scene("day-empty", "Today, nothing answered yet", "idle", _at("journal:day", date="today")),
    Scene(
        *("day", "Today: answered, not sure, listening, not heard, empty", "anna"),
        *(_at("journal:day", date="today"), "day"),
    ),
    Scene("picker", "The picker over the day", "anna", _picker, is_whole=False),
    Scene(
        *("picker-page", "The picker without JavaScript", "anna"),
        *(_at("journal:picker", entry_id="entry"), "picker"),
    ),
    Scene(
        *("picker-spotify", "The picker with what Spotify found", "ada", _search_at_spotify),
        is_whole=False,
    ),
    Scene("profile", "What was heard at Spotify", "ada", _profile, "profile"),
    Scene("share", "What another app shared", "ada", _shared, "share"),
    Scene(
        *("share-file", "Which phrase a shared file answers", "anna"),
        *(_at("journal:share_file", song_id="own"), "share_file"),
    ),
    Scene("too-large", "A file that is too large", "anna", _too_large),
    Scene("keys", "The keys", "anna", _keys, is_whole=False),
    Scene("past-day", "Yesterday", "anna", _at("journal:day", date="past")),
    Scene("song", "A song, with what counted", "anna", _song_why, "song"),
    Scene("like", "More like this", "anna", _at("journal:like", song_id="song"), "like"),
    Scene("history", "History", "anna", _at("journal:history"), "history"),
    Scene("history-found", "History, filtered", "anna", _path("/history/?emotion=sad&q=light")),
    Scene("stats", "Statistics", "anna", _at("journal:stats"), "stats"),
    Scene("recap-month", "A month as one picture", "anna", _recap_of("month"), "recap_month"),
    Scene("recap-year", "A year as one picture", "anna", _recap_of("year"), "recap_year"),
    Scene("songs", "One's own songs", "anna", _at("journal:songs"), "songs"),
    Scene("song-list", "A list to take along", "anna", _at("journal:song_list"), "song_list"),
    Scene("hear", "A month to hear", "anna", _hear_month, "hear_month"),
    Scene("learned", "What it learned", "anna", _at("journal:learnt"), "learnt"),
    Scene("more", "What else there is", "anna", _at("journal:more"), "more"),
    Scene("calendar", "The reminder, and its calendar", "anna", _calendar, "reminders"),
    Scene("phrases", "One's own phrases", "anna", _at("journal:phrases"), "phrases"),
    Scene("settings", "Settings", "anna", _at("journal:settings"), "settings"),
    Scene("data", "Export and import", "anna", _data, "data"),
    Scene("devices", "Where one is signed in", "anna", _at("journal:devices"), "devices"),
    Scene("password", "Another password", "anna", _path("/accounts/password/change/")),
    Scene("second-key", "A second key", "anna", _at("mfa_index")),
    Scene("reauthenticate", "Is it you?", "idle", _prove_it_is_you),
    Scene("second-step", "Switching on two-step sign-in", "idle", _second_step),
    Scene("codes", "Recovery codes", "idle", _new_codes),
    Scene("sign-out", "Signing out", "anna", _path("/accounts/logout/")),
    Scene("leave", "Leaving for good", "anna", _at("journal:leave"), "leave"),
    Scene("error-400", "A request we do not understand", "visitor", _rendered("400.html")),
    Scene("error-403", "Not allowed", "visitor", _rendered("403.html")),
    Scene("error-csrf", "A form that was open too long", "visitor", _refused_post),
    Scene("error-404", "Nothing here", "visitor", _nothing_here),
    Scene("error-429", "Too often", "visitor", _rendered("429.html")),
    Scene("error-500", "Our own fault", "visitor", _rendered("500.html")),
    Scene("error-503", "A full disk", "visitor", _rendered("503.html", **FULL_DISK)),
    Scene("admin-songs", "Admin: songs", "curator", _at("admin:classifier_song_changelist")),
    Scene(
        "admin-insight",
        "Admin: the models and people",
        "curator",
        _at("admin:classifier_insight"),
    ),
    Scene("admin-import", "Admin: what a file would do", "curator", _admin_import),
)
