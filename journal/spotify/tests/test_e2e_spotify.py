"""The whole Spotify way in a real browser, with the stand-in in Spotify's place."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from journify.tests.browser import faults_in_both_schemes, faults_of

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.xdist_group("sandbox")]

DAY = re.compile(r"/journal/\d{4}-\d\d-\d\d/")
# a sign-in that fails is a page with the status 401, which the browser calls an error, and htmx
# writes down each request that a newer one takes the place of
EXPECTED = ("401 (Unauthorized)", "htmx:afterRequest", "htmx:sendAbort")
HEARD = 120_000  # ms: the models may still be loading when the first song comes


@pytest.fixture
def sandbox_url(sandbox_app: tuple[str, str]) -> str:
    requests.post(f"{sandbox_app[1]}/_sandbox/reset", timeout=30)
    return sandbox_app[1]


@pytest.fixture
def app(sandbox_app: tuple[str, str], sandbox_url: str, browser: Browser) -> Iterator[Page]:
    """The sign-in page of an app that takes the stand-in for Spotify, Deezer and Apple."""
    context = browser.new_context(base_url=sandbox_app[0])
    page = context.new_page()
    errors: list[str] = []
    page.on("console", lambda line: errors.append(line.text) if line.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto("/accounts/login/")
    yield page
    context.close()
    assert [error for error in errors if not any(word in error for word in EXPECTED)] == []


def sign_in(page: Page, person: str = "Ada") -> None:
    page.get_by_role("button", name="Continue with Spotify").click()
    page.get_by_role("button", name=f"Agree as {person}").click()


def test_sign_in_search_pick_and_see_the_emotion(app: Page) -> None:
    sign_in(app)
    app.wait_for_url(DAY)
    # everybody here is Ada, and another test may have answered some
    empty = app.locator(".card[data-state=empty]").first.get_attribute("id")
    card = app.locator(f"#{empty}")
    card.get_by_role("link", name="Answer with a song").click()
    dialog = app.get_by_role("dialog")
    dialog.get_by_role("searchbox").press_sequentially("canon", delay=20)
    found = dialog.get_by_role("region", name="On Spotify")
    expect(found.get_by_role("button", name=re.compile("Canon in D"))).to_be_visible()
    expect(found.get_by_role("link", name=re.compile("Open Spotify"))).to_have_count(1)
    dialog.get_by_role("searchbox").press("ArrowDown")
    expect(found.get_by_role("button", name=re.compile("Canon in D"))).to_be_focused()
    app.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(card).to_have_attribute("data-state", re.compile("answered|unsure"), timeout=HEARD)
    expect(card.get_by_role("link", name=re.compile("Open Spotify"))).to_be_visible()
    card.get_by_role("link", name="Canon in D", exact=True).click()
    expect(app.get_by_role("heading", name="Canon in D")).to_be_visible()


def test_not_on_the_list_is_explained(app: Page) -> None:
    sign_in(app, "Eve")
    expect(app.get_by_role("heading", name="Spotify does not know you here")).to_be_visible()


def test_a_no_at_spotify_leads_back(app: Page) -> None:
    app.get_by_role("button", name="Continue with Spotify").click()
    app.get_by_role("button", name="Cancel").click()
    expect(app.get_by_role("heading", name="You said no, and that is fine")).to_be_visible()
    app.get_by_role("link", name="Sign in without Spotify").click()
    expect(app.get_by_role("button", name="Sign in", exact=True)).to_be_visible()


def test_connection_page_is_accessible(app: Page) -> None:
    sign_in(app)
    app.wait_for_url(DAY)
    app.goto("/profile/")
    expect(app.get_by_role("heading", name="Your connection")).to_be_visible()
    assert faults_in_both_schemes(app) == []


def test_the_listening_page_and_the_picker_fit_a_phone(
    app: Page, sandbox_app: tuple[str, str], browser: Browser
) -> None:
    context = browser.new_context(
        base_url=sandbox_app[0], viewport={"width": 360, "height": 740}, has_touch=True
    )
    phone = context.new_page()
    phone.goto("/accounts/login/")
    sign_in(phone)
    phone.wait_for_url(DAY)
    phone.goto("/profile/")
    expect(phone.get_by_role("heading", name="Artists")).to_be_visible()
    phone.get_by_role("link", name=re.compile("^four weeks")).click()
    expect(phone.get_by_role("link", name="four weeks")).to_have_attribute("aria-current", "true")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    assert faults_of(phone) == []
    phone.get_by_role("link", name=re.compile("Add to today")).first.click()
    phone.get_by_role("listitem").get_by_role("button").first.click()
    phone.wait_for_url(DAY)
    expect(phone.get_by_role("link", name=re.compile("Open Spotify")).last).to_be_visible()
    context.close()


def test_a_newer_search_takes_the_place_of_an_older_one(app: Page, sandbox_url: str) -> None:
    sign_in(app)
    app.wait_for_url(DAY)
    app.get_by_role("link", name="Answer with a song").first.click()
    dialog = app.get_by_role("dialog")
    slow = {"platform": "spotify", "kind": "slow", "path": "search"}
    requests.post(f"{sandbox_url}/_sandbox/failures", json=slow, timeout=30)
    search = dialog.get_by_role("searchbox")
    search.fill("canon")
    expect(dialog.get_by_text("Looking…")).to_be_visible()
    search.fill("entertainer")
    found = dialog.get_by_role("region", name="On Spotify")
    expect(found.get_by_role("button", name=re.compile("The Entertainer"))).to_be_visible()
    app.wait_for_timeout(1500)
    expect(found.get_by_role("button")).to_have_count(1)
