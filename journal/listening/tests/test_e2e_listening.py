"""A history from its file to an answer in one tap, in a real browser beside the stand-in."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from journal.day.tests.test_e2e_journal import HEARD, sign_up
from journify.tests.browser import console_of
from tools.sandbox.invented import invented_songs

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.xdist_group("sandbox")]

SONGS = [song for song in invented_songs() if "deezer" in song.at][:3]
READ = 60_000


@pytest.fixture
def listener(sandbox_app: tuple[str, str], browser: Browser) -> Iterator[Page]:
    """A new listener's browser."""
    requests.post(f"{sandbox_app[1]}/_sandbox/reset", timeout=30)
    context = browser.new_context(base_url=sandbox_app[0])
    page = context.new_page()
    errors = console_of(page)
    sign_up(page)
    yield page
    context.close()
    assert errors == []


@pytest.fixture
def history(tmp_path: Path) -> Path:
    """What Spotify sends to whoever asks for their account data: each song once an hour, lately."""
    now = dt.datetime.now(dt.UTC)
    rows = [
        {
            "endTime": f"{now - dt.timedelta(hours=hours):%Y-%m-%d %H:%M}",
            "artistName": song.artist,
            "trackName": song.title,
            "msPlayed": 1000 * song.seconds,
        }
        for hours, song in enumerate(SONGS, start=1)
    ]
    path = tmp_path / "StreamingHistory_music_0.json"
    path.write_text(json.dumps(rows))
    return path


def test_a_history_is_imported_heard_and_answers_in_one_tap(
    listener: Page, history: Path, sandbox_app: tuple[str, str]
) -> None:
    listener.goto("/listening/")
    file = listener.get_by_label("The file you were sent, or the whole ZIP")
    button = "node => getComputedStyle(node, '::file-selector-button').borderTopLeftRadius"
    assert file.evaluate(button) != "0px"
    file.set_input_files(history)
    listener.get_by_role("button", name="Import").click()
    # what waits for the import says so by itself, and shows how it goes on
    expect(listener.get_by_text("Read as Spotify (account data)")).to_be_visible(timeout=READ)
    expect(listener.get_by_text("0 of 3 songs heard")).to_be_visible()
    expect(listener.get_by_role("button", name="Look my songs up at Deezer")).to_be_visible()
    assert requests.get(f"{sandbox_app[1]}/_sandbox/requests", timeout=30).json() == []

    listener.get_by_role("button", name="Look my songs up at Deezer").click()
    listener.goto("/journal/")
    listener.get_by_role("article").first.get_by_role("link", name="Answer with a song").click()
    heard = listener.get_by_role("dialog").get_by_role("region", name="Heard lately")
    rows = heard.get_by_role("button")
    expect(rows).to_have_count(len(SONGS))
    expect(rows.first).to_contain_text(SONGS[0].title)
    rows.first.click()
    card = listener.get_by_role("article").first
    expect(card).to_have_attribute("data-state", re.compile("answered|unsure"), timeout=HEARD)
    expect(card).to_contain_text(SONGS[0].title)
