"""The whole way of a listener: a real browser, a real worker, the shipped weights."""

from __future__ import annotations

import itertools
import re
import time
import uuid
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from journify.tests.browser import faults_in_both_schemes
from ml.tests.sounds import music, write

pytestmark = pytest.mark.e2e

PASSWORD = "a-song-for-every-day"
DAY = re.compile(r"/journal/\d{4}-\d\d-\d\d/")
HEARD = 120_000  # ms: the models may still be loading when the first song comes
LOOK_MS = 500  # between two looks at what does not change by itself

SEEDS = itertools.count(100)


@pytest.fixture
def tune(tmp_path: Path) -> Path:
    """A short piece of music as an MP3 file, another each time: one heard before is not heard."""
    sound = music(12.0, seed=next(SEEDS))
    return write(tmp_path / "My tune 🎵.mp3", sound, codec="libmp3lame")


@pytest.fixture
def day(page: Page) -> Page:
    """Today's page of somebody who has just made an account."""
    sign_up(page)
    return page


def sign_up(page: Page) -> str:
    name = f"e2e-{uuid.uuid4().hex[:10]}"
    page.goto("/accounts/signup/")
    page.locator("[name=username]").fill(name)
    page.locator("[name=password1]").fill(PASSWORD)
    page.locator("[name=password2]").fill(PASSWORD)
    page.get_by_role("button", name="Make my account").click()
    page.wait_for_url(DAY)  # until it is loaded, scripts and all
    return name


def card(page: Page, number: int = 0) -> Locator:
    return page.get_by_role("article").nth(number)


def open_card(of: Locator) -> Locator:
    """Have a card show its bars, its note and what can be done with it."""
    more = of.locator(".card-more")
    if more.count() and more.get_attribute("open") is None:
        more.locator("> summary").click()
    return of


def open_note(of: Locator) -> Locator:
    """Open the field of a card's note."""
    note = open_card(of).locator("details[id^=note-]")
    if note.get_attribute("open") is None:
        note.locator("> summary").click()
    return of.get_by_role("textbox", name="Note")


def open_picker(page: Page, of: Locator) -> Locator:
    open_card(of)
    of.get_by_role("link", name=re.compile("Answer with a song|Change")).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    return dialog


def expect_an_emotion(of: Locator) -> None:
    """Wait for the model's answer: a word, and four probabilities that make a whole."""
    expect(of).to_have_attribute("data-state", re.compile("answered|unsure"), timeout=HEARD)
    shares = of.locator(".channel-percent").all_text_contents()
    assert len(shares) == 4
    assert 97 <= sum(int(share.removesuffix("%")) for share in shares) <= 103


def mark(page: Page) -> None:
    """Leave a mark that a reload would wipe away."""
    page.evaluate("window.notReloaded = true")


def expect_no_reload(page: Page) -> None:
    assert page.evaluate("window.notReloaded") is True


def test_an_own_file_is_answered_with_an_emotion(day: Page, tune: Path) -> None:
    expect(day.get_by_role("article")).to_have_count(3)
    day.locator("#more-phrases > summary").click()
    expect(day.get_by_role("article")).to_have_count(12)
    mark(day)
    dialog = open_picker(day, card(day))
    dialog.locator("input[type=file]").set_input_files(tune)
    expect(dialog).to_be_hidden()
    expect(card(day)).to_contain_text("My tune 🎵")
    expect_an_emotion(card(day))
    expect_no_reload(day)
    day.reload()
    expect_an_emotion(card(day))


