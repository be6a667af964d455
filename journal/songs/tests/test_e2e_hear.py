"""A day is heard, one song after the other: by buttons, the bar, keys and the lock screen."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Locator, Page, expect

from journal.day.tests.test_e2e_journal import (
    card,
    expect_an_emotion,
    open_card,
    open_picker,
    sign_up,
)
from journify.tests.browser import faults_of

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

# What the page tells the lock screen, and what that may ask of it.
LOCK_SCREEN = """
    window.lockScreen = {};
    navigator.mediaSession.setActionHandler = (name, handler) => { lockScreen[name] = handler };
"""
# Answers to one phrase on nine days of a month.
NINE_DAYS = """
import datetime as dt, os
from classifier.models import Song
from journal.models import Journal
from spotify_auth.models import User
user = User.objects.get(username=os.environ["NAME"])
song = Song.objects.catalogue().exclude(audio="").first()
for number in range(1, 10):
    day = Journal.objects.create(user=user, date=dt.date(2026, 10, number))
    day.entry(position=1, phrase_text="I heard…", song=song).save()
"""
PLAYS = "() => { const {paused, currentTime} = document.querySelector('#player-bar audio'); "


@pytest.fixture
def day(page: Page) -> Iterator[Page]:
    """Today's page with three songs on it."""
    page.add_init_script(LOCK_SCREEN)
    sign_up(page)
    for number in range(3):
        open_picker(page, card(page, number)).locator("[data-song]").nth(number).click()
        expect_an_emotion(card(page, number))
    yield page
    page.evaluate("document.querySelector('#player-bar audio')?.pause()")


def bar(page: Page) -> Locator:
    return page.get_by_role("region", name="Now playing")


def title(page: Page, number: int) -> str:
    return card(page, number).locator(".song-title").inner_text()


def expect_playing(page: Page, number: int) -> None:
    """Wait until the song of a card plays: its sound moves on, and everything says so."""
    expect(bar(page)).to_contain_text(title(page, number))
    expect(card(page, number).locator(".hear")).to_have_attribute("aria-pressed", "true")
    page.wait_for_function(PLAYS + "return !paused && currentTime > 0 }")
    assert page.evaluate("navigator.mediaSession.metadata.title") == title(page, number)
    assert page.evaluate("navigator.mediaSession.playbackState") == "playing"


def expect_still(page: Page) -> None:
    page.wait_for_function(PLAYS + "return paused }")
    expect(page.locator(".hear[aria-pressed=true]")).to_have_count(0)


def end_of_song(page: Page) -> None:
    """Go to where the song is almost over."""
    page.evaluate(
        """() => {
            const audio = document.querySelector("#player-bar audio");
            audio.currentTime = audio.duration - 0.2;
        }"""
    )


def test_the_whole_day_is_heard_one_song_after_the_other(day: Page) -> None:
    expect(bar(day)).to_be_hidden()
    day.get_by_role("button", name="Hear the day").click()
    expect_playing(day, 0)
    emotion = card(day, 0).get_attribute("data-emotion") or ""
    expect(bar(day)).to_have_attribute("data-emotion", emotion)
    for number in (1, 2):
        end_of_song(day)
        expect_playing(day, number)
    end_of_song(day)
    expect_still(day)
    assert faults_of(day) == []
    bar(day).get_by_role("button", name="Close").click()
    expect(bar(day)).to_be_hidden()


def test_one_song_ends_with_itself(day: Page) -> None:
    hear = card(day, 1).locator(".hear")
    hear.click()
    expect_playing(day, 1)
    hear.click()
    expect_still(day)
    hear.click()
    expect_playing(day, 1)
    end_of_song(day)
    expect_still(day)
    expect(bar(day)).to_contain_text(title(day, 1))


def test_what_plays_goes_on_when_cards_change(day: Page) -> None:
    day.get_by_role("button", name="Hear the day").click()
    expect_playing(day, 0)
    open_card(card(day, 0)).get_by_role("button", name=re.compile("energetic")).click()
    expect(card(day, 0)).to_contain_text("and that counts")
    expect_playing(day, 0)
    open_picker(day, card(day, 1)).locator("[data-song]").nth(5).click()
    expect(day.get_by_role("dialog")).to_be_hidden()
    expect_playing(day, 0)
    end_of_song(day)
    expect_playing(day, 1)


def test_keys_and_the_lock_screen_are_in_charge_too(day: Page) -> None:
    day.keyboard.press("p")
    expect_playing(day, 0)
    day.keyboard.press("p")
    expect_still(day)
    day.evaluate("lockScreen.play()")
    expect_playing(day, 0)
    day.evaluate("lockScreen.nexttrack()")
    expect_playing(day, 1)
    day.evaluate("lockScreen.previoustrack()")
    expect_playing(day, 0)
    day.evaluate("lockScreen.seekto({seekTime: 12})")
    day.wait_for_function(PLAYS + "return currentTime >= 12 }")
    day.evaluate("lockScreen.pause()")
    expect_still(day)
    day.evaluate("lockScreen.stop()")
    expect(bar(day)).to_be_hidden()


def test_a_sound_that_is_gone_is_passed_over(browser: Browser, base_url: str) -> None:
    # the browser itself logs what it could not fetch: no console check here
    context = browser.new_context(base_url=base_url)
    page = context.new_page()
    sign_up(page)
    for number in range(2):
        open_picker(page, card(page, number)).locator("[data-song]").nth(number).click()
        expect_an_emotion(card(page, number))
    gone = card(page, 0).locator(".hear").get_attribute("data-hear")
    page.route(f"**{gone}", lambda route: route.fulfill(status=404))
    page.get_by_role("button", name="Hear the day").click()
    expect_playing(page, 1)
    card(page, 0).locator(".hear").click()
    expect(bar(page)).to_contain_text("This one cannot be played now.")
    context.close()


def test_a_month_goes_on_with_its_next_page(page: Page, app_env: dict[str, str]) -> None:
    name = sign_up(page)
    subprocess.run(
        [sys.executable, "manage.py", "shell", "--verbosity", "0", "--command", NINE_DAYS],
        cwd=settings.BASE_DIR,
        env=app_env | {"NAME": name},
        check=True,
    )
    page.goto("/hear/2026/10/")
    hear = page.locator("[data-hear]")
    expect(hear).to_have_count(7)
    hear.nth(6).click()
    expect(hear.nth(6)).to_have_attribute("aria-pressed", "true")
    bar(page).get_by_role("button", name="Next").click()
    expect(hear).to_have_count(9)
    expect(hear.nth(7)).to_have_attribute("aria-pressed", "true")
    expect(page.locator("[data-hear-more]")).to_have_count(0)
    page.wait_for_function(PLAYS + "return !paused && currentTime > 0 }")
    page.evaluate("document.querySelector('#player-bar audio').pause()")
    assert faults_of(page) == []
