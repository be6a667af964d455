"""Without a connection: the page says so, and what is written is kept and sent once."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Response, Route, expect

from journal.day.tests.test_e2e_journal import (
    HEARD,
    LOOK_MS,
    card,
    open_note,
    open_picker,
    sign_up,
)
from journify.tests.browser import faults_of
from journify.tests.line import Line, line_to

pytestmark = pytest.mark.e2e

NOTE = "Written on the train, in a tunnel."
KEPT = "localStorage.getItem('journify.kept')"
IS_READY = """() => Promise.race([
    new Promise((givenUp) => setTimeout(givenUp, 60000, false)),
    navigator.serviceWorker.ready.then(() => true),
])"""


@pytest.fixture
def line(base_url: str) -> Iterator[Line]:
    with line_to(base_url) as line:
        yield line


@pytest.fixture
def device(browser: Browser, line: Line) -> Iterator[BrowserContext]:
    with browser.new_context(base_url=line.address) as context:
        yield context


@pytest.fixture
def day(device: BrowserContext) -> Page:
    page = device.new_page()
    with page.expect_response(re.compile("/pick/$")) as picker:  # for when the line is cut
        sign_up(page)
    picker.value.finished()
    assert page.evaluate(IS_READY)
    return page


def go_offline(page: Page, line: Line) -> None:
    line.cut()
    page.context.set_offline(True)


def go_online(page: Page, line: Line) -> None:
    line.mend()
    page.context.set_offline(False)


def write_note(page: Page, text: str, number: int = 0) -> None:
    open_note(card(page, number)).fill(text)


def answer(page: Page, number: int = 0) -> str:
    dialog = open_picker(page, card(page, number))
    song = dialog.locator("[data-song]").first
    title = song.locator("b").inner_text()
    song.click()
    return title


def answers(page: Page) -> int:
    """How many phrases of the day have an answer, as the server says."""
    return page.locator(".card:not([data-state=empty])").count()


def wait_for(page: Page, condition: str) -> None:
    """Wait until an expression is true; the page's own policy forbids Playwright's way to."""
    for _ in range(HEARD // LOOK_MS):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(LOOK_MS)
    pytest.fail(f"never true: {condition}")


def wait_until_sent(page: Page) -> None:
    wait_for(page, f"{KEPT} === null")


def write_both_offline(day: Page, line: Line) -> str:
    go_offline(day, line)
    write_note(day, NOTE, 1)
    expect(card(day, 1)).to_contain_text("Kept on this device")
    title = answer(day)
    expect(card(day)).to_contain_text(f"{title} is kept on this device")
    return title


def expect_each_once(day: Page, title: str) -> None:
    expect(card(day).locator(".song-title")).to_have_text(title, timeout=HEARD)
    expect(card(day, 1).locator("[id^=note-text]")).to_have_text(NOTE)
    assert day.evaluate(KEPT) is None
    day.reload()
    expect(card(day).locator(".song-title")).to_have_text(title)
    assert answers(day) == 1
    assert day.get_by_text(NOTE, exact=True).filter(visible=True).count() == 1


def test_what_was_written_offline_is_there_once_after_coming_back(day: Page, line: Line) -> None:
    title = write_both_offline(day, line)
    go_online(day, line)
    expect_each_once(day, title)


@pytest.mark.slow
def test_it_is_sent_by_the_next_tab_when_this_one_was_closed(
    day: Page, line: Line, device: BrowserContext
) -> None:
    title = write_both_offline(day, line)
    address = day.url
    day.close()
    device.set_offline(False)
    line.mend()
    later = device.new_page()
    later.goto("/more/")  # any page will do
    wait_until_sent(later)
    later.goto(address)
    expect_each_once(later, title)


@pytest.mark.slow
def test_an_answer_whose_receipt_was_lost_is_given_once(
    day: Page, line: Line, device: BrowserContext
) -> None:
    """The server had it already: the device cannot know, and sends it again."""
    sent: list[str] = []
    day.on("request", lambda request: sent.append(request.url.rsplit("/", 2)[-2]))
    title = write_both_offline(day, line)
    kept = day.evaluate(KEPT)
    go_online(day, line)
    wait_until_sent(day)
    day.evaluate("kept => localStorage.setItem('journify.kept', kept)", kept)
    with day.expect_response(re.compile("/answer/$")):
        day.reload()
    wait_until_sent(day)
    assert sent.count("answer") >= 2
    expect_each_once(day, title)


@pytest.mark.slow
def test_a_card_takes_its_note_and_its_answer(day: Page, line: Line) -> None:
    """The second is sent for the revision that the first has made."""
    go_offline(day, line)
    write_note(day, NOTE)
    expect(card(day)).to_contain_text("Kept on this device")
    title = answer(day)
    expect(card(day).locator("[data-kept]")).to_be_visible()
    go_online(day, line)
    expect(card(day).locator(".song-title")).to_have_text(title, timeout=HEARD)
    wait_until_sent(day)
    day.reload()
    expect(card(day).locator(".song-title")).to_have_text(title)
    expect(card(day).locator("[id^=note-text]")).to_have_text(NOTE)


def hold_cards_until_taken(page: Page, count: int) -> None:
    """Hold back what is asked of cards until the server has taken that many answers."""
    held: list[Route] = []
    taken: list[str] = []

    def hold(route: Route) -> None:
        if len(taken) < count:
            held.append(route)
        else:
            route.continue_()

    def note(response: Response) -> None:
        taken.extend([response.url] if response.url.endswith("/answer/") else [])
        while held and len(taken) >= count:
            held.pop().continue_()

    page.route("**/card/", hold)
    page.on("response", note)


@pytest.mark.slow
def test_several_cards_are_drawn_as_the_server_has_them(day: Page, line: Line) -> None:
    """However long it takes to ask for the first: its page comes after all answers were sent."""
    go_offline(day, line)
    titles = []
    for number in range(3):
        titles.append(answer(day, number))
        expect(card(day, number).locator("[data-kept]")).to_be_visible()
    hold_cards_until_taken(day, len(titles))
    go_online(day, line)
    for number, title in enumerate(titles):
        expect(card(day, number).locator(".song-title")).to_have_text(title, timeout=HEARD)


@pytest.mark.slow
def test_what_was_typed_later_counts(day: Page, line: Line) -> None:
    go_offline(day, line)
    for text in ("First", "First, and more"):
        write_note(day, text)
        expect(card(day)).to_contain_text("Kept on this device")
        wait_for(day, f"{KEPT}.includes('{text}\"')")
    go_online(day, line)
    expect(card(day).locator("[id^=note-text]")).to_have_text("First, and more")


@pytest.mark.slow
def test_a_note_that_another_device_changed_is_chosen_between(
    day: Page, line: Line, browser: Browser, device: BrowserContext, base_url: str
) -> None:
    cookies = device.cookies()
    go_offline(day, line)
    write_note(day, NOTE)
    expect(card(day)).to_contain_text("Kept on this device")
    with browser.new_context(base_url=base_url) as other:
        other.add_cookies(cookies)
        elsewhere = other.new_page()
        elsewhere.goto("/journal/")
        with elsewhere.expect_response(re.compile("/note/$")):
            write_note(elsewhere, "Written elsewhere.")
        expect(card(elsewhere).locator("[id^=note-text]")).to_have_text("Written elsewhere.")
    go_online(day, line)
    refused = card(day).locator(".note-refused")
    expect(refused.locator("textarea")).to_have_value(NOTE)
    expect(refused).to_contain_text("Written elsewhere.")
    refused.get_by_role("button", name="Keep both").click()
    expect(card(day).locator("[id^=note-text]")).to_have_text(f"Written elsewhere.\n\n{NOTE}")


def say_how_it_was(day: Page, line: Line) -> None:
    """Say a feeling and a tag offline, each by itself."""
    go_offline(day, line)
    day.locator("#felt-calm").click()
    expect(day.locator("#felt-said")).to_have_text("Kept on this device")
    expect(day.locator("#felt-calm")).to_have_attribute("aria-pressed", "true")
    day.locator("#felt-tags").fill("the sea")
    wait_for(day, f"{KEPT}.includes('the sea')")


def expect_how_it_was(day: Page) -> None:
    day.reload()
    expect(day.locator("#felt-calm")).to_have_attribute("aria-pressed", "true")
    expect(day.locator("#felt [aria-pressed=true]")).to_have_count(1)
    expect(day.locator("#felt-tags")).to_have_value("the sea")


@pytest.mark.slow
def test_how_the_day_was_is_kept_and_sent_once(day: Page, line: Line) -> None:
    taken: list[int] = []
    day.on("response", lambda got: taken.append(got.status) if got.url.endswith("/felt/") else None)
    say_how_it_was(day, line)
    go_online(day, line)
    expect(day.locator("#felt-said")).to_have_text("Saved")
    wait_until_sent(day)
    assert taken == [200]
    expect_how_it_was(day)


@pytest.mark.slow
def test_how_the_day_was_is_sent_by_the_next_tab(
    day: Page, line: Line, device: BrowserContext
) -> None:
    say_how_it_was(day, line)
    address = day.url
    day.close()
    device.set_offline(False)
    line.mend()
    later = device.new_page()
    later.goto("/more/")
    wait_until_sent(later)
    later.goto(address)
    expect_how_it_was(later)


def test_a_page_that_cannot_be_had_says_so_and_comes_by_itself(day: Page, line: Line) -> None:
    day.goto("/more/")
    go_offline(day, line)
    day.goto("/history/", wait_until="commit")
    expect(day.get_by_role("heading", name="No connection")).to_be_visible()
    assert faults_of(day) == []
    go_online(day, line)
    expect(day.get_by_role("heading", name="Your days in colour")).to_be_visible()


@pytest.mark.slow
def test_only_what_pages_are_drawn_with_is_kept(day: Page) -> None:
    day.goto("/settings/")
    day.goto("/history/")
    kept = day.evaluate(
        """async () => {
            const kept = [];
            for (const name of await caches.keys())
                for (const request of await (await caches.open(name)).keys())
                    kept.push(new URL(request.url).pathname);
            return kept;
        }"""
    )
    assert [path for path in kept if not path.startswith("/static/")] == ["/offline/"]


def test_signing_out_leaves_nothing_on_the_device(day: Page, line: Line) -> None:
    go_offline(day, line)
    write_note(day, NOTE)
    expect(card(day)).to_contain_text("Kept on this device")
    said: list[str] = []
    day.on("dialog", lambda dialog: (said.append(dialog.message), dialog.accept()))
    device = day.context
    day.route(re.compile("/note/$"), lambda route: route.abort())
    line.mend()
    device.set_offline(False)
    day.locator("form[action$='/logout/'] button").first.click()
    day.wait_for_url(re.compile(r"/$"))
    assert said == ["What you wrote offline is not sent yet. Sign out and lose it?"]
    expect(day.get_by_role("link", name="Sign in").first).to_be_visible()
    assert day.evaluate("localStorage.length") == 0
    assert day.evaluate("caches.keys()") == []
    assert day.evaluate("navigator.serviceWorker.getRegistrations().then(all => all.length)") == 0
