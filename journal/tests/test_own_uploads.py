"""Uploads are renamed, deleted, and heard for a while by whoever has a list for a player."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from classifier.models import Classification, Explanation, Label, Song
from classifier.tests.factories import ExplanationFactory, LabelFactory, SongFactory
from journal.models import Entry
from journal.tests.factories import EntryFactory, JournalFactory
from spotify_auth.models import User


@pytest.fixture
def song(user: User) -> Song:
    return SongFactory(owner=user, title="0001_final", artist="", audio_sha256="a" * 64)


def url(name: str, song: Song) -> str:
    return reverse(f"journal:{name}", args=[song.pk])


class TestRenaming:
    def test_a_song_gets_its_names(self, listener: Client, song: Song) -> None:
        assert url("song_edit", song) in listener.get(url("song", song)).content.decode()
        assert "0001_final" in listener.get(url("song_edit", song)).content.decode()
        data = {"title": "  The  Tune ", "artist": "Me"}
        page = listener.post(url("song_edit", song), data, follow=True).content.decode()
        assert "The Tune" in page
        song.refresh_from_db()
        assert (song.title, song.artist, song.audio_sha256) == ("The Tune", "Me", "a" * 64)

    @pytest.mark.parametrize("title", ["", "   ", "x" * 201])
    def test_a_title_that_is_none_is_refused(
        self, listener: Client, song: Song, title: str
    ) -> None:
        response = listener.post(url("song_edit", song), {"title": title, "artist": ""})
        assert response.status_code == 200
        song.refresh_from_db()
        assert song.title == "0001_final"


class TestDeleting:
    def test_everything_goes_and_the_card_is_open_with_its_note(
        self,
        listener: Client,
        song: Song,
        user: User,
        django_capture_on_commit_callbacks: Callable[..., Any],
    ) -> None:
        drawn = ExplanationFactory(classification__song=song)
        LabelFactory(song=song, user=user, emotion="sad")
        entry = EntryFactory(journal__user=user, song=song, note="so it was")
        files = [Path(song.audio.path), Path(drawn.picture.path)]
        assert all(file.exists() for file in files)
        asked = listener.get(url("song_delete", song)).content.decode()
        assert "It answers 1 phrase: that one will be open again, and your note stays." in asked
        assert Song.objects.exists()
        with django_capture_on_commit_callbacks(execute=True):
            listener.post(url("song_delete", song))
        left = [Song, Classification, Explanation, Label]
        assert [model.objects.count() for model in left] == [0, 0, 0, 0]
        assert not any(file.exists() for file in files)
        entry.refresh_from_db()
        assert (entry.song, entry.emotion, entry.note) == (None, "", "so it was")
        assert not Entry.objects.exclude(answered_at=None).exists()

    def test_the_list_of_songs_leads_there(self, listener: Client, user: User) -> None:
        song = LabelFactory(song__owner=user, user=user, emotion="sad").song
        shared = LabelFactory(user=user, emotion="sad").song
        EntryFactory(journal__user=user, song=shared)
        page = listener.get("/songs/?emotion=sad").content.decode()
        for name in ("song_edit", "song_delete"):
            assert url(name, song) in page
            assert url(name, shared) not in page


@pytest.mark.parametrize("name", ["song_edit", "song_delete"])
@pytest.mark.parametrize("is_shared", [True, False])
def test_only_own_songs_are_changed(
    listener: Client, stranger: User, name: str, *, is_shared: bool
) -> None:
    song = SongFactory(owner=None if is_shared else stranger, title="Theirs")
    for send in (listener.get, listener.post):
        assert send(url(name, song), {"title": "Mine"}).status_code == 404
    assert Song.objects.get().title == "Theirs"
    if is_shared:
        assert url(name, song) not in listener.get(url("song", song)).content.decode()


class TestListsForAPlayer:
    @pytest.fixture
    def path(self, listener: Client, song: Song, user: User) -> str:
        LabelFactory(song=song, user=user, emotion="sad")
        response = listener.get("/songs/export.m3u?emotion=sad")
        assert "no-store" in response["Cache-Control"]
        return urlsplit(response.content.decode().splitlines()[-1]).path

    def test_a_player_hears_the_song_without_signing_in(self, client: Client, path: str) -> None:
        response = client.get(path)
        assert (response.status_code, response.getvalue()) == (200, b"not really audio")
        assert {"private", "no-store"} <= set(response["Cache-Control"].split(", "))
        part = client.get(path, headers={"Range": "bytes=4-9"})
        assert (part.status_code, part.getvalue()) == (206, b"really")
        head = client.head(path)
        assert head.status_code == 200
        head.close()

    def test_it_ends_after_a_week(self, client: Client, path: str) -> None:
        now = dt.datetime.now(dt.UTC)
        with time_machine.travel(now + dt.timedelta(days=6, hours=23)):
            assert client.get(path).getvalue() == b"not really audio"
        with time_machine.travel(now + dt.timedelta(days=7, minutes=5)):
            assert client.get(path).status_code == 404

    def test_it_ends_with_the_password_the_account_and_the_song(
        self, client: Client, path: str, user: User, song: Song
    ) -> None:
        user.set_password("another one")
        user.save()
        assert client.get(path).status_code == 404

    @pytest.mark.parametrize("field", ["song", "user"])
    def test_it_ends_with_what_it_names(
        self, client: Client, path: str, user: User, song: Song, field: str
    ) -> None:
        if field == "song":
            song.delete()
        else:
            User.objects.filter(pk=user.pk).update(is_active=False)
        assert client.get(path).status_code == 404

    @pytest.mark.parametrize("change", ["x", "", "~"])
    def test_no_other_song_is_heard_with_it(self, client: Client, path: str, change: str) -> None:
        forged = f"{path[:-2]}{change}/" if change != "~" else "/listen/abc:def:ghi/"
        assert client.get(forged).status_code == 404

    def test_what_cannot_be_heard_is_left_out(self, listener: Client, user: User) -> None:
        journal = JournalFactory(user=user)
        for title, link in (("Nowhere", ""), ("At Deezer", "https://www.deezer.com/track/1")):
            song = SongFactory(title=title, audio="", deezer_url=link)
            LabelFactory(song=song, user=user, emotion="calm")
            EntryFactory(journal=journal, song=song)
        text = listener.get("/songs/export.m3u?emotion=calm").content.decode()
        assert "Nowhere" not in text
        assert text.splitlines()[-1] == "https://www.deezer.com/track/1"
