from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.urls import reverse

from classifier.tests.factories import ClassificationFactory, SongFactory
from journal.models import Playlist
from journal.playlists.lists import song_list_of
from journal.spotify.connection import disconnect
from journal.tests.factories import EntryFactory, JournalFactory
from journify.background import jobs
from journify.tests.sandbox import SCOPE, Sandbox
from spotify_auth.models import SpotifyConnection, User
from spotify_auth.sign_in.tests.test_sign_in import HOST, consent
from spotify_auth.web_api.client import PLAYLIST_SCOPE

pytestmark = pytest.mark.django_db

DAY = dt.date(2026, 3, 1)
FILTERS = {"first": "2026-03-01", "last": "2026-03-01"}
MAY_MAKE = f"{SCOPE} {PLAYLIST_SCOPE}"


@pytest.fixture
def listener(client: Client, user: User) -> Client:
    client.force_login(user)
    return client


def answer(user: User, **song: Any) -> None:
    journal = user.journals.filter(date=DAY).first() or JournalFactory(user=user, date=DAY)
    row = ClassificationFactory(song=SongFactory(audio="", **song)).song
    EntryFactory(journal=journal, song=row)


def make(listener: Client) -> Any:
    return listener.post(reverse("journal:make_playlist"), FILTERS)


def work(user: User) -> Playlist:
    row = jobs.claim_next()
    assert isinstance(row, Playlist)
    jobs.kind_of(row).do(row)
    return Playlist.objects.get(user=user)


def test_spotify_is_asked_for_the_scope_only_when_a_playlist_is_wanted(
    listener: Client, user: User, sandbox: Sandbox
) -> None:
    sandbox.connect(user)
    answer(user)
    page = listener.get(reverse("journal:song_list"), FILTERS).content.decode()
    assert "Spotify first asks you" in page
    response = make(listener)
    asked = parse_qs(urlsplit(response["Location"]).query)
    assert set(asked["scope"][0].split()) == set(MAY_MAKE.split())
    assert not Playlist.objects.exists()


def test_the_way_to_spotify_and_back_leads_to_the_list(
    listener: Client, user: User, sandbox: Sandbox
) -> None:
    sandbox.connect(user)
    answer(user)
    listener.defaults["HTTP_HOST"] = HOST
    back = listener.get(consent(make(listener)["Location"]))
    assert back["Location"].startswith(reverse("journal:song_list"))
    assert SpotifyConnection.objects.get(user=user).scope.split().count(PLAYLIST_SCOPE)
    assert make(listener)["Location"].endswith("#at-spotify")
    assert Playlist.objects.count() == 1


def test_a_list_becomes_a_private_playlist_and_a_second_time_the_same_one(
    listener: Client, user: User, sandbox: Sandbox
) -> None:
    sandbox.connect(user, scope=MAY_MAKE)
    here, there, *_others = sandbox.world.songs
    answer(user, spotify_id=here.spotify_id, title=here.title, artist=here.artist)
    answer(
        user, title=there.title, artist=there.artist, isrc=there.isrc, duration_ms=there.duration_ms
    )
    answer(user, title="Nobody has this", artist="Nobody")
    make(listener)
    row = work(user)
    assert (row.status, row.missing, row.error) == ("done", 1, "")
    [made] = sandbox.world.playlists
    assert (made.name, made.is_public) == ("1 March 2026 · Journify", False)
    assert made.uris == [f"spotify:track:{song.spotify_id}" for song in (here, there)]
    page = listener.get(reverse("journal:song_list"), FILTERS).content.decode()
    assert f"https://open.spotify.com/playlist/{made.id}" in page
    assert "Spotify does not have one of these songs" in page

    searches = len(sandbox.paths("spotify"))
    user.journals.get().entries.order_by("position")[0].delete()
    make(listener)
    assert work(user).status == "done"
    assert [one.id for one in sandbox.world.playlists] == [made.id]
    assert made.uris == [f"spotify:track:{there.spotify_id}"]
    # what was found before is not asked for again: one search, and what it holds
    assert sandbox.paths("spotify")[searches:] == ["/v1/search", f"/v1/playlists/{made.id}/items"]


def test_a_hundred_songs_go_in_a_request(listener: Client, user: User, sandbox: Sandbox) -> None:
    sandbox.connect(user, scope=MAY_MAKE)
    for number in range(101):
        answer(user, spotify_id=f"{number:022d}")
    make(listener)
    work(user)
    [made] = sandbox.world.playlists
    assert len(made.uris) == 101
    path = f"/v1/playlists/{made.id}/items"
    assert sandbox.paths("spotify") == ["/v1/me/playlists", path, path]


def test_a_playlist_that_is_gone_is_made_again(
    listener: Client, user: User, sandbox: Sandbox
) -> None:
    sandbox.connect(user, scope=MAY_MAKE)
    answer(user, spotify_id="a" * 22)
    make(listener)
    work(user)
    sandbox.world.playlists.clear()
    make(listener)
    assert work(user).status == "done"
    assert len(sandbox.world.playlists) == 1


def test_trouble_is_told_and_nothing_is_made_twice(
    listener: Client, user: User, sandbox: Sandbox
) -> None:
    sandbox.connect(user, scope=MAY_MAKE)
    answer(user, spotify_id="a" * 22)
    sandbox.fail("spotify", "down", path="/items")
    make(listener)
    row = work(user)
    assert row.status == "failed"
    page = listener.get(reverse("journal:song_list"), FILTERS).content.decode()
    assert row.error in page
    assert row.error
    make(listener)
    assert work(user).status == "done"
    assert len(sandbox.world.playlists) == 1


def test_a_list_of_nothing_at_spotify_makes_no_playlist(
    listener: Client, user: User, sandbox: Sandbox
) -> None:
    sandbox.connect(user, scope=MAY_MAKE)
    answer(user, title="Nobody has this", artist="Nobody")
    make(listener)
    assert work(user).error == "Spotify has none of these songs."
    assert sandbox.world.playlists == []


def test_whoever_disconnects_takes_its_numbers_away(
    listener: Client, user: User, sandbox: Sandbox
) -> None:
    sandbox.connect(user, scope=MAY_MAKE)
    answer(user, spotify_id="a" * 22)
    make(listener)
    row = jobs.claim_next()
    assert row is not None
    disconnect(user)
    jobs.kind_of(row).do(row)  # its worker gives up
    assert not Playlist.objects.exists()
    assert sandbox.world.playlists == []


def test_a_double_click_asks_once(listener: Client, user: User, sandbox: Sandbox) -> None:
    sandbox.connect(user, scope=MAY_MAKE)
    answer(user, spotify_id="a" * 22)
    make(listener)
    make(listener)
    work(user)
    assert jobs.claim_next() is None
    assert song_list_of(user, FILTERS).songs


def test_a_dead_workers_playlist_is_taken_up(
    listener: Client, user: User, sandbox: Sandbox
) -> None:
    sandbox.connect(user, scope=MAY_MAKE)
    answer(user, spotify_id="a" * 22)
    make(listener)
    row = jobs.claim_next()
    assert row is not None
    assert jobs.kind_of(row).give_up(row)
    assert work(user).status == "done"
