"""What a page costs, as the browser gets it: bytes on the wire, what moves and what goes wrong."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from django.conf import settings
from django.utils import translation
from playwright.sync_api import Locator, Page, expect

from journal.day.tests.test_e2e_journal import (
    PAGES,
    card,
    expect_an_emotion,
    open_picker,
    sign_up,
)
from journal.tests.test_phrases_file import read_phrases
from tools.measuring.sizes import BUDGET_KB, FONTS_KB

pytestmark = pytest.mark.e2e

# Every shift, also of the half second after a tap that the browser's own score leaves out.
SHIFTS = """() => {
    window.shifts = [];
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries())
            for (const {node, previousRect: from, currentRect: to} of entry.sources)
                shifts.push([node?.id, node?.className, from.x, from.y, to.x, to.y].join(" "));
    }).observe({type: "layout-shift"});
}"""


@pytest.fixture
def weighed(page: Page) -> tuple[Page, Counter[str]]:
    """A page with an empty cache, and the kilobytes of what it fetches by kind."""
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
    return page, bytes_of


def test_the_day_fits_its_budget(weighed: tuple[Page, Counter[str]]) -> None:
    page, kilobytes = weighed
    sign_up(page)
    day = page.url
    kilobytes.clear()
    page.goto(day)
    page.wait_for_load_state("networkidle")
    assert 1 < kilobytes["Document"] <= BUDGET_KB["html"]
    assert 1 < kilobytes["Stylesheet"] <= BUDGET_KB["css"]
    assert 1 < kilobytes["Script"] <= BUDGET_KB["js"]
    assert 1 < kilobytes["Font"] <= FONTS_KB


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_moves_from_empty_to_answered(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    sign_up(page)
    states = "[...document.querySelectorAll('article')].map(e => e.dataset.state)"
    assert set(page.evaluate(states)) == {"empty"}
    low = height_of(card(page))
    picker = open_picker(page, card(page))  # the card makes room behind it
    high = height_of(card(page))
    page.evaluate(SHIFTS)
    picker.locator("[data-song]").first.click()
    expect_an_emotion(card(page))
    assert height_of(card(page)) == high > low
    page.wait_for_timeout(300)
    assert page.evaluate("shifts") == []


@pytest.mark.parametrize(("width", "most"), [(360, 740 / 2), (1280, 400)])
def test_an_empty_card_has_room_for_every_built_in_phrase(
    page: Page, width: int, most: float
) -> None:
    page.set_viewport_size({"width": width, "height": 740})
    sign_up(page)
    texts: list[str] = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            texts += [translation.pgettext("phrase", phrase["text"]) for phrase in read_phrases()]
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


def test_a_card_is_low_again_when_nothing_was_picked(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    sign_up(page)
    low = height_of(card(page))
    open_picker(page, card(page))
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert height_of(card(page)) == low
    page.evaluate(SHIFTS)
    with page.expect_response("**/swap/"):
        card(page).get_by_role("button", name="Another phrase").click()
    page.wait_for_timeout(300)
    assert page.evaluate("shifts") == []


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
