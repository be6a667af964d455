"""After signing out nobody reads the journal by going back, the back/forward cache included."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserType, Error, Page, Route, expect

from journal.day.tests.test_e2e_journal import sign_up
from tools.processes import chromium

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

SECRET = "Nobody else may ever read this"


@pytest.fixture(scope="module")
def browser_with_cache(
    browser_type: BrowserType, browser_type_launch_args: dict[str, Any]
) -> Iterator[Browser]:
    """Chromium with the back/forward cache, which the one without windows lacks."""
    browser = browser_type.launch(
        **browser_type_launch_args | {"executable_path": chromium("chromium")},
        ignore_default_args=["--disable-back-forward-cache"],
    )
    yield browser
    browser.close()


@pytest.fixture
def cached_page(browser_with_cache: Browser, base_url: str) -> Iterator[Page]:
    with browser_with_cache.new_context(base_url=base_url) as context:
        yield context.new_page()


def is_kept_when_gone_back_to(page: Page, path: str) -> bool:
    page.goto(path)
    # only a page that was kept still listens; it notes that, and loads itself anew
    page.evaluate(
        "addEventListener('pageshow', ({persisted}) => {"
        " sessionStorage.setItem('kept', String(persisted)); })"
    )
    page.goto("/privacy/")
    page.go_back(wait_until="commit")  # a kept page is not loaded
    for _ in range(100):
        with contextlib.suppress(Error):  # it loads itself anew
            if page.evaluate("sessionStorage.getItem('kept') === 'true'"):
                return True
        page.wait_for_timeout(100)
    return False


def without_our_header(route: Route) -> None:
    response = route.fetch()
    headers = {name: value for name, value in response.headers.items() if name != "cache-control"}
    route.fulfill(response=response, headers=headers)


def test_this_browser_keeps_pages_that_may_be_kept(cached_page: Page) -> None:
    """Else the next test would prove nothing."""
    cached_page.route(re.compile("/emotions/$"), without_our_header)
    assert is_kept_when_gone_back_to(cached_page, "/emotions/")


def test_nothing_of_the_journal_is_seen_after_signing_out(cached_page: Page) -> None:
    sign_up(cached_page)
    cached_page.goto("/phrases/")
    cached_page.locator("[name=text]").fill(SECRET)
    cached_page.locator("[name=text]").press("Enter")
    expect(cached_page.locator("main")).to_contain_text(SECRET)
    cached_page.goto("/settings/")
    cached_page.goto("/phrases/")
    expect(cached_page.locator("main")).to_contain_text(SECRET)
    cached_page.locator("form[action$='/logout/'] button").first.click()
    cached_page.wait_for_url(re.compile("/$"))
    steps = cached_page.evaluate("history.length") - 1
    assert steps >= 3
    for _ in range(steps):
        cached_page.go_back(wait_until="commit")
        if cached_page.url == "about:blank":
            break  # the tab as it was opened
        expect(cached_page.locator("main")).to_be_visible()
        assert SECRET not in cached_page.content()
        assert cached_page.locator("form[action$='/logout/']").count() == 0
