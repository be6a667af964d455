from __future__ import annotations

import datetime as dt
import itertools

import pytest

from journal.day.pages import REST_PAGES, draw_phrases, open_day
from journal.models import Entry, Journal, Preferences
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
    def test_no_phrase_of_the_last_pages_comes_back_when_there_are_enough(self, user: User) -> None:
        PhraseFactory.create_batch(12 * (REST_PAGES + 1))
        days = [open_day(user, DAY - dt.timedelta(days=back)) for back in range(1, REST_PAGES + 1)]
        used = set(Entry.objects.filter(journal__in=days).values_list("phrase_id", flat=True))
        assert not used & {phrase.pk for phrase in draw_phrases(user, DAY)}

    def test_rested_phrases_fill_the_page_when_the_pool_is_small(self, user: User) -> None:
        PhraseFactory.create_batch(14)
        open_day(user, DAY - dt.timedelta(days=1))
        assert len(draw_phrases(user, DAY)) == 12

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
