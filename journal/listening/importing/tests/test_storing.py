from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext

from journal.listening.importing import storing
from journal.listening.importing.plays import Play
from journal.listening.importing.storing import new_plays, store
from journal.listening.models import ListenedSong, Listening, ListeningMonth
from journal.listening.packing import PackedPlay, cut, pack, unpack
from journal.listening.summary import renew_summary, summary_of
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
    renew_summary(user)
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
    renew_summary(user)
    counts = (
        ListenedSong.objects.filter(user=user).order_by("title").values_list("plays", flat=True)
    )
    assert list(counts) == [6, 6, 3]
    read = [each["sql"] for each in queries if each["sql"].startswith("SELECT")]
    months = [sql for sql in read if "listeningmonth" in sql]
    assert len(months) == 1, "only the month they are in"


@pytest.mark.parametrize("years", [1, 4])
@pytest.mark.django_db
def test_a_month_is_read_and_written_once_however_a_file_is_ordered(
    user: User, years: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storing, "BATCH_SIZE", 12)
    plays = [play(after=week * 7 * 86_400, title=f"Song {week % 5}") for week in range(52 * years)]
    mixed = [each for start in range(7) for each in plays[start::7]]
    with CaptureQueriesContext(connection) as storing_them:
        store(user, mixed, progress=nothing)
    with CaptureQueriesContext(connection) as counting:
        renew_summary(user)
    months = ListeningMonth.objects.filter(user=user)
    assert sum(month.plays for month in months) == len(plays) == len(stored(user))
    assert asked_of(storing_them, ListeningMonth, "SELECT") == len(months)
    assert asked_of(storing_them, ListeningMonth, "UPDATE") == len(months)
    assert asked_of(storing_them, ListenedSong, "UPDATE") == 0
    assert asked_of(counting, ListenedSong, "UPDATE") <= 2, "those played as often go together"


def asked_of(queries: CaptureQueriesContext, model: type[Model], verb: str) -> int:
    """Count the statements of a kind about a table."""
    table = connection.ops.quote_name(model._meta.db_table)
    return sum(each["sql"].startswith(verb) and table in each["sql"] for each in queries)


@pytest.mark.django_db
def test_fifty_more_ask_as_little_of_a_long_history(user: User, stranger: User) -> None:
    def asked(of: User, before: int) -> list[str]:
        store(of, [play(after=-300 * n, title=f"Song {n % 9}") for n in range(before)],
              progress=nothing)  # fmt: skip
        with CaptureQueriesContext(connection) as queries:
            store(of, [play(after=300 * n, title=f"Song {n % 9}") for n in range(1, 50)],
                  progress=nothing)  # fmt: skip
        return [query["sql"].split()[0] for query in queries]

    assert asked(user, 9) == asked(stranger, 6000)


@pytest.mark.django_db
def test_an_import_that_was_killed_between_months_goes_on_where_it_was(user: User) -> None:
    plays = [play(after=n * 86_400, title=f"Song {n % 4}") for n in range(120)]
    left = iter([None, None, None])  # a batch and two months

    def killed() -> None:
        next(left)

    with pytest.raises(StopIteration):
        store(user, plays, progress=killed)
    written = len(stored(user))
    assert 0 < written < 120
    assert Listening.objects.get(user=user).is_stale, "what was written is to be counted"
    again = store(user, plays, progress=nothing)
    renew_summary(user)
    assert (again.plays, again.known, again.songs) == (120 - written, written, 0)
    assert len(stored(user)) == 120
    counts = ListenedSong.objects.filter(user=user).values_list("plays", flat=True)
    assert list(counts) == [30] * 4


@pytest.mark.django_db
def test_two_imports_at_once_lose_and_double_nothing(user: User) -> None:
    """The second one comes between what the first read of a month and what it writes."""
    begins = f"UPDATE {connection.ops.quote_name(ListeningMonth._meta.db_table)}"
    theirs = [play(after=n * 300, title=f"Song {n}") for n in range(5, 15)]
    waiting = [theirs]

    def meanwhile(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if waiting and sql.startswith(begins):
            store(user, waiting.pop(), progress=nothing)
        return execute(sql, *rest)

    with connection.execute_wrapper(meanwhile):
        store(user, [play(after=n * 300, title=f"Song {n}") for n in range(10)], progress=nothing)
    renew_summary(user)
    assert not waiting
    assert len(stored(user)) == ListeningMonth.objects.get(user=user).plays == 15
    songs = ListenedSong.objects.filter(user=user).values_list("title", "plays", "number")
    assert {(title, plays) for title, plays, _number in songs} == {
        (f"Song {n}", 1) for n in range(15)
    }
    titles = {number: title for title, _plays, number in songs}
    assert {titles[one.song]: one.moment for one in stored(user)} == {
        f"Song {n}": int(START.timestamp()) + n * 300 for n in range(15)
    }


def test_a_month_is_cut_around_what_comes() -> None:
    packed = [PackedPlay(moment, 7, 30) for moment in (10, 20, 20, 30, 40)]
    parts = cut(pack(packed), 20, 30)
    assert [[one.moment for one in unpack(part)] for part in parts] == [[10], [20, 20, 30], [40]]
    assert cut(b"", 5, 6) == (b"", b"", b"")


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
