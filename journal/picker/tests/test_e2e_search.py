"""Any song by its name, in a real browser: asked first, heard before it is picked, and answered."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import requests
from playwright.sync_api import Browser, Locator, Page, expect

from journal.day.tests.test_e2e_journal import HEARD, sign_up
from journify.tests.browser import console_of, faults_in_both_schemes, faults_of, running_app
from journify.tests.databases import own_data
from tools.processes import free_port
from tools.sandbox.invented import invented_songs

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("sandbox")]

SONG = next(song for song in invented_songs() if "deezer" in song.at)
LACKING = next(song for song in invented_songs() if "deezer" not in song.at)


@pytest.fixture(scope="module")
def unconnected_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A fresh install from which nobody outside can be reached."""
    data = tmp_path_factory.mktemp("data")
    with own_data(data, migrated=True) as env:
        env |= {"SANDBOX_URL": f"http://127.0.0.1:{free_port()}"}
        with running_app(data, env=env) as address:
            yield address


@pytest.fixture
def app(sandbox_app: tuple[str, str], browser: Browser) -> Iterator[Page]:
    """Today's page of a new listener, with the stand-in in the platforms' place."""
    requests.post(f"{sandbox_app[1]}/_sandbox/reset", timeout=30)
    yield from _new_listener(browser, sandbox_app[0])


@pytest.fixture
def alone(unconnected_app: str, browser: Browser) -> Iterator[Page]:
    """The same without a connection."""
    yield from _new_listener(browser, unconnected_app)


