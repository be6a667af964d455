"""Statistics and recap in a real browser: both themes, a phone, and going back."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect

from journal.day.tests.test_e2e_journal import (
    card,
    expect_fits,
    expect_no_fault,
    open_card,
    open_picker,
    sign_up,
)

pytestmark = [pytest.mark.e2e, pytest.mark.slow]


@pytest.fixture
def answered(page: Page) -> Page:
    """Today's page of a listener who said what two songs carry."""
    sign_up(page)
    for number, word in enumerate(["sad", "happy"]):
        open_picker(page, card(page, number)).locator("[data-song]").nth(number).click()
        expect(card(page, number)).to_have_attribute(
            "data-state", re.compile("answered|unsure"), timeout=120_000
        )
        open_card(card(page, number)).get_by_role("button", name=re.compile(word)).click()
        expect(card(page, number)).to_contain_text("and that counts")
    return page


@pytest.fixture
def with_history(page: Page, app_env: dict[str, str]) -> Page:
    """A listener with most of a year of answers: charts begin with a number of them."""
    command = [sys.executable, "manage.py", "seed_history", sign_up(page), "--replace"]
    shape = ["--days", "300", "--songs", "100"]
    subprocess.run([*command, *shape], cwd=settings.BASE_DIR, env=app_env, check=True)
    return page


def open_all_tables(page: Page) -> None:
    # those of charts in which nothing stands out lie in a line that is folded itself
    page.evaluate("document.querySelectorAll('main details').forEach(each => each.open = true)")


def test_the_charts_follow_the_interval_and_the_back_button(answered: Page) -> None:
    answered.goto("/stats/")
    answered.evaluate("window.notReloaded = true")
    answered.get_by_role("link", name="Year", exact=True).click()
    expect(answered.get_by_role("heading", level=1)).to_have_text("The last year")
    expect(answered).to_have_url(re.compile(r"span=year"))
    expect(answered.get_by_role("link", name="Year", exact=True)).to_be_focused()
    assert answered.evaluate("window.notReloaded") is True
    answered.go_back()
    expect(answered.get_by_role("heading", level=1)).to_have_text("The last 30 days")
    expect(answered.get_by_role("banner")).to_be_visible()
    answered.locator(".span-more > summary").click()
    answered.get_by_label("From").fill("2026-03-01")
    answered.get_by_label("To", exact=True).fill("2026-03-31")
    answered.locator("#span-show").click()
    expect(answered.get_by_role("heading", level=1)).to_have_text("The days you chose")


def test_statistics_have_no_fault(with_history: Page) -> None:
    page = with_history
    page.goto("/stats/?span=all")
    expect(page.get_by_role("figure").first).to_be_visible()
    # of nine; what the invented labels are like decides whether the last two have enough
    assert page.get_by_role("figure").count() >= 7
    open_all_tables(page)
    expect_no_fault(page)
    page.set_viewport_size({"width": 360, "height": 740})
    expect_fits(page)
    expect_no_fault(page)


def test_statistics_work_without_javascript(browser: Browser, base_url: str, page: Page) -> None:
    sign_up(page)
    context = browser.new_context(
        base_url=base_url, java_script_enabled=False, storage_state=page.context.storage_state()
    )
    plain = context.new_page()
    plain.goto("/stats/")
    plain.get_by_role("link", name="All", exact=True).click()
    expect(plain.get_by_role("heading", level=1)).to_have_text("All your days")
    context.close()


def test_a_recap_has_no_fault_and_is_downloaded(answered: Page) -> None:
    answered.goto("/recap/")
    drawing = answered.get_by_role("img", name=re.compile("as a record"))
    assert drawing.evaluate("image => image.decode().then(() => image.naturalWidth)") == 1200
    expect_no_fault(answered)
    answered.set_viewport_size({"width": 360, "height": 740})
    expect_fits(answered)
    with answered.expect_download() as download:
        answered.get_by_role("link", name=re.compile("PNG")).click()
    assert re.fullmatch(r"journify-\d{4}-\d\d\.png", download.value.suggested_filename)
    answered.goto("/recap/1999/5/")
    expect(answered.get_by_role("heading", name="A silent record")).to_be_visible()
    expect_no_fault(answered)
