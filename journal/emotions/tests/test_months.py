"""What is kept of months is what their entries say, whoever wrote on them and however."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from classifier import metadata
from classifier.models import Song
from classifier.tests.factories import ClassificationFactory, LabelFactory, SongFactory
from journal import services
from journal.emotions import learning, renewing
from journal.emotions.months import Counted, counted
from journal.models import CountedMonth, Entry, Journal
from journal.tests.factories import EntryFactory, JournalFactory
from spotify_auth.models import User

pytestmark = pytest.mark.django_db

BERLIN = ZoneInfo("Europe/Berlin")
NOON = dt.datetime(2026, 9, 4, 12, tzinfo=dt.UTC)
DAYS = [dt.date(2026, 7, 31), dt.date(2026, 8, 1), dt.date(2026, 9, 4), dt.date(2026, 9, 30)]


@pytest.fixture
def entry(user: User, stranger: User) -> Entry:
    """One of several answers in three months; a stranger has one with the same song."""
    song = ClassificationFactory(
        emotion="sad", song__artist="Ann", song__spotify_id="a" * 22, song__owner=None
    ).song
    for date in DAYS:
        day = JournalFactory(user=user, date=date)
        EntryFactory(journal=day, song=song, answered_at=NOON, phrase_text="Rain…")
        EntryFactory(journal=day, song=ClassificationFactory().song, answered_at=NOON)
    EntryFactory(journal__user=stranger, journal__date=DAYS[0], song=song, answered_at=NOON)
    return Entry.objects.of(user).filter(song=song, date=DAYS[2]).get()


def contents(found: Counted) -> list[object]:
    return [found.days, found.hours, found.phrases, found.artists]


def kept(user: User, zone: dt.tzinfo = BERLIN) -> list[object]:
    return contents(counted(user, zone=zone))


def fresh(user: User, zone: dt.tzinfo = BERLIN) -> list[object]:
    CountedMonth.objects.filter(user=user).delete()
    return kept(user, zone)


def relabel(entry: Entry) -> None:
    services.set_label(entry.user, song_of(entry), "happy")


def label_and_take_back(entry: Entry) -> None:
    relabel(entry)
    kept(entry.user)
    services.set_label(entry.user, song_of(entry), "")


def swap_emotions(entry: Entry) -> None:
    """Nothing of which the numbers say anything: two answers of a day change what they count as."""
    one, other = Entry.objects.filter(journal=entry.journal)
    assert one.emotion != other.emotion
    Entry.objects.filter(pk=one.pk).update(emotion=other.emotion)
    Entry.objects.filter(pk=other.pk).update(emotion=one.emotion)


def song_of(entry: Entry) -> Song:
    assert entry.song is not None
    return entry.song


def answer_otherwise(entry: Entry) -> None:
    services.answer_entry(entry, ClassificationFactory(emotion="energetic").song)


def hear_anew(entry: Entry) -> None:
    answer = song_of(entry).classifications.get()
    answer.emotion = "energetic"
    answer.probabilities = {"energetic": 1.0}
    answer.save()


def save(entry: Entry) -> None:
    entry.phrase_text = "Snow…"
    entry.save()


def save_one_field(entry: Entry) -> None:
    entry.answered_at = NOON + dt.timedelta(hours=5)
    entry.save(update_fields=["answered_at"])


def save_many(entry: Entry) -> None:
    entry.emotion = "energetic"
    Entry.objects.bulk_update([entry], ["emotion"])


def add_another(entry: Entry) -> None:
    EntryFactory(journal=entry.journal, song=ClassificationFactory().song)


def add_many(entry: Entry) -> None:
    day = Journal.objects.create(user=entry.user, date=dt.date(2026, 6, 1))
    song, answered = song_of(entry), {"emotion": "sad", "answered_at": NOON}
    Entry.objects.bulk_create(
        day.entry(position=place, phrase_text="Sun…", song=song, **answered) for place in range(3)
    )


def rename(entry: Entry) -> None:
    services.rename_song(song_of(entry), title="Song", artist="Bo")


def save_the_song(entry: Entry) -> None:
    song = song_of(entry)
    song.artist = "Bo"
    song.save()


def pick_it_again(_entry: Entry) -> None:
    metadata.keep_track({"spotify_id": "a" * 22, "title": "Song", "artist": "Bo"})


def forget_names(entry: Entry) -> None:
    metadata.forget_metadata(Song.objects.filter(pk=entry.song_id))


WRITERS: list[Callable[[Entry], object]] = [
    answer_otherwise,
    services.clear_entry,
    relabel,
    label_and_take_back,
    swap_emotions,
    hear_anew,
    lambda entry: song_of(entry).delete(),
    lambda entry: song_of(entry).classifications.all().delete(),
    lambda entry: entry.journal.delete(),
    lambda entry: entry.delete(),
    lambda entry: Entry.objects.filter(date__gte=entry.date).delete(),
    save,
    save_one_field,
    save_many,
    add_another,
    add_many,
    rename,
    save_the_song,
    pick_it_again,
    forget_names,
]


@pytest.mark.parametrize("write", WRITERS)
def test_what_is_kept_is_what_the_entries_say_after_every_write(
    entry: Entry, write: Callable[[Entry], object]
) -> None:
    user = entry.user
    before = kept(user)
    write(entry)
    after = kept(user)
    assert after != before or write is label_and_take_back
    assert after == fresh(user)


def test_what_a_listener_teaches_and_new_rules_are_counted(entry: Entry) -> None:
    user, before = entry.user, kept(entry.user)
    LabelFactory(user=user, song=song_of(entry), emotion="calm")
    learning.switch(user.pk, is_on=True)
    renewing.renew_all(is_forced=True)
    assert before != kept(user) == fresh(user)


def test_only_months_that_changed_are_counted_anew(entry: Entry) -> None:
    user, rows = entry.user, CountedMonth.objects.filter(user=entry.user)
    kept(user)
    before = dict(rows.values_list("month", "pk"))
    assert [*before] == ["2026-07", "2026-08", "2026-09"]
    services.clear_entry(entry)
    kept(user)
    now = dict(rows.values_list("month", "pk"))
    assert [month for month in now if now[month] != before[month]] == ["2026-09"]


@pytest.mark.parametrize("changed", [{1}, {2}, {3}, {0, 3}, {0, 1, 2}])
def test_a_change_of_any_month_is_seen(entry: Entry, changed: set[int]) -> None:
    before = kept(entry.user)
    for date in (DAYS[place] for place in changed):
        services.write_note(Entry.objects.of(entry.user).filter(date=date)[0], "Changed")
        services.clear_entry(Entry.objects.of(entry.user).filter(date=date)[0])
    after = kept(entry.user)
    assert before != after == fresh(entry.user)


@pytest.mark.parametrize("date", [dt.date(2026, 7, 30), dt.date(2026, 8, 9), dt.date(2026, 11, 1)])
def test_an_answer_of_any_day_is_seen(entry: Entry, date: dt.date) -> None:
    before = kept(entry.user)
    EntryFactory(journal__user=entry.user, journal__date=date, song=SongFactory())
    after = kept(entry.user)
    assert before != after == fresh(entry.user)


def test_a_newest_month_without_entries_is_counted_no_longer(entry: Entry) -> None:
    kept(entry.user)
    Entry.objects.of(entry.user).filter(date__gte=DAYS[2]).delete()
    assert kept(entry.user) == fresh(entry.user)
    assert CountedMonth.objects.filter(user=entry.user).count() == 2


def test_another_clock_counts_other_hours(entry: Entry) -> None:
    assert [*counted(entry.user, zone=BERLIN).hours] == [14]
    assert [*counted(entry.user, zone=ZoneInfo("Asia/Tokyo")).hours] == [21]
    assert kept(entry.user) == fresh(entry.user)


@pytest.mark.parametrize("first", [dt.date(2026, 7, 1), dt.date(2026, 7, 31), DAYS[1], DAYS[2]])
@pytest.mark.parametrize("last", [DAYS[2], dt.date(2026, 9, 29), DAYS[3], dt.date(2026, 10, 1)])
def test_an_interval_has_its_days_and_no_other(entry: Entry, first: dt.date, last: dt.date) -> None:
    found = counted(entry.user, zone=BERLIN, first=first, last=last)
    assert [*found.days] == [date for date in DAYS if first <= date <= last]
    answers = 2 * len(found.days)
    for group in (found.hours, found.phrases, found.artists):
        assert sum(tally.total for tally in group.values()) == answers


def test_however_long_a_journal_is_it_takes_two_queries(entry: Entry) -> None:
    def queries() -> int:
        kept(entry.user)
        with CaptureQueriesContext(connection) as found:
            kept(entry.user)
        return len(found)

    assert queries() == 2
    for month in range(1, 12):
        EntryFactory(
            journal__user=entry.user, journal__date=dt.date(2025, month, 1), song=SongFactory()
        )
    assert queries() == 2
