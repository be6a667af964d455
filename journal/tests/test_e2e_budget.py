"""What a page costs, as the browser gets it: bytes on the wire, what moves and what goes wrong."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from journal.measuring.sizes import BUDGET_KB
from journal.tests.test_e2e_journal import (
    PAGES,
    card,
    expect_an_emotion,
    open_picker,
    sign_up,
)

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


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_moves_from_empty_to_answered(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    sign_up(page)
    states = "[...document.querySelectorAll('article')].map(e => e.dataset.state)"
    assert set(page.evaluate(states)) == {"empty"}
    page.evaluate(SHIFTS)
    open_picker(page, card(page)).locator("[data-song]").first.click()
    expect_an_emotion(card(page))
    page.wait_for_timeout(300)
    assert page.evaluate("shifts") == []


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
