from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from PIL import Image

from journal.day.tests.test_e2e_journal import PAGES, SIGNED_OUT
from tools.measuring.listeners import make_listener
from tools.measuring.pages import page_of, pages_of
from tools.screens.scenes import SCENES
from tools.screens.sheets import SHOWN

SCREENS = Path(settings.BASE_DIR) / "docs" / "screens"
MEGABYTES = 4


# pages that came after the pictures were taken last
NOT_PICTURED = {"listening_page", "song_delete", "song_edit", "try_songs", "offline"}


@pytest.mark.django_db
def test_every_page_of_a_listener_has_a_picture(client: Client) -> None:
    listener = make_listener("anna", days=30)
    client.force_login(listener)
    pages = {page.name.partition("?")[0] for page in pages_of(listener, client)}
    assert page_of(listener, "day")
    assert pages - {scene.covers for scene in SCENES} == NOT_PICTURED


@pytest.mark.django_db
def test_every_page_without_a_key_is_among_those_that_browser_tests_look_at(client: Client) -> None:
    listener = make_listener("anna", days=30)
    client.force_login(listener)
    without = {
        page.path for page in pages_of(listener, client) if not re.search(r"[\d?]", page.path)
    }
    assert without - {*PAGES, *SIGNED_OUT} == set()


def test_every_picture_is_there_small_and_in_the_index() -> None:
    index = (SCREENS / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"\((\S+\.webp)\)", index))
    assert named == {f"{scene.name}.webp" for scene in SCENES}
    files = {path.name for path in SCREENS.glob("*.webp")}
    assert files == named | {f"{name}.webp" for name in SHOWN}
    assert sum(path.stat().st_size for path in SCREENS.iterdir()) < MEGABYTES * 1_000_000
    for name in files:
        with Image.open(SCREENS / name) as picture:
            assert picture.width > 300


def test_no_two_scenes_share_a_name() -> None:
    assert len({scene.name for scene in SCENES}) == len(SCENES)
