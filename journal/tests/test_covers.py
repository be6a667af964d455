"""Covers stand on cards where the platform's may be shown to that listener; else the sleeve."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse

from classifier.models import Song
from classifier.tests.factories import ClassificationFactory, SongFactory
from journal import services
from journal.models import Entry
from journal.tests.factories import EntryFactory
from spotify_auth.models import User

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

COVER = "https://e-cdns-images.dzcdn.net/images/cover/a/250x250.jpg"


@pytest.fixture
def song(db: None) -> Song:
    song = SongFactory(
        audio="",
        deezer_id=7,
        artwork_url=COVER,
        deezer_url="https://www.deezer.com/track/7",
    )
    ClassificationFactory(song=song)
    return song


def pages(client: Client, user: User, song: Song) -> list[str]:
    entry = Entry.objects.filter(song=song).first() or EntryFactory(journal__user=user, song=song)
    addresses = [
        reverse("journal:day", args=[entry.date]),
        reverse("journal:song", args=[song.pk]),
        reverse("journal:songs"),
    ]
    return [client.get(address).content.decode() for address in addresses]


def test_a_cover_stands_on_every_page_with_a_link_back(
    song: Song, user: User, listener: Client, settings: SettingsWrapper
) -> None:
    settings.DEEZER_SEARCH = True
    services.save_preferences(user, search="outside")
    for page in pages(listener, user, song):
        assert f'src="{COVER}"' in page
    assert "Open Deezer" in pages(listener, user, song)[0]


@pytest.mark.parametrize(("search", "is_on"), [("", 1), ("own", 1), ("outside", 0)])
def test_the_sleeve_where_nobody_allowed_it(
    search: str, is_on: int, song: Song, user: User, listener: Client, settings: SettingsWrapper
) -> None:
    settings.DEEZER_SEARCH = bool(is_on)
    services.save_preferences(user, search=search)
    for page in pages(listener, user, song):
        assert COVER not in page
        assert "#sleeve-" in page


def test_the_sleeve_where_spotify_is_off(
    user: User, listener: Client, settings: SettingsWrapper
) -> None:
    settings.SPOTIFY_ENABLED = False
    cover = "https://i.scdn.co/image/a"
    song = SongFactory(audio="", spotify_id="s" * 22, artwork_url=cover)
    assert not any(cover in page for page in pages(listener, user, song))
    settings.SPOTIFY_ENABLED = True
    assert all(cover in page for page in pages(listener, user, song)[:2])
