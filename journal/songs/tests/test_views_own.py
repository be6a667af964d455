from __future__ import annotations

import csv
import datetime as dt
from io import StringIO

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from classifier.models import Song
from classifier.tests.factories import ClassificationFactory, LabelFactory, SongFactory
from journal.songs import own as own_songs_module
from journal.songs.own import last_used_first, songs_by_feeling, songs_of
from journal.tests.factories import EntryFactory, JournalFactory
from spotify_auth.models import User


def used(user: User, emotion: str = "calm", **values: object) -> Song:
    song = ClassificationFactory(emotion=emotion, **values).song
    journal = user.journals.first() or JournalFactory(user=user)
    EntryFactory(journal=journal, song=song)
    return song


def exported(listener: Client, kind: str, emotion: str = "calm") -> str:
    response = listener.get(reverse("journal:export_songs", args=[kind]), {"emotion": emotion})
    assert f'filename="journify-{emotion}.{kind}"' in response["Content-Disposition"]
    return response.content.decode()


class TestLike:
    def test_only_the_own_songs_are_compared(
        self, listener: Client, user: User, stranger: User
    ) -> None:
        song, near = used(user, "calm"), used(user, "calm")
        upload = ClassificationFactory(song__owner=user, emotion="sad").song
        used(stranger, "calm")
        ClassificationFactory(emotion="calm")
        page = listener.get(reverse("journal:like", args=[song.pk]))
        assert [each.song for each in page.context["songs"]] == [near, upload]

    def test_the_songs_page_fetches_it(self, listener: Client, user: User) -> None:
        song = used(user)
        url = reverse("journal:like", args=[song.pk])
        assert f'hx-get="{url}"' in listener.get(f"/songs/{song.pk}/").content.decode()
        fragment = listener.get(url, headers={"HX-Request": "true"}).content.decode()
        assert "<html" not in fragment
        assert "Nothing to compare it with yet" in fragment

    def test_as_many_queries_however_many_songs(self, listener: Client, user: User) -> None:
        def queries() -> int:
            with CaptureQueriesContext(connection) as caught:
                listener.get(reverse("journal:like", args=[song.pk]))
            return len(caught)

        song = used(user)
        used(user)
        queries()
        before = queries()
        for _ in range(6):
            used(user)
        assert queries() == before


class TestSongs:
    def test_a_feeling_has_its_songs_by_the_listeners_word(
        self, listener: Client, user: User, stranger: User
    ) -> None:
        calm, sad = used(user, "calm"), used(user, "sad")
        LabelFactory(song=sad, user=user, emotion="calm")
        used(stranger, "calm")
        page = listener.get(reverse("journal:songs"), {"emotion": "calm"})
        assert {each.song for each in page.context["songs"]} == {calm, sad}
        assert [each["count"] for each in page.context["feelings"]] == [0, 0, 0, 2]
        assert str(calm) in page.context["text"]

    def test_an_unknown_feeling_is_the_commonest(self, listener: Client, user: User) -> None:
        used(user, "happy")
        page = listener.get(reverse("journal:songs"), {"emotion": "hangry"})
        assert page.context["emotion"] == "happy"

    def test_an_empty_list_says_what_to_do(self, listener: Client) -> None:
        html = listener.get(reverse("journal:songs")).content.decode()
        assert "No song of yours is" in html
        assert reverse("journal:today") in html


class TestExport:
    @pytest.fixture
    def song(self, user: User) -> Song:
        return used(user, song__title="=Gloomy\nSunday", song__artist="Billie", song__isrc="X1")

    def test_a_list_for_players(self, listener: Client, song: Song) -> None:
        lines = exported(listener, "m3u").splitlines()
        assert lines[:2] == ["#EXTM3U", "#PLAYLIST:Calm"]
        assert lines[2] == "#EXTINF:30,Billie - =Gloomy Sunday"
        assert len(lines) == 4
        # for players, who are not signed in
        response = Client().get(lines[3].removeprefix("http://testserver"))
        assert response.status_code == 200
        response.close()

    def test_a_platforms_song_leads_there(self, listener: Client, user: User) -> None:
        used(user, song__deezer_url="https://www.deezer.com/track/1",
             song__duration_ms=None, song__audio="")  # fmt: skip
        assert exported(listener, "m3u").endswith(
            "#EXTINF:-1,Somebody - "
            + Song.objects.get().title
            + "\nhttps://www.deezer.com/track/1\n"
        )

    def test_a_table_without_formulas(self, listener: Client, song: Song) -> None:
        [row] = csv.DictReader(StringIO(exported(listener, "csv")))
        assert row["title"] == "'=Gloomy\nSunday"
        assert (row["artist"], row["isrc"]) == ("Billie", "X1")

    def test_a_line_a_song(self, listener: Client, song: Song) -> None:
        assert exported(listener, "txt") == "=Gloomy Sunday – Billie\n"

    def test_no_other_kind(self, listener: Client) -> None:
        assert listener.get("/songs/export.exe").status_code == 404


