"""The bar at the bottom of a phone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from journal.day.tests.test_e2e_journal import sign_up
from journify.tests.browser import faults_of

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def test_it_stays_under_the_thumb_and_covers_nothing(phone: Page) -> None:
    sign_up(phone)
    bar = phone.get_by_role("navigation", name="Main")
    expect(bar.get_by_role("link")).to_have_text(
        ["Today", "History", "Recap", "Statistics", "More"]
    )
    box = bar.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] == 740
    for name, address in (
        ("History", "/history/"),
        ("Recap", r"/recap/\d{4}/\d+/"),
        ("Statistics", "/stats/"),
        ("More", "/more/"),
    ):
        bar.get_by_role("link", name=name).click()
        expect(phone).to_have_url(re.compile(f"{address}$"))
        here = phone.get_by_role("navigation", name="Main").get_by_role("link", name=name)
        expect(here).to_have_attribute("aria-current", "page")
        phone.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
        last = phone.locator(".colophon > :visible").last.bounding_box()
        assert last is not None
        assert last["y"] + last["height"] <= box["y"]
    assert faults_of(phone) == []
    phone.get_by_role("main").get_by_role("button", name="Sign out").click()
    expect(phone).to_have_url(re.compile(r"^http://[^/]+/$"))
