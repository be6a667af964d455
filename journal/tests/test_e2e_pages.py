"""What only a browser shows of days, songs, history and the try-out: keys, motion, connections."""

from __future__ import annotations

import itertools
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, Route, expect

from journal.day.tests.test_e2e_journal import (
    DAY,
    HEARD,
    LOOK_MS,
    card,
    choose,
    expect_an_emotion,
    expect_no_reload,
    mark,
    open_card,
    open_note,
    open_picker,
    sign_up,
)
from journify.tests.browser import faults_of
from ml.tests.sounds import music, write

pytestmark = pytest.mark.e2e

DROP = """bytes => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([new Uint8Array(bytes)], "dropped.mp3", {type: "audio/mpeg"}));
    return transfer;
}"""
# Remembers the page's colour in every frame it paints while loading.
COLOURS = """
    window.colours = new Set();
    const look = () => {
        if (document.body) colours.add(getComputedStyle(document.documentElement).backgroundColor);
        if (document.readyState !== "complete") requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
"""
# What a song and its artist may be called, and what a phrase or a note may be.
RENAME = """() => {
    const long = "A name, a friend & مغنية " + "A".repeat(180);
    const names = ".song-title, .song-artist, .phrase, .note-text, .answer-list p a, .song h1";
    for (const each of document.querySelectorAll(names)) each.textContent = long;
}"""
SEEDS = itertools.count(200)


@pytest.fixture
def day(page: Page) -> Page:
    """Today's page of somebody who has just made an account."""
    sign_up(page)
    return page


@pytest.fixture
def tune(tmp_path: Path) -> Path:
    sound = music(12.0, seed=next(SEEDS))  # one heard before is not heard
    return write(tmp_path / "tune.mp3", sound, codec="libmp3lame")