def test_songs_are_listed_by_their_last_use_and_only_own_ones(user: User) -> None:
    now, journal = timezone.now(), JournalFactory(user=user)
    brought, undated, early, late, not_own = [ClassificationFactory().song for _ in range(5)]
    Song.objects.filter(pk=brought.pk).update(owner=user)
    for song, moment in ((late, now), (early, now - dt.timedelta(3)), (undated, None)):
        EntryFactory(journal=journal, song=song, answered_at=moment)
    LabelFactory(song=not_own, user=user, emotion="calm")
    keys = songs_by_feeling(user, "calm").keys
    assert [each.song for each in songs_of(user, keys)] == [late, early, undated, brought]


def test_songs_used_last_come_first_and_those_never_used_last(user: User, stranger: User) -> None:
    never = SongFactory(owner=user)
    early, late = SongFactory(owner=user), SongFactory(owner=user)
    now = timezone.now()
    for song, hours in ((late, 1), (early, 5), (late, 9)):
        EntryFactory(
            journal__user=user,
            journal__date=now.date() - dt.timedelta(days=hours),
            song=song,
            answered_at=now - dt.timedelta(hours=hours),
        )
    EntryFactory(journal__user=stranger, song=early, answered_at=now)
    songs = Song.objects.filter(owner=user)
    assert last_used_first(user, songs, count=9) == [late, early, never]
    assert last_used_first(user, songs, count=1) == [late]


def test_a_song_used_today_for_an_old_page_comes_first(
    user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_songs_module, "RECENT_PAGES", 2)
    now = timezone.now()
    for_old_page, *others = [SongFactory(owner=user) for _ in range(4)]
    for days, song in enumerate(others):
        EntryFactory(
            journal__user=user,
            journal__date=now.date() - dt.timedelta(days),
            song=song,
            answered_at=now - dt.timedelta(days, minutes=5),
        )
    old = now.date() - dt.timedelta(400)
    EntryFactory(journal__user=user, journal__date=old, song=for_old_page, answered_at=now)
    songs = Song.objects.filter(owner=user)
    assert last_used_first(user, songs, count=2) == [for_old_page, others[0]]
    assert last_used_first(user, songs, count=4) == [for_old_page, *others]


def test_of_feelings_that_are_level_the_one_answered_with_last_is_shown(
    listener: Client, user: User
) -> None:
    for emotion, day in (("calm", 3), ("sad", 1), ("happy", 2)):
        song = ClassificationFactory(emotion=emotion).song
        at = dt.datetime(2026, 11, day, tzinfo=dt.UTC)
        EntryFactory(journal__user=user, journal__date=at.date(), song=song, answered_at=at)
    assert listener.get(reverse("journal:songs")).context["emotion"] == "calm"


class TestFinerWords:
    def songs(self, listener: Client, **query: str) -> set[Song]:
        page = listener.get(reverse("journal:songs"), query)
        return {each.song for each in page.context["songs"]}

    def test_a_word_limits_its_feelings_list_and_file(self, listener: Client, user: User) -> None:
        said, heard = used(user, "calm"), used(user, "calm")
        LabelFactory(song=said, user=user, emotion="calm", word="tender")
        assert self.songs(listener, emotion="calm") == {said, heard}
        assert self.songs(listener, emotion="calm", word="tender") == {said}
        query = {"emotion": "calm", "word": "tender"}
        file = listener.get(reverse("journal:export_songs", args=["txt"]), query)
        assert 'filename="journify-tender.txt"' in file["Content-Disposition"]
        assert len(file.content.decode().splitlines()) == 1

    @pytest.mark.parametrize("word", ["festive", "loud", ""])
    def test_another_feelings_word_limits_nothing(
        self, word: str, listener: Client, user: User
    ) -> None:
        song = used(user, "calm")
        assert self.songs(listener, emotion="calm", word=word) == {song}
