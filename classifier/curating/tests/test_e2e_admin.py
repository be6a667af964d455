"""A curator's way: a real browser, a real worker, the shipped weights."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.xdist_group("admin")]

NAME, PASSWORD = "cleo", "a-song-for-every-day"
SONGS = "/admin/classifier/song/"
HEARD_SECONDS = 120  # the models may still be loading when the first song comes


@pytest.fixture(scope="module")
def account(base_url: str, app_env: dict[str, str]) -> None:
    """The curator's account in the running app."""
    env = app_env | {
        "DJANGO_SUPERUSER_USERNAME": NAME,
        "DJANGO_SUPERUSER_EMAIL": "",
        "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
    }
    command = [sys.executable, "manage.py", "createsuperuser", "--noinput"]
    subprocess.run(command, cwd=settings.BASE_DIR, env=env, check=True, capture_output=True)


@pytest.fixture
def songs(account: None, page: Page) -> Page:
    """The list of songs, signed in."""
    page.goto(SONGS)
    page.locator("[name=login]").fill(NAME)
    page.locator("[name=password]").fill(PASSWORD)
    page.locator("[name=password]").press("Enter")
    expect(page.locator("#result_list audio")).not_to_have_count(0)
    return page


def test_a_label_is_set_in_the_list_and_kept(songs: Page) -> None:
    songs.evaluate("window.notReloaded = true")
    label = songs.locator(".song-label").first
    with songs.expect_response("**/label/"):
        label.select_option("energetic")
    expect(label).to_have_value("energetic")
    assert songs.evaluate("window.notReloaded") is True
    songs.reload()
    expect(label).to_have_value("energetic")


def test_a_song_plays_in_the_list(songs: Page) -> None:
    seconds = songs.locator("#result_list audio").first.evaluate(
        """async audio => {
            audio.muted = true;
            await audio.play();
            return audio.duration;
        }"""
    )
    assert 28 < seconds < 32


def test_chosen_songs_are_listened_to_again(songs: Page) -> None:
    # others may have been brought in by a table, without a sound
    sounding = songs.locator("#result_list tr:has(audio)")
    for number in (0, 1):
        sounding.nth(number).locator("[name=_selected_action]").check()
    songs.locator("[name=action]").select_option("reclassify")
    songs.locator("[name=index]").click()
    expect(songs.locator(".messagelist")).to_have_text("2 songs are being listened to again.")
    heard = sounding.locator(".field-heard")
    deadline = time.monotonic() + HEARD_SECONDS
    while "–" in heard.all_inner_texts()[:2] and time.monotonic() < deadline:
        songs.wait_for_timeout(500)
        songs.reload()  # the list does not change by itself
    assert "–" not in heard.all_inner_texts()[:2]


def test_a_table_is_looked_at_and_brought_in(songs: Page, tmp_path: Path) -> None:
    table = tmp_path / "songs.csv"
    table.write_text("title,artist\n,Nobody\n")
    songs.get_by_role("link", name="Import").click()
    songs.locator("[name=import_file]").set_input_files(table)
    songs.get_by_role("button", name="Submit").click()
    expect(songs.get_by_role("heading", name="1 row does not fit")).to_be_visible()
    expect(songs.locator(".import-preview")).to_contain_text("This field cannot be blank.")

    table.write_text("title,artist\nBrought in,Nobody\n")
    songs.locator("[name=import_file]").set_input_files(table)
    songs.get_by_role("button", name="Submit").click()
    expect(songs.locator(".import-preview tbody tr")).to_have_count(1)
    songs.get_by_role("button", name="Confirm import").click()
    expect(songs.locator(".messagelist")).to_contain_text("1 new")
    expect(songs.locator("#result_list")).to_contain_text("Brought in")

    songs.goto(f"{SONGS}?q=Brought")
    with songs.expect_download() as download:
        songs.get_by_role("link", name="Export").click()
    assert "Brought in,Nobody" in download.value.path().read_text(encoding="utf-8-sig")

    # other tests answer with what the catalogue has
    songs.locator("[name=_selected_action]").check()
    songs.locator("[name=action]").select_option("delete_selected")
    songs.locator("[name=index]").click()
    songs.locator("main input[type=submit]").click()
    expect(songs.locator(".messagelist")).to_contain_text("Successfully deleted 1 song")
