from __future__ import annotations

import datetime as dt
from http import HTTPStatus

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from classifier.tests.factories import SongFactory
from journal.day.pages import MOST_ENTRIES
from journal.models import Entry, Journal, Phrase
from journal.tests.factories import EntryFactory, JournalFactory, PhraseFactory
from spotify_auth.models import User

NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
TODAY = NOON.date()
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _monday_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def entry(user: User) -> Entry:
    return EntryFactory(journal__user=user, journal__date=TODAY)


def add(listener: Client, text: str, date: dt.date = TODAY):
    return listener.post(reverse("journal:add_phrase", args=[date]), {"text": text}, follow=True)


class TestSwap:
    def test_the_card_gets_a_phrase_the_day_does_not_have(
        self, listener: Client, entry: Entry, user: User
    ) -> None:
        EntryFactory(journal=entry.journal, phrase=PhraseFactory(text="Also here…"))
        other = PhraseFactory(text="Something else…")
        response = listener.post(reverse("journal:swap", args=[entry.pk]), headers=HTMX)
        assert "Something else…" in response.content.decode()
        entry.refresh_from_db()
        assert (entry.phrase, entry.phrase_text) == (other, other.text)

    def test_an_own_phrase_of_somebody_else_is_never_drawn(
        self, listener: Client, entry: Entry, stranger: User
    ) -> None:
        PhraseFactory(text="Theirs…", owner=stranger)
        response = listener.post(reverse("journal:swap", args=[entry.pk]), headers=HTMX)
        assert "no other phrase left" in response.content.decode()
        entry.refresh_from_db()
        assert entry.phrase_text != "Theirs…"

    def test_a_phrase_with_a_song_stays(self, listener: Client, entry: Entry) -> None:
        PhraseFactory()
        entry.song = SongFactory()
        entry.save()
        listener.post(reverse("journal:swap", args=[entry.pk]), headers=HTMX)
        assert Entry.objects.get().phrase_text == entry.phrase_text

    def test_another_window_was_quicker(self, listener: Client, entry: Entry) -> None:
        PhraseFactory()
        url = reverse("journal:swap", args=[entry.pk])
        response = listener.post(url, {"revision": entry.revision + 1}, headers=HTMX)
        assert "changed in another window" in response.content.decode()

    def test_without_scripts_the_day_comes_back(self, listener: Client, entry: Entry) -> None:
        response = listener.post(reverse("journal:swap", args=[entry.pk]))
        assert response.url == f"/journal/2026-11-23/#entry-{entry.pk}"


class TestOwnPhrase:
    def test_it_comes_after_the_others_and_into_the_pool(
        self, listener: Client, entry: Entry, user: User
    ) -> None:
        page = add(listener, "  On the stairs\r\n at night I heard…  ")
        last = page.context["cards"][-1].entry
        assert last.phrase_text == "On the stairs at night I heard…"
        assert last.position > entry.position
        assert list(user.phrases.values_list("text", flat=True)) == [last.phrase_text]
        assert last.phrase_text in page.content.decode()

    def test_the_same_words_are_one_phrase_with_two_answers(
        self, listener: Client, entry: Entry
    ) -> None:
        add(listener, "Again…")
        add(listener, "Again…")  # a double click: the first still waits
        assert Entry.objects.filter(phrase_text="Again…").count() == 1
        Entry.objects.filter(phrase_text="Again…").update(song=SongFactory())
        add(listener, "Again…")
        assert Phrase.objects.filter(text="Again…").count() == 1
        assert Entry.objects.filter(phrase_text="Again…").count() == 2

    def test_a_past_day_takes_one_too(self, listener: Client, user: User) -> None:
        yesterday = TODAY - dt.timedelta(days=1)
        add(listener, "Late…", yesterday)
        assert Entry.objects.get(phrase_text="Late…").journal.date == yesterday

    def test_tomorrow_takes_none(self, listener: Client, user: User) -> None:
        response = add(listener, "Too early…", TODAY + dt.timedelta(days=1))
        assert response.status_code == HTTPStatus.NOT_FOUND
        assert Phrase.objects.count() == 0
        assert Journal.objects.count() == 0

    @pytest.mark.parametrize("text", ["", "   ", "x" * 141])
    def test_what_is_no_phrase_is_refused_with_a_sentence(
        self, listener: Client, entry: Entry, text: str
    ) -> None:
        page = add(listener, text)
        assert len(list(page.context["messages"])) == 1
        assert Entry.objects.count() == 1

    def test_a_full_page_says_so(self, listener: Client, user: User) -> None:
        journal = JournalFactory(user=user, date=TODAY)
        EntryFactory.create_batch(MOST_ENTRIES, journal=journal)
        page = add(listener, "One too many…")
        assert "This page is full" in page.content.decode()
        assert 'id="own-phrase"' not in page.content.decode()


class TestFirstSteps:
    def test_they_are_shown_until_the_first_answer(
        self, listener: Client, entry: Entry, user: User
    ) -> None:
        url = reverse("journal:day", args=[TODAY])
        assert "Your first answer in three steps" in listener.get(url).content.decode()
        EntryFactory(
            journal=JournalFactory(user=user, date=dt.date(2026, 11, 1)), song=SongFactory()
        )
        assert "Your first answer in three steps" not in listener.get(url).content.decode()

    def test_a_past_day_shows_none(self, listener: Client, user: User) -> None:
        page = listener.get(reverse("journal:day", args=[TODAY - dt.timedelta(days=1)]))
        assert page.context["is_first"] is False


class TestPool:
    def test_a_phrase_is_kept_and_deleted_without_changing_a_day(
        self, listener: Client, entry: Entry, user: User
    ) -> None:
        add(listener, "Mine…")
        url = reverse("journal:phrases")
        assert "Mine…" in listener.get(url).content.decode()
        phrase = user.phrases.get()
        page = listener.post(reverse("journal:delete_phrase", args=[phrase.pk]), follow=True)
        assert list(page.context["phrases"]) == []
        assert Entry.objects.get(phrase_text="Mine…").phrase is None

    def test_a_new_one_is_written_there(self, listener: Client, user: User) -> None:
        page = listener.post(reverse("journal:phrases"), {"text": "For later…"}, follow=True)
        assert [phrase.text for phrase in page.context["phrases"]] == ["For later…"]

    def test_nothing_is_kept_of_an_empty_one(self, listener: Client, user: User) -> None:
        page = listener.post(reverse("journal:phrases"), {"text": " "})
        assert "Write a few words first." in page.content.decode()
        assert Phrase.objects.count() == 0

    def test_built_in_phrases_cannot_be_deleted(self, listener: Client, entry: Entry) -> None:
        response = listener.post(reverse("journal:delete_phrase", args=[entry.phrase_id]))
        assert response.status_code == HTTPStatus.NOT_FOUND
        assert Phrase.objects.count() == 1