def _new_listener(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(base_url=address)
    page = context.new_page()
    errors = console_of(page)
    sign_up(page)
    yield page
    context.close()
    assert [error for error in errors if "htmx:" not in error] == []


def picker(page: Page, number: int = 0) -> Locator:
    page.get_by_role("article").nth(number).get_by_role("link", name="Answer with a song").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    return dialog


def allow(dialog: Locator) -> None:
    """Say yes to the picker's question, and wait until it is gone."""
    dialog.get_by_role("button", name="Search Deezer").click()
    expect(dialog.get_by_role("button", name="Search Deezer")).to_have_count(0)


def test_a_song_is_found_heard_and_answered(app: Page, sandbox_app: tuple[str, str]) -> None:
    dialog = picker(app)
    expect(dialog.get_by_text("without your name")).to_be_visible()
    assert requests.get(f"{sandbox_app[1]}/_sandbox/requests", timeout=30).json() == []
    allow(dialog)
    dialog.get_by_role("searchbox").fill(f"{SONG.artist} {SONG.title}")
    found = dialog.get_by_role("region", name="On Deezer")
    row = found.get_by_role("listitem").first
    expect(row).to_contain_text(SONG.title)
    expect(row).to_contain_text(f"{SONG.seconds // 60}:{SONG.seconds % 60:02d}")
    expect(row.locator("img")).to_have_js_property("naturalWidth", 640)
    with app.expect_response(re.compile(r"/deezer/preview/")):
        row.get_by_role("button", name=f"Hear {SONG.title}").click()
    expect(row.get_by_role("button", name=f"Hear {SONG.title}")).to_have_attribute(
        "aria-pressed", "true"
    )
    row.get_by_role("button", name=re.compile(f"^{re.escape(SONG.title)}")).click()
    expect(dialog).to_be_hidden()
    card = app.get_by_role("article").first
    expect(card).to_have_attribute("data-state", re.compile("answered|unsure"), timeout=HEARD)
    expect(card.locator("img.cover")).to_have_js_property("naturalWidth", 640)
    expect(card.get_by_role("link", name=re.compile("Open Deezer"))).to_be_visible()


@pytest.mark.slow
def test_it_is_asked_once_and_musicbrainz_only_at_a_button(
    app: Page, sandbox_app: tuple[str, str]
) -> None:
    allow(picker(app))
    app.reload()
    dialog = picker(app, 1)
    expect(dialog.get_by_role("button", name="Search Deezer")).to_have_count(0)
    dialog.get_by_role("searchbox").fill(f"{LACKING.artist} {LACKING.title}")
    dialog.get_by_role("link", name=re.compile("Search MusicBrainz")).click()
    found = dialog.get_by_role("region", name="On MusicBrainz")
    expect(
        found.get_by_role("button", name=re.compile(re.escape(LACKING.title))).first
    ).to_be_visible()
    asked = requests.get(f"{sandbox_app[1]}/_sandbox/requests", timeout=30).json()
    assert [row["path"] for row in asked if row["platform"] == "musicbrainz"] == ["/ws/2/recording"]


@pytest.mark.slow
def test_a_newer_search_takes_the_place_of_an_older_one(
    app: Page, sandbox_app: tuple[str, str]
) -> None:
    dialog = picker(app)
    allow(dialog)
    slow = {"platform": "deezer", "kind": "slow", "path": "search"}
    requests.post(f"{sandbox_app[1]}/_sandbox/failures", json=slow, timeout=30)
    search = dialog.get_by_role("searchbox")
    search.fill("paper")
    expect(dialog.get_by_text("Looking…")).to_be_visible()
    search.fill(f"{SONG.artist} {SONG.title}")
    found = dialog.get_by_role("region", name="On Deezer")
    expect(
        found.get_by_role("button", name=re.compile(f"^{re.escape(SONG.title)}")).first
    ).to_be_visible()


@pytest.mark.slow
def test_without_a_network_own_songs_and_one_sentence(alone: Page) -> None:
    dialog = picker(alone)
    allow(dialog)
    dialog.get_by_role("searchbox").fill("canon")
    expect(dialog.get_by_role("button", name=re.compile("^Canon in D"))).to_be_visible()
    expect(dialog.get_by_text("Deezer is not responding just now")).to_have_count(1)
    alone.reload()
    dialog = picker(alone)
    dialog.get_by_role("searchbox").fill("canon")
    expect(dialog.get_by_text("Deezer is not responding just now")).to_have_count(1)


@pytest.mark.slow
def test_the_picker_is_accessible_and_fits_a_phone(
    sandbox_app: tuple[str, str], browser: Browser
) -> None:
    context = browser.new_context(
        base_url=sandbox_app[0], viewport={"width": 360, "height": 740}, has_touch=True
    )
    page = context.new_page()
    sign_up(page)
    dialog = picker(page)
    drop = dialog.locator("[data-drop]").bounding_box()
    search = dialog.get_by_role("searchbox").bounding_box()
    assert drop is not None
    assert search is not None
    assert (search["y"] < drop["y"], drop["height"] < 60) == (True, True)
    expect(dialog.get_by_role("button", name="Only my songs")).to_be_in_viewport(ratio=1)
    assert faults_in_both_schemes(page) == []
    allow(dialog)
    dialog.get_by_role("searchbox").fill("lantern")
    expect(
        dialog.get_by_role("region", name="On Deezer").get_by_role("listitem").first
    ).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert faults_of(page) == []
    context.close()


@pytest.mark.slow
def test_a_visitor_tries_out_a_song_by_its_name(
    sandbox_app: tuple[str, str], browser: Browser
) -> None:
    context = browser.new_context(base_url=sandbox_app[0])
    page = context.new_page()
    page.goto("/")
    page.get_by_role("searchbox", name="A song by its name").fill(f"{SONG.artist} {SONG.title}")
    page.get_by_role("button", name="Search Deezer").click()
    page.get_by_role("button", name=re.compile(f"^{re.escape(SONG.title)}")).first.click()
    expect(page.locator("#try-out")).to_contain_text(f"{SONG.artist} – {SONG.title}")
    expect(page.locator("#try-out")).to_have_attribute("data-state", "answered", timeout=HEARD)
    context.close()
