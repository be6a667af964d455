"""Days are the page's, hours the listener's: over daylight saving time and moves of zone."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from zoneinfo import ZoneInfo

import pytest

from classifier.models import Song
from classifier.tests.factories import ClassificationFactory, LabelFactory
from journal.emotions.counting import ends_of, heard_by_day
from journal.emotions.tally import tally_of
from journal.stats.answers import Answers, gather
from journal.stats.intervals import Interval
from journal.tests.factories import EntryFactory, JournalFactory
from spotify_auth.models import User

YEAR = Interval("custom", dt.date(2026, 1, 1), dt.date(2026, 12, 31))
BERLIN, TOKYO = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Tokyo")


def answer(user: User, date: dt.date, at: dt.datetime, **values: object) -> Song:
    song: Song = ClassificationFactory(**values).song
    EntryFactory(journal=JournalFactory(user=user, date=date), song=song, answered_at=at)
    return song


def found(user: User, zone: dt.tzinfo = BERLIN, interval: Interval = YEAR) -> Answers:
    return gather(user, interval, zone=zone).answers()


def only_hour(user: User, zone: dt.tzinfo = BERLIN) -> int:
    (hour,) = found(user, zone).hours
    return hour


def only_emotion(user: User) -> str:
    """What the one answer counts as, wherever it is counted."""
    answers = found(user)
    (day,) = answers.days.values()
    groups = [answers.hours, answers.phrases, answers.artists]
    tallies = [tally_of(day.counts), *(tally for group in groups for tally in group.values())]
    (name,) = {part.name for tally in tallies for part in tally.leaders}
    assert [tally.total for tally in tallies] == [1, 1, 1, 1]
    return name


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
    assert only_hour(user) == hour


def test_a_move_changes_hours_but_not_days(user: User) -> None:
    date = dt.date(2026, 6, 1)
    answer(user, date, dt.datetime(2026, 6, 1, 20, 15, tzinfo=BERLIN))
    assert (only_hour(user), only_hour(user, TOKYO)) == (20, 3)
    assert found(user).days.keys() == found(user, TOKYO).days.keys() == {date}


@pytest.mark.parametrize(
    ("zone", "utc", "hour"),
    [
        ("Asia/Kolkata", "2026-06-01T09:45", 15),
        ("Asia/Kolkata", "2026-06-01T09:29", 14),
        ("Asia/Kathmandu", "2026-06-01T09:14", 14),
        ("Asia/Kathmandu", "2026-06-01T09:15", 15),
        ("America/St_Johns", "2026-06-01T01:29", 22),
        ("America/St_Johns", "2026-06-01T01:30", 23),
        ("Australia/Lord_Howe", "2026-06-01T13:29", 23),
        ("Australia/Lord_Howe", "2026-06-01T13:30", 0),
        ("Australia/Lord_Howe", "2026-12-01T13:30", 0),
    ],
)
def test_zones_have_hours_of_their_own(user: User, zone: str, utc: str, hour: int) -> None:
    at = dt.datetime.fromisoformat(utc).replace(tzinfo=dt.UTC)
    answer(user, at.date(), at)
    assert only_hour(user, ZoneInfo(zone)) == hour


def test_hours_over_years_are_those_of_each_answer(user: User) -> None:
    clock, dice = ZoneInfo("Australia/Lord_Howe"), random.Random(7)  # noqa: S311 -- no secrets
    first = dt.datetime(2023, 1, 1, tzinfo=dt.UTC)
    moments = [first + dt.timedelta(minutes=dice.randrange(3 * 365 * 1440)) for _ in range(200)]
    song = ClassificationFactory().song
    journal = JournalFactory(user=user, date=dt.date(2023, 1, 1))
    for moment in moments:
        EntryFactory(journal=journal, song=song, answered_at=moment)
    always = Interval("all", first.date(), dt.date(2026, 12, 31))
    hours = found(user, clock, always).hours
    expected = Counter(moment.astimezone(clock).hour for moment in moments)
    assert {hour: tally.total for hour, tally in hours.items()} == expected


def test_both_ends_of_the_interval_count(user: User) -> None:
    for date in (YEAR.first, YEAR.last, YEAR.last + dt.timedelta(1)):
        answer(user, date, dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
    answers = found(user)
    assert answers.days.keys() == {YEAR.first, YEAR.last}
    for group in (answers.hours, answers.phrases, answers.artists):
        assert sum(tally.total for tally in group.values()) == 2


def test_a_label_wins_over_the_model(user: User) -> None:
    song = answer(user, YEAR.first, dt.datetime(2026, 1, 1, tzinfo=dt.UTC), emotion="sad")
    LabelFactory(song=song, user=user, emotion="happy")
    assert only_emotion(user) == "happy"
    assert found(user).pairs == {("sad", "happy"): 1}


def test_a_song_used_twice_is_one_song_of_the_agreement(user: User, stranger: User) -> None:
    song = answer(user, YEAR.first, dt.datetime(2026, 1, 1, tzinfo=dt.UTC), emotion="sad")
    answer(user, YEAR.last, dt.datetime(2026, 1, 1, tzinfo=dt.UTC), emotion="sad")
    EntryFactory(journal=JournalFactory(user=user, date=dt.date(2026, 3, 1)), song=song)
    LabelFactory(song=song, user=user, emotion="sad")
    # neither what others say, nor what was not answered with, nor what no model heard
    LabelFactory(song=song, user=stranger, emotion="calm")
    LabelFactory(song=ClassificationFactory().song, user=user)
    unheard = LabelFactory(user=user).song
    EntryFactory(journal=JournalFactory(user=user, date=dt.date(2026, 3, 2)), song=unheard)
    assert found(user).pairs == {("sad", "sad"): 1}


def test_other_peoples_answers_and_labels_do_not_count(user: User, stranger: User) -> None:
    song = answer(user, YEAR.first, dt.datetime(2026, 1, 1, tzinfo=dt.UTC), emotion="sad")
    answer(stranger, YEAR.first, dt.datetime(2026, 1, 1, tzinfo=dt.UTC), emotion="calm")
    LabelFactory(song=song, user=stranger, emotion="happy")
    assert only_emotion(user) == "sad"


def test_an_answer_that_no_model_is_sure_of_is_counted_as_that(user: User) -> None:
    unsure = {"emotion": "sad", "probabilities": {"sad": 0.4, "calm": 0.3}}
    answer(user, YEAR.first, dt.datetime(2026, 1, 1, tzinfo=dt.UTC), **unsure)
    answers = found(user)
    assert (answers.answered, answers.tally.total, answers.tally.clear) == (1, 1, 0)
    for group in (answers.hours, answers.phrases, answers.artists):
        assert [tally.counts for tally in group.values()] == [{"unsure": 1}]


def test_an_answer_that_was_not_heard_is_an_answer_and_no_more(user: User) -> None:
    at = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    answer(user, YEAR.first, at, emotion="", status="queued")
    answers = found(user)
    assert (answers.answered, answers.tally.total) == (1, 0)
    assert answers.hours == answers.phrases == answers.artists == {}


def test_a_model_that_was_not_sure_neither_agrees_nor_disagrees(user: User) -> None:
    unsure = {"emotion": "sad", "probabilities": {"sad": 0.4, "calm": 0.3}}
    song = answer(user, YEAR.first, dt.datetime(2026, 1, 1, tzinfo=dt.UTC), **unsure)
    LabelFactory(song=song, user=user, emotion="sad")
    assert found(user).pairs == {}
    assert only_emotion(user) == "sad"


def test_an_entry_without_a_song_is_no_answer(user: User) -> None:
    EntryFactory(journal=JournalFactory(user=user, date=YEAR.first))
    assert found(user) == Answers()
    assert ends_of(user) == []


def test_days_with_answers_come_once_and_in_order(user: User) -> None:
    for date in (YEAR.last, YEAR.first):
        journal = JournalFactory(user=user, date=date)
        for _ in range(2):
            EntryFactory(journal=journal, song=ClassificationFactory().song)
    assert list(heard_by_day(user)) == [YEAR.first, YEAR.last]
    assert ends_of(user) == [YEAR.first, YEAR.last]
    for interval in (YEAR, Interval("all", YEAR.first, YEAR.last)):
        assert list(found(user, interval=interval).days) == [YEAR.first, YEAR.last]
    assert heard_by_day(user)[YEAR.first] == (2, [0, 0, 0, 2, 0])


def test_an_answer_of_unknown_time_has_no_hour(user: User) -> None:
    song = ClassificationFactory().song
    EntryFactory(journal__user=user, journal__date=YEAR.first, song=song)
    assert found(user).hours == {}
    assert found(user).answered == 1


def test_a_finer_word_limits_everything_that_is_counted(user: User) -> None:
    day, noon = dt.date(2026, 5, 4), dt.datetime(2026, 5, 4, 12, tzinfo=dt.UTC)
    said = answer(user, day, noon, emotion="calm")
    LabelFactory(song=said, user=user, emotion="calm", word="tender")
    answer(user, dt.date(2026, 5, 5), noon, emotion="calm")
    answers = gather(user, YEAR, zone=BERLIN, word="tender").answers()
    assert (answers.answered, list(answers.days)) == (1, [day])
    assert sum(tally.total for tally in answers.hours.values()) == 1
    assert sum(tally.total for tally in answers.phrases.values()) == 1
    assert gather(user, YEAR, zone=BERLIN, word="lonely").answers().answered == 0
