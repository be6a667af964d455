"""Two windows of one listener on one card, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Request, expect

from journal.day.tests.test_e2e_journal import (
    card,
    hold_a_note,
    open_card,
    open_note,
    open_picker,
    sign_up,
)
from journify.tests.browser import console_of

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

TYPED_MS = 1500  # longer than an autosave waits


@pytest.fixture
def windows(context: BrowserContext) -> Iterator[tuple[Page, Page]]:
    """Today's page of one listener, open twice."""
    first, second = context.new_page(), context.new_page()
    errors = console_of(first), console_of(second)
    sign_up(first)
    second.goto(first.url)
    yield first, second
    assert errors == ([], [])


def note_of(page: Page) -> Locator:
    return open_note(card(page))


def save(page: Page, text: str) -> None:
    with page.expect_response(re.compile(r"/note/$")):
        note_of(page).fill(text)


def sent_notes(page: Page) -> list[str]:
    """What the page sends as notes from now on."""
    sent: list[str] = []

    def note(request: Request) -> None:
        if request.url.endswith("/note/"):
            sent.append(request.post_data or "")

    page.on("request", note)
    return sent


def test_a_refused_note_stops_saving_and_the_person_chooses(windows: tuple[Page, Page]) -> None:
    first, second = windows
    save(first, "Written in the first window.")
    expect(card(first)).to_contain_text("Saved")
    save(second, "Typed in the second window.")

    refused = card(second).locator(".note-refused")
    expect(refused).to_contain_text("changed in another window")
    expect(refused).to_contain_text("Written in the first window.")
    expect(note_of(second)).to_have_value("Typed in the second window.")
    expect(note_of(second)).to_be_focused()

    sent = sent_notes(second)
    note_of(second).press_sequentially(" And more.")
    second.wait_for_timeout(TYPED_MS)
    assert sent == []
    first.reload()
    expect(note_of(first)).to_have_value("Written in the first window.")

    refused.get_by_role("button", name="Keep mine").click()
    expect(refused).to_have_count(0)
    expect(note_of(second)).to_have_value("Typed in the second window. And more.")
    # from here on it is saved as it is typed, as ever
    save(second, "Typed in the second window. The end.")
    expect(card(second)).to_contain_text("Saved")
    first.reload()
    expect(note_of(first)).to_have_value("Typed in the second window. The end.")


def test_what_is_typed_while_a_note_is_refused_stays(windows: tuple[Page, Page]) -> None:
    first, second = windows
    save(first, "Written first.")
    # the refusal is on its way while the person goes on typing
    held = hold_a_note(second)
    with second.expect_request(re.compile(r"/note/$")):
        note_of(second).press_sequentially("Two")
    note_of(second).press_sequentially(" words")
    held.pop().continue_()
    refused = card(second).locator(".note-refused")
    expect(refused).to_be_visible()
    expect(note_of(second)).to_have_value("Two words")
    second.wait_for_timeout(TYPED_MS)
    refused.get_by_role("button", name="Keep both").click()
    expect(refused).to_have_count(0)
    expect(note_of(second)).to_have_value("Written first.\n\nTwo words")


def test_a_card_that_is_drawn_anew_does_not_arm_an_old_note(windows: tuple[Page, Page]) -> None:
    """A poll or a change brings the newest revision; the open note was still made for an older."""
    first, second = windows
    note_of(second).click()
    save(first, "Written first.")
    second.evaluate(
        """() => {
          const card = document.querySelector(".card");
          const url = `/entries/${card.id.slice(6)}/card/`;
          return htmx.ajax("GET", url, { target: card, swap: "outerHTML" });
        }"""
    )
    save(second, "Typed on an older note.")
    expect(card(second).locator(".note-refused")).to_contain_text("Written first.")
    first.reload()
    expect(note_of(first)).to_have_value("Written first.")


def test_the_windows_own_changes_refuse_nothing(windows: tuple[Page, Page]) -> None:
    first, _second = windows
    dialog = open_picker(first, card(first))  # before the note is saved
    dialog.get_by_role("link", name="Close").click()
    save(first, "Rain.")
    expect(card(first)).to_contain_text("Saved")
    dialog = open_picker(first, card(first))
    dialog.locator("[data-song]").first.click()
    expect(card(first)).not_to_have_attribute("data-state", "empty")
    save(first, "Rain, and a song.")
    expect(card(first)).to_contain_text("Saved")
    open_card(card(first)).get_by_role("button", name="Remove").click()
    card(first).get_by_role("button", name="Remove the song").click()
    expect(card(first)).to_have_attribute("data-state", "empty")
    save(first, "Rain, and no song.")
    expect(card(first)).to_contain_text("Saved")
    expect(first.locator("#messages .message")).to_have_count(0)


def test_a_card_that_another_window_changed_is_shown_as_it_is(windows: tuple[Page, Page]) -> None:
    first, second = windows
    dialog = open_picker(second, card(second))
    open_picker(first, card(first)).locator("[data-song]").nth(1).click()
    expect(card(first)).not_to_have_attribute("data-state", "empty")
    title = card(first).locator(".song-title").inner_text()
    dialog.locator("[data-song]").nth(0).click()
    expect(second.locator("#messages")).to_contain_text("changed in another window")
    expect(card(second).locator(".song-title")).to_have_text(title)


def test_without_scripts_both_notes_are_shown_too(browser: Browser, base_url: str) -> None:
    context = browser.new_context(base_url=base_url)
    with_scripts = context.new_page()
    sign_up(with_scripts)
    plain = browser.new_context(
        base_url=base_url, java_script_enabled=False, storage_state=context.storage_state()
    )
    first, second = plain.new_page(), plain.new_page()
    for page in (first, second):
        page.goto(with_scripts.url)
    for page, text in ((first, "Written first."), (second, "Written second.")):
        note_of(page).fill(text)
        card(page).get_by_role("button", name="Save", exact=True).click()
    expect(second.locator("main")).to_contain_text("changed in another window")
    expect(second.locator("main")).to_contain_text("Written first.")
    expect(second.locator("textarea")).to_have_value("Written second.")
    second.locator("textarea").fill("Written by both.")
    second.get_by_role("button", name="Keep mine").click()
    expect(card(second)).to_contain_text("Written by both.")
    context.close()
    plain.close()