def left_of_tryouts(env: dict[str, str]) -> tuple[int, list[Path]]:
    """Rows and files of the running app, whatever its database is."""
    count = "from classifier.models import TryOut; print(TryOut.objects.count())"
    child = subprocess.run(
        [sys.executable, "manage.py", "shell", "--verbosity", "0", "--command", count],
        cwd=settings.BASE_DIR,
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    files = (Path(env["JOURNIFY_DATA_DIR"]) / "media" / "tryouts").glob("*")
    return int(child.stdout), list(files)


class TestToday:
    def test_keys_lead_from_phrase_to_phrase_and_explain_themselves(self, day: Page) -> None:
        day.keyboard.press("n")
        expect(card(day, 0)).to_be_focused()
        day.keyboard.press("n")
        expect(card(day, 1)).to_be_focused()
        day.keyboard.press("?")
        expect(day.get_by_role("dialog", name="Keys")).to_be_visible()
        day.keyboard.press("Escape")
        expect(day.get_by_role("dialog", name="Keys")).to_be_hidden()

    def test_keys_of_one_character_can_be_switched_off_for_good(self, day: Page) -> None:
        button = day.get_by_role("button", name="Keys")
        box = day.get_by_role("checkbox", name="Use n, /, p and ? on this device")
        button.click()
        box.uncheck()
        day.keyboard.press("Escape")
        day.reload()
        for key in "n/p?":
            day.keyboard.press(key)
        expect(day.get_by_role("dialog")).to_have_count(0)
        expect(day.locator(".card:focus")).to_have_count(0)
        expect(day.locator("#player-bar")).to_be_hidden()
        button.click()
        box.check()
        day.keyboard.press("Escape")
        day.keyboard.press("n")
        expect(card(day, 0)).to_be_focused()

    def test_a_phrase_is_swapped_where_it_stands(self, day: Page) -> None:
        mark(day)
        before = card(day).locator(".phrase").inner_text()
        card(day).get_by_role("button", name="Another phrase").click()
        expect(card(day).locator(".phrase")).not_to_have_text(before)
        after = card(day).locator(".phrase").inner_text()
        expect(card(day).get_by_role("button", name="Another phrase")).to_be_focused()
        expect(day.locator("#news")).to_contain_text(after)
        expect_no_reload(day)

    def test_a_phrase_of_ones_own_is_answered(self, day: Page) -> None:
        day.locator("#more-phrases > summary").click()
        day.get_by_label("A phrase of your own").fill("On the stairs at night I heard…")
        day.get_by_role("button", name="Put it on this page").click()
        own = day.get_by_role("article").filter(has_text="On the stairs at night")
        expect(own).to_be_in_viewport()
        open_picker(day, own).locator("[data-song]").first.click()
        expect_an_emotion(own)
        expect(day.locator("#day-ring")).to_contain_text("of 13")

    def test_how_it_really_was_is_one_tap_and_some_words(self, day: Page) -> None:
        mark(day)
        today = day.url
        felt = day.get_by_role("form", name="How was it, really?")
        for word in ("calm", "sad"):
            felt.get_by_role("button", name=word).click()
            expect(felt.get_by_role("button", name=word)).to_have_attribute("aria-pressed", "true")
        with day.expect_response("**/felt/"):
            felt.get_by_label("People, places, doings").fill("Anna, the sea")
        expect(felt).to_contain_text("Saved")
        expect_no_reload(day)
        day.get_by_role("link", name="The day before").click()
        day.wait_for_url(DAY)
        with day.expect_response("**/felt/"):
            felt.get_by_label("People, places, doings").fill("swimming, an")
        day.goto(today)
        expect(felt.get_by_label("People, places, doings")).to_have_value("Anna, the sea")
        expect(felt.locator("[aria-pressed=true]")).to_have_text(["sad", "calm"])
        with day.expect_response("**/felt/"):
            felt.get_by_label("People, places, doings").fill("Anna, the sea, s")
        offered = day.locator("#felt-known option")
        offers = offered.evaluate_all("all => all.map((each) => each.value)")
        assert "Anna, the sea, swimming" in offers
        assert faults_of(day) == []

    @pytest.mark.slow
    def test_the_first_steps_are_ticked_off_and_gone_next_time(self, day: Page) -> None:
        steps = day.locator(".first-steps")
        expect(steps).to_contain_text("three steps")
        expect(steps.locator(".first-done")).to_be_hidden()
        open_picker(day, card(day)).locator("[data-song]").first.click()
        expect_an_emotion(card(day))
        expect(steps.locator(".first-done")).to_be_visible()
        day.reload()
        expect(steps).to_have_count(0)

    def test_back_from_a_song_shows_the_day_as_it_is(self, day: Page) -> None:
        open_picker(day, card(day)).locator("[data-song]").first.click()
        expect_an_emotion(card(day))
        card(day).locator(".song-title").click()
        day.wait_for_url(re.compile("/songs/"))
        day.get_by_role("button", name=re.compile("^energetic|energetic$")).first.click()
        expect(day.locator("#song")).to_contain_text("and that counts")
        day.goto("/")
        card(day).locator(".song-title").click()
        day.wait_for_url(re.compile("/songs/"))
        day.go_back()
        expect(day).to_have_url(DAY)
        expect(card(day)).to_have_attribute("data-emotion", "energetic")
        expect(card(day)).to_contain_text("and that counts")


class TestConnection:
    @pytest.mark.slow
    def test_a_card_listens_on_after_the_server_was_away(
        self, browser: Browser, base_url: str, tune: Path
    ) -> None:
        # what a service worker asks for passes by `route`
        context = browser.new_context(base_url=base_url, service_workers="block")
        page = context.new_page()
        sign_up(page)
        answers: list[int] = []

        def restarting(route: Route) -> None:
            answers.append(503)
            if len(answers) == 1:
                route.abort("connectionrefused")
            elif len(answers) == 2:
                route.fulfill(status=503, body="restarting")
            else:
                route.continue_()

        page.route("**/card/**", restarting)
        open_picker(page, card(page)).locator("input[type=file]").set_input_files(tune)
        expect_an_emotion(card(page))
        assert len(answers) >= 3
        expect(page.locator("#messages")).to_be_empty()
        context.close()

    @pytest.mark.slow
    def test_a_card_goes_on_when_the_connection_is_back(
        self, browser: Browser, base_url: str, tune: Path
    ) -> None:
        # what a service worker asks for passes by `route`
        context = browser.new_context(base_url=base_url, service_workers="block")
        page = context.new_page()
        sign_up(page)
        held: list[Route] = []

        def hold(route: Route) -> None:
            held.append(route)

        page.route("**/card/**", hold)
        with page.expect_request("**/card/**", timeout=HEARD):
            dialog = open_picker(page, card(page))
            dialog.locator("input[type=file]").set_input_files(tune)
        expect(card(page)).to_have_attribute("data-state", "listening")
        # before the route is taken away, which lets go of what is held
        with page.expect_event("requestfailed"):
            for route in held:
                route.abort()
        context.set_offline(True)
        page.unroute("**/card/**")
        expect(page.locator("#offline")).to_be_visible()
        context.set_offline(False)
        expect(page.locator("#offline")).to_be_hidden()
        expect_an_emotion(card(page))
        context.close()


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_the_chosen_theme_does_not_flash(day: Page, theme: str) -> None:
    choose(day, "theme", theme)
    # the device wants the other one
    other = "light" if theme == "dark" else "dark"
    day.emulate_media(color_scheme=other)  # type: ignore[arg-type]
    day.add_init_script(COLOURS)
    day.goto("/history/")
    assert len(day.evaluate("[...colours]")) == 1
    assert day.locator("html").get_attribute("data-theme") == theme


@pytest.mark.slow
def test_paper_gets_answers_whole_notes_and_no_buttons(day: Page) -> None:
    open_picker(day, card(day)).locator("[data-song]").first.click()
    expect_an_emotion(card(day))
    open_note(card(day)).fill("It rained, and I sang. " * 40)
    expect(card(day)).to_contain_text("Saved")
    day.reload()
    note = open_card(card(day)).locator(".note-text")
    is_cut = "note => note.clientHeight < note.scrollHeight"
    assert note.evaluate(is_cut)
    day.emulate_media(media="print", color_scheme="dark")
    day.reload()
    expect(card(day).locator(".song-title")).to_be_visible()
    expect(card(day).locator(".card-state")).to_be_visible()
    assert not note.evaluate(is_cut)
    for hidden in (".tab", ".button", ".card[data-state=empty]", ".own-phrase", ".colophon"):
        assert not any(each.is_visible() for each in day.locator(hidden).all()), hidden
    ink = day.evaluate("getComputedStyle(document.querySelector('.card .phrase')).color")
    lightness = re.search(r"oklch\(([\d.]+)", ink)
    assert lightness
    assert float(lightness[1]) < 0.5, "dark letters, whatever the device has"


@pytest.mark.slow
def test_words_of_any_length_and_direction_fit(day: Page) -> None:
    day.set_viewport_size({"width": 360, "height": 740})
    open_picker(day, card(day)).locator("[data-song]").first.click()
    expect_an_emotion(card(day))
    song = card(day).locator(".song-title").get_attribute("href")
    for path in (day.url, "/history/", "/songs/", song):
        day.goto(str(path))
        day.evaluate(RENAME)
        assert day.evaluate("document.documentElement.scrollWidth") <= 360, path


@pytest.mark.slow
def test_a_song_says_what_counted(day: Page) -> None:
    open_picker(day, card(day)).locator("[data-song]").first.click()
    expect_an_emotion(card(day))
    card(day).locator(".song-title").click()
    mark(day)
    day.get_by_role("button", name="Show what counted").click()
    expect(day.locator(".panes image")).to_have_count(3, timeout=HEARD)
    expect(day.locator("#why")).to_contain_text("Most of the evidence for")
    assert day.evaluate(
        "fetch(document.querySelector('.panes image').href.baseVal).then(r => r.ok)"
    )
    expect_no_reload(day)
    # a marked place is heard, and a little of what is around it
    place = day.locator(".panes a").first
    start, end = (
        float(each) for each in str(place.get_attribute("href")).partition("#t=")[2].split(",")
    )
    place.click()
    day.wait_for_function(
        f"""() => {{
            const {{currentTime, duration, paused, ended}} = document.getElementById("player");
            return (paused || ended) && currentTime >= Math.min({end}, duration) - 0.1;
        }}""",
        timeout=HEARD,
    )
    assert start < day.evaluate("document.getElementById('player').currentTime") < end + 2
    assert faults_of(day) == []


class TestHistory:
    def test_slash_finds_and_the_url_remembers(self, day: Page) -> None:
        open_picker(day, card(day)).locator("[data-song]").first.click()
        title = card(day).locator(".song-title").inner_text()
        expect_an_emotion(card(day))
        day.goto("/history/")
        expect(day.locator(".year [aria-current=date]")).to_have_count(1)
        day.keyboard.press("/")
        expect(day.get_by_label("Words")).to_be_focused()
        day.keyboard.type(title)
        day.keyboard.press("Enter")
        day.wait_for_url(re.compile(r"\?q="))
        expect(day.locator(".answer-list > li")).to_have_count(1)
        day.go_back()
        expect(day).to_have_url(re.compile(r"/history/$"))


class TestTryOut:
    def test_a_dropped_file_is_heard_and_forgotten(
        self, page: Page, tune: Path, app_env: dict[str, str]
    ) -> None:
        page.goto("/")
        mark(page)
        transfer = page.evaluate_handle(DROP, list(tune.read_bytes()))
        page.locator("[data-drop]").dispatch_event("drop", {"dataTransfer": transfer})
        result = page.locator("#try-out[data-state=answered]")
        expect(result).to_contain_text("dropped", timeout=HEARD)
        expect(result.locator(".channel-percent")).to_have_count(4)
        expect_no_reload(page)
        assert left_of_tryouts(app_env) == (0, [])

    def test_what_is_no_song_is_told_at_once(
        self, page: Page, tmp_path: Path, app_env: dict[str, str]
    ) -> None:
        letter = tmp_path / "letter.mp3"
        letter.write_text("not a song")
        page.goto("/")
        page.locator("#try-audio").set_input_files(letter)
        expect(page.get_by_role("alert")).to_have_text("This file could not be read as audio.")
        assert left_of_tryouts(app_env) == (0, [])

    @pytest.mark.slow
    def test_it_works_without_javascript(self, browser: Browser, base_url: str, tune: Path) -> None:
        context = browser.new_context(base_url=base_url, java_script_enabled=False)
        page = context.new_page()
        page.goto("/")
        page.locator("#try-audio").set_input_files(tune)
        page.get_by_role("button", name="Hear it").click()
        page.wait_for_url(re.compile("/try/.+/"))
        for _ in range(HEARD // LOOK_MS):
            if page.locator("#try-out[data-state=answered]").count():
                break
            page.wait_for_timeout(LOOK_MS)
            page.get_by_role("link", name="Look again").click()
        expect(page.locator("#try-out")).to_have_attribute("data-state", "answered")
        page.reload()
        expect(page.locator("#try-out")).to_contain_text("shown once and is deleted")
        context.close()
