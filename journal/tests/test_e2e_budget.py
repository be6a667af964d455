"""What a page costs, as the browser gets it: bytes on the wire, what moves and what goes wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import translation
from playwright.sync_api import Locator, Page, Route, expect

from journal.day.tests.test_e2e_journal import (
    HEARD,
    PAGES,
    card,
    expect_an_emotion,
    open_picker,
    sign_up,
    tune,
)
from journal.tests.test_phrases_file import read_phrases
from tools.measuring.sizes import BUDGET_KB, FONTS_KB

__all__ = ["tune"]

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

# Where everything is that a reader's eye or finger may be on.
PLACES = """() => [...document.querySelectorAll(".card, #more-phrases, #felt")]
    .filter((each) => each.checkVisibility())
    .map((each) => [each.id, each.getBoundingClientRect().y + scrollY])"""


@pytest.fixture
def weighed(page: Page) -> tuple[Page, Counter[str]]:
    """A page without a cache or service worker, and the kilobytes of what it fetches by kind."""
    wire = page.context.new_cdp_session(page)
    kinds: dict[str, str] = {}
    bytes_of: Counter[str] = Counter()

    def note_kind(event: dict[str, Any]) -> None:
        kinds[event["requestId"]] = event["type"]

    def note_size(event: dict[str, Any]) -> None:
        bytes_of[kinds.get(event["requestId"], "?")] += event["encodedDataLength"] / 1000

    wire.on("Network.responseReceived", note_kind)
    wire.on("Network.loadingFinished", note_size)
    wire.send("Network.enable")
    wire.send("Network.setCacheDisabled", {"cacheDisabled": True})
    wire.send("Network.setBypassServiceWorker", {"bypass": True})
    return page, bytes_of


def test_the_day_fits_its_budget(weighed: tuple[Page, Counter[str]]) -> None:
    page, kilobytes = weighed
    sign_up(page)
    page.wait_for_load_state("networkidle")  # nothing of the page before counts
    kilobytes.clear()
    page.reload()
    page.wait_for_load_state("networkidle")
    assert 1 < kilobytes["Document"] <= BUDGET_KB["html"]
    assert 1 < kilobytes["Stylesheet"] <= BUDGET_KB["css"]
    assert 1 < kilobytes["Script"] <= BUDGET_KB["js"]
    assert 1 < kilobytes["Font"] <= FONTS_KB


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_moves_from_listening_to_answered(page: Page, width: int, tune: Path) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    sign_up(page)
    released = hold_cards(page)
    open_picker(page, card(page)).locator("input[type=file]").set_input_files(tune)
    # a busy machine takes its time to look at a file
    expect(card(page)).to_have_attribute("data-state", "listening", timeout=HEARD)
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.evaluate("document.fonts.ready")
    places = page.evaluate(PLACES)
    assert len(places) == 5  # three cards, what is folded, how it was
    released()
    expect_an_emotion(card(page))
    assert page.evaluate(PLACES) == places


@pytest.mark.parametrize(("width", "most"), [(360, 740 / 3), (1280, 200)])
def test_an_empty_card_has_room_for_every_built_in_phrase(
    page: Page, width: int, most: float
) -> None:
    page.set_viewport_size({"width": width, "height": 740})
    sign_up(page)
    texts: list[str] = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            texts += [translation.pgettext("phrase", phrase["text"]) for phrase in read_phrases()]
    page.evaluate("document.fonts.ready")
    heights = card(page).evaluate(
        """(card, texts) => texts.map((text) => {
            card.querySelector(".phrase").textContent = text;
            return card.getBoundingClientRect().height;
        })""",
        texts,
    )
    low = min(heights)
    assert low < most
    too_long = {text for text, height in zip(texts, heights, strict=True) if height > low}
    assert too_long == set()


def test_nothing_moves_when_a_phrase_is_swapped(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    sign_up(page)
    page.evaluate("document.fonts.ready")
    before = card(page).locator(".phrase").inner_text()
    places = page.evaluate(PLACES)
    card(page).get_by_role("button", name="Another phrase").click()
    expect(card(page).locator(".phrase")).not_to_have_text(before)
    assert page.evaluate(PLACES) == places


def test_a_day_with_six_answers_is_two_screens_of_a_phone(phone: Page) -> None:
    """Whatever its phrases are called: each is as long as the longest one may be."""
    sign_up(phone)
    phone.get_by_role("button", name="I have them").click()  # a new account's recovery codes
    for number in range(6):
        if card(phone, number).is_hidden():
            phone.locator("#more-phrases > summary").click()
        open_picker(phone, card(phone, number)).locator("[data-song]").nth(number).click()
        expect_an_emotion(card(phone, number))
    phone.reload()
    answered = phone.locator(".card:not([data-state=empty])")
    expect(answered).to_have_count(6)
    expect(phone.locator(".card:visible")).to_have_count(6)
    answered.locator(".phrase").evaluate_all(
        "all => all.forEach(each => { each.textContent = 'Longest of words '.repeat(6) })"
    )
    assert phone.evaluate("document.documentElement.scrollHeight") <= 2 * 740
    high = height_of(answered.first)
    answered.first.locator(".card-more > summary").click()
    expect(answered.first.locator(".equaliser")).to_be_visible()
    assert height_of(answered.first) > high + 100


def test_the_third_answer_takes_six_taps(phone: Page) -> None:
    """From the opened day, with songs that were heard: a tap on a phrase and one on a song each."""
    sign_up(phone)
    phone.get_by_role("button", name="I have them").click()  # a new account's recovery codes
    phone.goto("/")
    phone.evaluate("window.taps = 0; addEventListener('click', () => (taps += 1), true)")
    for number in range(3):
        open_picker(phone, card(phone, number)).locator("[data-song]").nth(number).click()
        expect_an_emotion(card(phone, number))
    assert phone.evaluate("taps") <= 6


def hold_cards(page: Page) -> Callable[[], None]:
    """Hold back what is asked of cards, until what is returned is called."""
    held: list[Route] = []
    released: list[bool] = []

    def hold(route: Route) -> None:
        if released:
            route.continue_()
        else:
            held.append(route)

    page.route("**/card/**", hold)

    def release() -> None:
        released.append(True)
        for route in held:
            route.continue_()

    return release


def height_of(element: Locator) -> float:
    box = element.bounding_box()
    assert box is not None
    return box["height"]


def test_no_page_says_anything_in_the_console(page: Page) -> None:
    sign_up(page)
    open_picker(page, card(page)).locator("[data-song]").first.click()
    expect_an_emotion(card(page))
    song = card(page).locator(".song-title").get_attribute("href")
    for path in (*PAGES, song):
        response = page.goto(str(path))
        assert response is not None
        assert response.ok, path
        page.wait_for_load_state("networkidle")
    expect(page.locator("h1")).to_be_visible()