def test_a_demo_song_is_changed_noted_corrected_and_removed(day: Page) -> None:
    mark(day)
    songs = open_picker(day, card(day, 1)).locator("[data-song]")
    first, second = songs.nth(0).locator("b").inner_text(), songs.nth(1).locator("b").inner_text()
    songs.nth(0).click()
    expect(card(day, 1)).to_contain_text(first)
    expect_an_emotion(card(day, 1))

    open_picker(day, card(day, 1)).locator("[data-song]").nth(1).click()
    expect(card(day, 1)).to_contain_text(second)
    expect(card(day, 1)).not_to_contain_text(first)
    expect_an_emotion(card(day, 1))

    open_note(card(day, 1)).fill("On the night train.")
    expect(card(day, 1)).to_contain_text("Saved")

    open_card(card(day, 1)).get_by_role("button", name=re.compile("energetic")).click()
    expect(card(day, 1).get_by_role("button", name=re.compile("energetic"))).to_be_focused()
    expect(card(day, 1)).to_contain_text("and that counts")
    expect(day.locator("#day-ring")).to_contain_text("energetic")

    open_card(card(day, 1)).get_by_role("button", name="Remove").click()
    card(day, 1).get_by_role("button", name="Remove the song").click()
    expect(card(day, 1)).to_have_attribute("data-state", "empty")
    expect_no_reload(day)
    day.reload()
    expect(card(day, 1)).to_have_attribute("data-state", "empty")
    expect(card(day, 1)).to_contain_text("On the night train.")


def test_the_answer_stays_when_a_file_is_refused(day: Page, tmp_path: Path) -> None:
    open_picker(day, card(day)).locator("[data-song]").first.click()
    title = card(day).locator(".song-title").inner_text()
    bad = tmp_path / "holiday.mp3"
    bad.write_text("this is a letter, not a song")
    dialog = open_picker(day, card(day))
    dialog.locator("input[type=file]").set_input_files(bad)
    expect(dialog.get_by_role("alert")).to_have_text("This file could not be read as audio.")
    day.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(card(day)).to_contain_text(title)
    expect_an_emotion(card(day))


@pytest.mark.any_database
def test_a_picker_that_was_closed_at_once_stays_closed(day: Page) -> None:
    """Sooner than a hand can, but not sooner than a slow phone lets it."""
    day.evaluate(
        """() => {
            const dialog = document.getElementById("picker");
            new MutationObserver(() => dialog.close()).observe(dialog, {childList: true});
        }"""
    )
    card(day).get_by_role("link", name="Answer with a song").click()
    dialog = day.locator("#picker")
    expect(dialog.locator("form.search")).to_have_count(1)
    day.wait_for_timeout(300)
    expect(dialog).to_be_hidden()


@pytest.mark.any_database
def test_a_file_is_dropped(day: Page, tune: Path) -> None:
    dialog = open_picker(day, card(day))
    content = list(tune.read_bytes())
    transfer = day.evaluate_handle(
        """bytes => {
            const transfer = new DataTransfer();
            const file = new File([new Uint8Array(bytes)], "dropped.mp3", {type: "audio/mpeg"});
            transfer.items.add(file);
            return transfer;
        }""",
        content,
    )
    dialog.locator("[data-drop]").dispatch_event("drop", {"dataTransfer": transfer})
    expect(card(day)).to_contain_text("dropped")
    expect_an_emotion(card(day))


