from __future__ import annotations

import datetime as dt
import importlib.resources
import itertools
import tomllib
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from journal import services
from journal.day.pages import (
    REST_DAYS,
    _rested_first,
    draw_other,
    draw_phrases,
    open_day,
    phrases_without_repeats,
)
from journal.day.seasons import ZONES, season_of
from journal.models import Entry, Journal, Phrase, Preferences
from journal.site.dates import known_zones
from journal.tests.factories import EntryFactory, JournalFactory, PhraseFactory
from spotify_auth.models import User

DAY = dt.date(2026, 11, 23)


class TestOpenDay:
    def test_twelve_phrases_are_drawn_when_a_day_is_opened_first(self, user: User) -> None:
        PhraseFactory.create_batch(30)
        journal = open_day(user, DAY)
        texts = list(journal.entries.values_list("phrase_text", flat=True))
        assert len(set(texts)) == 12

    def test_the_same_page_comes_back_when_a_day_is_opened_again(self, user: User) -> None:
        PhraseFactory.create_batch(30)
        first = list(open_day(user, DAY).entries.values_list("pk", flat=True))
        assert list(open_day(user, DAY).entries.values_list("pk", flat=True)) == first

    def test_the_other_request_wins_when_two_open_a_day_at_once(
        self, user: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        PhraseFactory.create_batch(12)

        def open_elsewhere(*_args: object) -> list[object]:
            # the other request's transaction ends between our look and our write
            monkeypatch.undo()
            return []

        theirs = JournalFactory(user=user, date=DAY)
        monkeypatch.setattr(
            "journal.day.pages.Journal.objects.filter", lambda **_: Journal.objects.none()
        )
        monkeypatch.setattr("journal.day.pages.draw_phrases", open_elsewhere)
        assert open_day(user, DAY) == theirs

    def test_a_page_whose_drawing_was_cut_off_is_drawn(self, user: User) -> None:
        PhraseFactory.create_batch(12)
        begun = JournalFactory(user=user, date=DAY)
        assert open_day(user, DAY) == begun
        assert begun.entries.count() == 12

    def test_as_many_phrases_as_the_listener_wants(self, user: User) -> None:
        PhraseFactory.create_batch(12)
        Preferences.objects.create(user=user, phrases_per_day=3)
        assert open_day(user, DAY).entries.count() == 3


class TestDrawPhrases:
    def test_no_phrase_comes_back_within_two_weeks_when_there_are_enough(self, user: User) -> None:
        Preferences.objects.create(user=user, phrases_per_day=3)
        PhraseFactory.create_batch(3 * (REST_DAYS + 1))
        assert phrases_without_repeats(user, DAY) == 3
        for back in range(REST_DAYS, 0, -1):
            open_day(user, DAY - dt.timedelta(days=back))
        used = set(Entry.objects.values_list("phrase_id", flat=True))
        assert len(used) == 3 * REST_DAYS
        assert not used & {phrase.pk for phrase in draw_phrases(user, DAY)}

    def test_a_past_day_repeats_no_phrase_of_the_days_after_it(self, user: User) -> None:
        Preferences.objects.create(user=user, phrases_per_day=3)
        PhraseFactory.create_batch(6)
        after = open_day(user, DAY + dt.timedelta(days=REST_DAYS))
        used = set(after.entries.values_list("phrase_id", flat=True))
        assert not used & {phrase.pk for phrase in draw_phrases(user, DAY)}

    def test_those_that_rested_longest_fill_the_page_when_the_pool_is_small(
        self, user: User
    ) -> None:
        Preferences.objects.create(user=user, phrases_per_day=3)
        PhraseFactory.create_batch(6)
        first = open_day(user, DAY - dt.timedelta(days=9))
        open_day(user, DAY - dt.timedelta(days=1))
        assert {phrase.pk for phrase in draw_phrases(user, DAY)} == set(
            first.entries.values_list("phrase_id", flat=True)
        )

    def test_what_was_swapped_away_comes_back_last(self, user: User) -> None:
        Preferences.objects.create(user=user, phrases_per_day=1)
        PhraseFactory.create_batch(4)
        entry = open_day(user, DAY).entries.get()
        shown = [entry.phrase_id]
        for _ in range(3):
            services.swap_phrase(entry)
            shown.append(entry.phrase_id)
        assert len(set(shown)) == 4
        fresh = PhraseFactory()
        assert draw_phrases(user, DAY + dt.timedelta(days=1)) == [fresh]
        assert draw_other(entry.journal) == fresh

    def test_somebody_elses_and_switched_off_phrases_stay_away(
        self, user: User, stranger: User
    ) -> None:
        own = PhraseFactory(owner=user)
        PhraseFactory(owner=stranger)
        PhraseFactory(active=False)
        assert draw_phrases(user, DAY) == [own]

    def test_neighbours_differ_in_theme(self, user: User) -> None:
        PhraseFactory.create_batch(12)  # three themes in equal parts
        themes = [phrase.theme for phrase in draw_phrases(user, DAY)]
        assert all(a != b for a, b in itertools.pairwise(themes))


# an ice cream on the square is for summer, wherever that is
DECEMBER, JUNE = dt.date(2026, 12, 1), dt.date(2026, 6, 1)


@pytest.mark.parametrize(
    ("zone", "in_december", "in_june"),
    [
        ("Europe/Berlin", "winter", "summer"),
        ("America/New_York", "winter", "summer"),
        ("UTC", "winter", "summer"),
        ("Australia/Sydney", "summer", "winter"),
        ("America/Argentina/Buenos_Aires", "summer", "winter"),
        ("NZ", "summer", "winter"),
        ("Asia/Singapore", "", ""),
    ],
)
def test_seasons_turn_with_the_hemisphere(zone: str, in_december: str, in_june: str) -> None:
    assert (season_of(DECEMBER, zone), season_of(JUNE, zone)) == (in_december, in_june)


def test_seasons_change_with_the_month() -> None:
    days = [dt.date(2026, month, 28) for month in range(1, 13)]
    assert [season_of(day, "Europe/Berlin") for day in days] == [
        *("winter", "winter", "spring", "spring", "spring", "summer"),
        *("summer", "summer", "autumn", "autumn", "autumn", "winter"),
    ]


def test_zones_lie_where_the_tz_database_says() -> None:
    """The table holds each place of `zone.tab` by its latitude, and the older names of places."""
    tab = importlib.resources.files("tzdata") / "zoneinfo" / "zone.tab"
    rows = [row.split("\t") for row in tab.read_text().splitlines() if not row.startswith("#")]
    degrees = {row[2]: int(row[1][:5]) / 100 for row in rows}
    lists = tomllib.loads(ZONES.read_text(encoding="utf-8"))
    for name, latitude in degrees.items():
        assert (name in lists["southern"]) is (latitude < -23.26), name
        assert (name in lists["tropical"]) is (-23.26 <= latitude <= 23.26), name
    assert set(lists["southern"]) | set(lists["tropical"]) <= known_zones()


class TestCalendar:
    @pytest.fixture(autouse=True)
    def _built_in(self, db: None) -> None:
        call_command("load_phrases", stdout=StringIO())

    def drawn(self, user: User, date: dt.date, zone: str) -> set[str | None]:
        with timezone.override(zone):
            return {phrase.key for phrase in _rested_first(user, date)}

    def test_no_ice_cream_in_november_but_south_of_the_equator(self, user: User) -> None:
        last_of_november = dt.date(2026, 11, 30)
        summery = {"square-full-of-people", "lying-in-the-grass", "cold-lake"}
        assert not summery & self.drawn(user, last_of_november, "Europe/Berlin")
        assert summery <= self.drawn(user, DECEMBER, "Australia/Melbourne")
        assert not {"snow-overnight", "dark-before-five"} & self.drawn(user, JUNE, "Europe/Rome")
        everywhere = self.drawn(user, DECEMBER, "Asia/Singapore")
        assert not {"snow-overnight", "cold-lake", "leaves-on-cue"} & everywhere

    def test_work_is_for_workdays_and_a_free_morning_for_the_weekend(self, user: User) -> None:
        saturday, monday = dt.date(2026, 11, 28), dt.date(2026, 11, 30)
        assert "rush-hour-elbows" not in self.drawn(user, saturday, "Europe/Berlin")
        assert "nothing-until-noon" in self.drawn(user, saturday, "Europe/Berlin")
        assert "rush-hour-elbows" in self.drawn(user, monday, "Europe/Berlin")
        assert "nothing-until-noon" not in self.drawn(user, monday, "Europe/Berlin")

    def test_another_phrase_fits_the_day_too(self, user: User) -> None:
        Phrase.objects.exclude(key__in=["square-full-of-people", "first-hot-sip"]).delete()
        day = JournalFactory(user=user, date=dt.date(2026, 11, 30))
        with timezone.override("Europe/Berlin"):
            other = draw_other(day)
        assert other is not None
        assert other.key == "first-hot-sip"

    @pytest.mark.parametrize("zone", ["Europe/Berlin", "Australia/Sydney", "Asia/Singapore"])
    def test_twelve_a_day_need_no_phrase_twice_in_two_weeks(self, user: User, zone: str) -> None:
        with timezone.override(zone):
            for week in range(53):
                assert phrases_without_repeats(user, JUNE + week * dt.timedelta(days=8)) >= 12


def test_history_keeps_the_words_when_a_phrase_is_deleted(user: User) -> None:
    entry = EntryFactory(journal__user=user)
    shown = entry.phrase_text
    entry.phrase.delete()
    entry.refresh_from_db()
    assert (entry.phrase, entry.phrase_text) == (None, shown)


def test_an_entry_knows_its_pages_listener_and_day(user: User) -> None:
    page = JournalFactory(user=user)
    entry = page.entry(position=0, phrase_text="The kettle sang…")
    entry.save()
    assert (entry.journal, entry.user, entry.date) == (page, user, page.date)
    assert list(Entry.objects.of(user)) == [entry]
