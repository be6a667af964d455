"""The whole Spotify way in a real browser, with the stand-in in Spotify's place."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

pytestmark = pytest.mark.e2e

DAY = re.compile(r"/journal/\d{4}-\d\d-\d\d/")
HEARD = 40_000  # ms: the models may still be loading when the first song comes


@pytest.fixture
def sandbox_url(sandbox_app: tuple[str, str]) -> str:
    requests.post(f"{sandbox_app[1]}/_sandbox/reset", timeout=5)
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
    # a sign-in that fails is a page with the status 401, which the browser calls an error
    assert [error for error in errors if "401 (Unauthorized)" not in error] == []


def sign_in(page: Page, person: str = "Ada") -> None:
    page.get_by_role("button", name="Continue with Spotify").click()
    page.get_by_role("button", name=f"Agree as {person}").click()


def test_sign_in_search_pick_and_see_the_emotion(app: Page) -> None:
    sign_in(app)
    app.wait_for_url(DAY)
    card = app.get_by_role("article").first
    card.get_by_role("link", name="Answer with a song").click()
    dialog = app.get_by_role("dialog")
    dialog.get_by_role("searchbox").press_sequentially("canon", delay=20)
    found = dialog.get_by_role("region", name="On Spotify")
    expect(found.get_by_role("button", name=re.compile("Canon in D"))).to_be_visible()
    expect(found.get_by_role("link", name=re.compile("Open Spotify"))).to_have_count(1)
    search = dialog.get_by_role("searchbox")
    search.press("ArrowDown")
    app.keyboard.press("ArrowDown")
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
    app.get_by_role("link", name="Use a local account").click()
    expect(app.get_by_role("button", name="Sign in", exact=True)).to_be_visible()


def test_connection_page_is_accessible(app: Page) -> None:
    sign_in(app)
    app.wait_for_url(DAY)
    for scheme in ("light", "dark"):
        app.emulate_media(color_scheme=scheme)
        app.goto("/profile/")
        expect(app.get_by_role("heading", name="Your connection")).to_be_visible()
        assert Axe().run(app).response["violations"] == []
