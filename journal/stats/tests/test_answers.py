"""Days are the page's, hours the listener's: over daylight saving time and moves of zone."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from classifier.tests.factories import ClassificationFactory, LabelFactory
from classifier.verdicts import Verdict
from journal.emotions import emotions_by_day
from journal.stats.answers import Answers, Clock, answered_days, answers_of
from journal.stats.intervals import Interval
from journal.tests.factories import EntryFactory, JournalFactory
from journify.models import uuid_of
from spotify_auth.models import User

YEAR = Interval("custom", dt.date(2026, 1, 1), dt.date(2026, 12, 31))
BERLIN, TOKYO = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Tokyo")


def answer(user: User, date: dt.date, at: dt.datetime, **values: object) -> None:
    row = ClassificationFactory(**values)
    EntryFactory(journal=JournalFactory(user=user, date=date), song=row.song, answered_at=at)


class Answer(NamedTuple):
    date: dt.date
    hour: int | None
    song: uuid.UUID
    verdict: Verdict
    emotion: str


def only(user: User, zone: dt.tzinfo = BERLIN) -> Answer:
    found = answers_of(user, YEAR, zone=zone)
    (date,), (hour,), (song,), (emotion,) = found.dates, found.hours, found.songs, found.emotions
    return Answer(date, hour, uuid_of(song), found.verdicts[song], emotion)


@pytest.mark.parametrize(
    ("utc", "hour"),
    [
        ("2026-03-29T00:59", 1),  # the last minute of winter time
        ("2026-03-29T01:00", 3),  # two o'clock does not exist
        ("2026-10-25T00:30", 2),  # half past two, the first
        ("2026-10-25T01:30", 2),  # and the second
        ("2026-10-25T02:30", 3),
    ],
)
def test_hours_follow_daylight_saving_time(user: User, utc: str, hour: int) -> None:
    at = dt.datetime.fromisoformat(utc).replace(tzinfo=dt.UTC)
    answer(user, at.date(), at)
    assert only(user).hour == hour


def test_a_move_changes_hours_but_not_days(user: User) -> None:
    date = dt.date(2026, 6, 1)
    answer(user, date, dt.datetime(2026, 6, 1, 20, 15, tzinfo=BERLIN))
    at_home, away = only(user), only(user, TOKYO)
    assert (at_home.hour, away.hour) == (20, 3)
    assert at_home.date == away.date == date


def test_half_hour_zones_have_their_own_hours(user: User) -> None:
    answer(user, dt.date(2026, 6, 1), dt.datetime(2026, 6, 1, 9, 45, tzinfo=dt.UTC))
    assert only(user, ZoneInfo("Asia/Kolkata")).hour == 15


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe"])
def test_every_hour_of_a_year_is_the_zones(zone: str) -> None:
    clock = ZoneInfo(zone)
    moments = [
        dt.datetime(2026, 1, 1, 0, 29, tzinfo=dt.UTC) + dt.timedelta(hours=hour)
        for hour in range(366 * 24)
    ]
    asked = [moment.astimezone(clock).hour for moment in moments]
    # as SQLite and PostgreSQL write them, and MongoDB
    assert Clock(clock).hours(map(str, moments)) == asked
    assert Clock(clock).hours(moment.isoformat() for moment in moments) == asked


def test_both_ends_of_the_interval_count(user: User) -> None:
    for date in (YEAR.first, YEAR.last, YEAR.last + dt.timedelta(1)):
        answer(user, date, dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    assert set(answers_of(user, YEAR, zone=dt.UTC).dates) == {YEAR.first, YEAR.last}


def test_a_label_wins_over_the_model(user: User) -> None:
    answer(user, YEAR.first, dt.datetime(2026, 1, 1, tzinfo=dt.UTC), emotion="sad")
    LabelFactory(song_id=only(user).song, user=user, emotion="happy")
    assert only(user).emotion == "happy"
    assert only(user).verdict.heard == "sad"


def test_other_peoples_answers_and_labels_do_not_count(user: User, stranger: User) -> None:
    answer(user, YEAR.first, dt.datetime(2026, 1, 1, tzinfo=dt.UTC), emotion="sad")
    answer(stranger, YEAR.first, dt.datetime(2026, 1, 1, tzinfo=dt.UTC), emotion="calm")
    LabelFactory(song_id=only(user).song, user=stranger, emotion="happy")
    assert only(user).emotion == "sad"


def test_an_entry_without_a_song_is_no_answer(user: User) -> None:
    EntryFactory(journal=JournalFactory(user=user, date=YEAR.first))
    assert answers_of(user, YEAR, zone=dt.UTC) == Answers()
    assert answered_days(user) == []


def test_days_with_answers_come_once_and_in_order(user: User) -> None:
    for date in (YEAR.last, YEAR.first):
        journal = JournalFactory(user=user, date=date)
        for _ in range(2):
            EntryFactory(journal=journal, song=ClassificationFactory().song)
    assert answered_days(user) == [YEAR.first, YEAR.last]


def test_a_page_that_an_import_adds_meanwhile_waits_for_the_next_look(user: User) -> None:
    answer(user, YEAR.first - dt.timedelta(1), dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    every_day = Interval("all", YEAR.first, YEAR.last)  # as it was before the import
    assert answers_of(user, every_day, zone=dt.UTC) == Answers()
    assert emotions_by_day(user, YEAR.first, YEAR.last) == {}


def test_an_answer_of_unknown_time_has_no_hour(user: User) -> None:
    song = ClassificationFactory().song
    EntryFactory(journal__user=user, journal__date=YEAR.first, song=song)
    assert only(user).hour is None
    assert only(user).song == song.pk
