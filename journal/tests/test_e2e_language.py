"""The language in a real browser: no page stays in the one before."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from journal.day.tests.test_e2e_journal import sign_up

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


def choose(page: Page, language: str) -> None:
    page.goto("/settings/")
    page.locator("select[name=language]").select_option(language)
    with page.expect_navigation():
        page.locator("form[action$='/settings/'] button[type=submit]").first.click()


def test_going_back_shows_the_language_that_was_chosen_since(page: Page) -> None:
    sign_up(page)
    page.goto("/phrases/")
    choose(page, "de")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    page.evaluate("history.go(-2)")
    page.wait_for_url("**/phrases/")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.locator("h1")).to_have_text("Deine Sätze")


def test_the_browsers_language_counts_again_when_no_other_is_wanted(page: Page) -> None:
    """As for who chose German on the first page before they had an account."""
    sign_up(page)
    page.evaluate("document.cookie = 'django_language=de; path=/'")
    page.goto("/settings/")
    expect(page.locator("html")).to_have_attribute("lang", "de")
    choose(page, "")
    expect(page.locator("html")).to_have_attribute("lang", "en")