def hold_a_note(page: Page) -> list[Route]:
    """Hold back the next note that is sent; it is in the list then."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(re.compile(r"/note/$"), hold, times=1)
    return held


def test_a_song_is_picked_while_a_note_is_being_saved(day: Page) -> None:
    held = hold_a_note(day)
    with day.expect_request(re.compile(r"/note/$")):
        open_note(card(day)).fill("Still humming it.")
        # the picker is drawn before the note is saved
        dialog = open_picker(day, card(day))
    dialog.locator("[data-song]").first.click()
    held.pop().continue_()
    expect(card(day)).to_contain_text("Still humming it.")
    expect_an_emotion(card(day))
    expect(day.locator("#messages")).to_be_empty()


@pytest.mark.any_database
def test_a_phrase_is_answered_by_keyboard_alone(day: Page) -> None:
    day.keyboard.press("n")
    expect(card(day)).to_be_focused()
    day.keyboard.press("/")
    dialog = day.get_by_role("dialog")
    expect(dialog.get_by_role("searchbox")).to_be_focused()
    title = dialog.locator("[data-song] b").last.inner_text()
    day.keyboard.type(title)
    expect(dialog.locator("[data-song]")).to_have_count(1)
    day.keyboard.press("ArrowDown")
    day.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(card(day)).to_contain_text(title)
    expect(card(day)).to_be_focused()


@pytest.mark.any_database
def test_the_picker_gives_the_focus_back_when_closed(day: Page) -> None:
    opener = card(day).get_by_role("link", name="Answer with a song")
    opener.focus()
    day.keyboard.press("Enter")
    expect(day.get_by_role("dialog")).to_be_visible()
    day.keyboard.press("Escape")
    expect(opener).to_be_focused()


def test_tomorrow_brings_a_new_page_and_keeps_yesterdays(day: Page) -> None:
    # the two zones are 25 hours apart: there it is always the next day
    choose(day, "time_zone", "Pacific/Pago_Pago")
    day.goto("/")
    open_picker(day, card(day)).locator("[data-song]").first.click()
    title = card(day).locator(".song-title").inner_text()
    yesterday = day.url
    choose(day, "time_zone", "Pacific/Kiritimati")
    day.goto("/")
    assert day.url > yesterday
    expect(card(day)).to_have_attribute("data-state", "empty")
    day.goto("/history/")
    path = re.search(DAY, yesterday)
    assert path is not None
    day.locator(f"a[href='{path[0]}']").click()
    expect(card(day)).to_contain_text(title)


@pytest.mark.any_database
def test_the_theme_is_kept(day: Page) -> None:
    light = background(day)
    choose(day, "theme", "dark")
    day.goto("/")
    assert background(day) != light
    choose(day, "theme", "light")
    day.goto("/")
    assert background(day) == light


@pytest.mark.any_database
def test_a_lost_connection_is_told_and_goes_away(browser: Browser, base_url: str) -> None:
    # the browser itself logs failed requests as errors: no console check here
    context = browser.new_context(base_url=base_url)
    page = context.new_page()
    sign_up(page)
    context.set_offline(True)
    expect(page.locator("#offline")).to_be_visible()
    context.set_offline(False)
    expect(page.locator("#offline")).to_be_hidden()
    open_picker(page, card(page)).locator("[data-song]").first.click()
    expect_an_emotion(card(page))
    context.close()


@pytest.mark.any_database
def test_a_card_listens_on_when_the_connection_was_away(
    browser: Browser, base_url: str, tune: Path
) -> None:
    context = browser.new_context(base_url=base_url)
    page = context.new_page()
    sign_up(page)
    cards_are_cut_off = {"yes": False}

    def gate(route) -> None:  # type: ignore[no-untyped-def]
        if cards_are_cut_off["yes"]:
            route.abort()
        else:
            route.continue_()

    page.route("**/card/**", gate)
    cards_are_cut_off["yes"] = True
    open_picker(page, card(page)).locator("input[type=file]").set_input_files(tune)
    expect(page.locator("#offline")).to_be_visible()
    cards_are_cut_off["yes"] = False
    expect_an_emotion(card(page))
    expect(page.locator("#offline")).to_be_hidden()
    context.close()


def test_everything_works_without_javascript(browser: Browser, base_url: str, tune: Path) -> None:
    context = browser.new_context(base_url=base_url, java_script_enabled=False)
    page = context.new_page()
    sign_up(page)
    card(page).get_by_role("link", name="Answer with a song").click()
    page.locator("input[type=file]").set_input_files(tune)
    page.get_by_role("button", name="Answer with this file").click()
    expect(page).to_have_url(DAY)
    for _ in range(HEARD // LOOK_MS):
        if card(page).get_attribute("data-state") in {"answered", "unsure"}:
            break
        page.wait_for_timeout(LOOK_MS)
        page.reload()
    expect_an_emotion(card(page))
    open_card(card(page)).get_by_role("button", name=re.compile("sad")).click()
    expect(card(page)).to_contain_text("and that counts")
    context.close()


# all that a listener can open without a key in the address
PAGES = (
    *("/journal/", "/phrases/", "/history/", "/stats/", "/recap/", "/songs/", "/settings/"),
    *("/settings/data/", "/settings/devices/", "/settings/leave/", "/accounts/password/change/"),
    *("/accounts/second-key/", "/accounts/logout/", "/emotions/", "/privacy/"),
    *("/settings/reminder/", "/songs/list/", "/learned/", "/more/", "/listening/", "/share/"),
    *("/offline/", "/try/songs/", "/accounts/second-key/totp/activate/"),
    *("/accounts/second-key/recovery-codes/generate/", "/accounts/reauthenticate/"),
)
SIGNED_OUT = (
    *("/", "/accounts/login/", "/accounts/signup/", "/emotions/", "/privacy/", "/no-such-page/"),
)


@pytest.mark.any_database
def test_no_page_has_an_accessibility_fault(browser: Browser, base_url: str) -> None:
    # without motion: colours are judged as they stay, not half-way through a dialog's fading in
    context = browser.new_context(base_url=base_url, reduced_motion="reduce")
    page = context.new_page()
    for path in SIGNED_OUT:
        page.goto(path)
        expect_no_fault(page)
    sign_up(page)
    open_picker(page, card(page))
    expect_no_fault(page)
    page.get_by_role("dialog").locator("[data-song]").first.click()
    expect_an_emotion(card(page))
    for path in PAGES:
        page.goto(path)
        expect_no_fault(page)
    page.goto("/")
    card(page).locator(".song-title").click()
    expect_no_fault(page)
    context.close()


@pytest.mark.any_database
def test_nothing_is_wider_than_a_small_phone(phone: Page) -> None:
    for path in SIGNED_OUT:
        phone.goto(path)
        expect_fits(phone)
    sign_up(phone)
    open_picker(phone, card(phone)).locator("[data-song]").first.click()
    expect_an_emotion(card(phone))
    for path in PAGES:
        phone.goto(path)
        expect_fits(phone)


def test_a_song_has_a_page_with_its_segments_and_its_sound(day: Page) -> None:
    open_picker(day, card(day)).locator("[data-song]").first.click()
    expect_an_emotion(card(day))
    title = card(day).locator(".song-title").inner_text()
    card(day).locator(".song-title").click()
    expect(day.get_by_role("heading", name=title)).to_be_visible()
    seconds = day.evaluate(
        """() => new Promise((resolve, reject) => {
            const audio = document.querySelector("audio");
            audio.addEventListener("loadedmetadata", () => resolve(audio.duration));
            audio.addEventListener("error", () => reject(audio.error.message));
            audio.load();
        })"""
    )
    assert 28 < seconds < 32


@pytest.mark.any_database
def test_a_song_plays_from_the_part_that_is_tapped(day: Page, tmp_path: Path) -> None:
    long = write(tmp_path / "long.mp3", music(70, seed=next(SEEDS)), codec="libmp3lame")
    open_picker(day, card(day)).locator("input[type=file]").set_input_files(long)
    expect_an_emotion(card(day))
    card(day).locator(".song-title").click()
    parts = day.locator(".segments a")
    expect(parts).to_have_text([re.compile(f"0:{at}0 to 0:{at + 1}0") for at in (2, 3, 4)])
    for part, start in ((1, 30), (2, 40), (0, 20)):
        parts.nth(part).click()
        deadline = time.monotonic() + HEARD / 1000
        while not start <= day.evaluate("document.querySelector('audio').currentTime") < start + 10:
            assert time.monotonic() < deadline, f"part {part} does not play from {start} s"
            day.wait_for_timeout(100)
    assert day.evaluate("() => !document.querySelector('audio').paused")
    assert re.search(r"/audio/#t=20$", str(parts.first.get_attribute("href")))


def choose(page: Page, name: str, value: str) -> None:
    page.goto("/settings/")
    field = page.locator(f"[name={name}]").first
    if field.evaluate("element => element.tagName") == "SELECT":
        field.select_option(value)
    else:
        page.locator(f"[name={name}][value={value}]").check()
    page.get_by_role("button", name=re.compile("Save|Keep", re.IGNORECASE)).click()
    expect(page.get_by_text("Your settings are saved.")).to_be_visible()


def background(page: Page) -> str:
    return str(page.evaluate("getComputedStyle(document.documentElement).backgroundColor"))


def expect_no_fault(page: Page) -> None:
    assert faults_in_both_schemes(page) == [], page.url


def expect_fits(page: Page) -> None:
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 360, f"{page.url} is {wide} px wide"
