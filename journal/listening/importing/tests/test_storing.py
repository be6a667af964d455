from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from journal.listening.importing.plays import Play
from journal.listening.importing.storing import new_plays, store
from journal.listening.models import ListenedSong, ListeningMonth
from journal.listening.packing import PackedPlay, pack, unpack
from journal.listening.summary import summary_of
from spotify_auth.models import User

START = dt.datetime(2026, 3, 1, 20, 12, tzinfo=dt.UTC)


def play(*, after: int = 0, title: str = "Lantern", seconds: int = 200) -> Play:
    return Play("Mira Vale", title, START + dt.timedelta(seconds=after), seconds=seconds)


def stored(user: User) -> list[PackedPlay]:
    rows = ListeningMonth.objects.filter(user=user).values_list("packed", flat=True)
    return [one for packed in rows for one in unpack(packed)]


def nothing() -> None:
    pass


def test_packing_keeps_every_play() -> None:
    plays = [PackedPlay(2**31, 7, 0), PackedPlay(5, 2**32 - 1, 86_400), PackedPlay(5, 1, 30)]
    assert list(unpack(pack(plays))) == sorted(plays)
    assert len(pack(plays)) == 36


@pytest.mark.django_db
def test_the_same_file_twice_changes_nothing(user: User) -> None:
    plays = [play(after=n * 300, title=f"Song {n % 3}") for n in range(10)]
    first = store(user, plays, progress=nothing)
    second = store(user, plays, progress=nothing)
    assert (first.plays, first.known, first.songs) == (10, 0, 3)
    assert (second.plays, second.known, second.songs) == (0, 10, 0)
    counts = ListenedSong.objects.filter(user=user).values_list("plays", flat=True)
    assert sorted(counts) == [3, 3, 4]


@pytest.mark.django_db
def test_plays_that_come_later_are_added_to_their_songs(user: User) -> None:
    store(user, [play(after=n * 300, title=f"Song {n % 3}") for n in range(10)], progress=nothing)
    later = [play(after=day * 86_400, title=f"Song {day % 2}") for day in range(1, 6)]
    with CaptureQueriesContext(connection) as queries:
        store(user, later, progress=nothing)
    counts = (
        ListenedSong.objects.filter(user=user).order_by("title").values_list("plays", flat=True)
    )
    assert list(counts) == [6, 6, 3]
    read = [each["sql"] for each in queries if each["sql"].startswith("SELECT")]
    months = [sql for sql in read if "listeningmonth" in sql]
    assert len(months) == 1, "only the month they are in"


@pytest.mark.django_db
def test_two_exports_of_one_play_are_one(user: User) -> None:
    store(user, [play()], progress=nothing)
    again = store(user, [play(after=-55), play(after=40)], progress=nothing)
    assert again.plays == 0
    assert len(stored(user)) == 1


@pytest.mark.django_db
def test_a_song_in_other_spelling_is_the_same_song(user: User) -> None:
    loud = Play("MIRA  VALE".replace("  ", " "), "lantern", START, seconds=200)
    store(user, [play(), loud], progress=nothing)
    assert ListenedSong.objects.filter(user=user).count() == 1


@pytest.mark.parametrize(
    ("apart", "seconds", "count"),
    [(0, 60, 1), (58, 60, 2), (50, 60, 1), (89, 300, 1), (91, 300, 2), (80, 0, 1), (91, 0, 2)],
)
def test_a_short_song_may_begin_again_soon(apart: int, seconds: int, count: int) -> None:
    plays = [PackedPlay(1000, 1, seconds), PackedPlay(1000 + apart, 1, seconds)]
    assert len(new_plays([], plays)) == count


@pytest.mark.django_db
def test_songs_of_a_list_are_known_and_were_never_played(user: User) -> None:
    counted = store(user, [Play("Mira Vale", "Lantern", None)], progress=nothing)
    assert (counted.plays, counted.songs) == (0, 1)
    assert stored(user) == []


@pytest.mark.django_db
def test_what_is_counted_is_in_the_listeners_zone(user: User) -> None:
    store(user, [play(), play(after=3 * 3600, title="Harbour")], progress=nothing)
    ListenedSong.objects.filter(user=user, title="Lantern").update(emotion="calm")
    told = summary_of(user, ZoneInfo("Asia/Tokyo"))
    assert told["plays"] == told["songs"] == 2
    assert told["heard_plays"] == told["heard_songs"] == 1
    assert told["months"] == {"2026-03": [0, 0, 0, 1]}
    assert told["month_plays"] == {"2026-03": 2}
    assert told["hours"][5] == [0, 0, 0, 1]  # 20:12 in UTC
    assert told["weekdays"][0] == [0, 0, 0, 1]  # a Monday there
    assert told["top_songs"]["calm"] == [["Lantern", "Mira Vale", 1]]
    assert told["top_artists"] == [["Mira Vale", [0, 0, 0, 1]]]


@pytest.mark.django_db
def test_nobody_elses_history_is_counted(user: User, stranger: User) -> None:
    store(stranger, [play()], progress=nothing)
    assert summary_of(user, ZoneInfo("UTC"))["plays"] == 0
