from __future__ import annotations

import datetime as dt
import re
from io import BytesIO

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from classifier.errors import UploadRejectedError
from classifier.models import Classification, Label, Song
from classifier.tests.factories import ClassificationFactory, SongFactory
from journal.models import Entry, Journal
from journal.tests.factories import EntryFactory, JournalFactory, PhraseFactory
from spotify_auth.models import User
from tools.measuring.tests.calls import count_calls

NOON = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _monday_noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def entry(user: User) -> Entry:
    return EntryFactory(journal__user=user, journal__date=NOON.date())


def url(name: str, entry: Entry) -> str:
    return reverse(f"journal:{name}", args=[entry.pk])


class TestDay:
    def test_todays_page_is_drawn_when_opened_first(self, listener: Client, user: User) -> None:
        PhraseFactory.create_batch(12)
        response = listener.get(reverse("journal:today"), follow=True)
        assert response.redirect_chain == [("/journal/2026-11-23/", 302)]
        assert len(response.context["cards"]) == 12
        assert {card.state for card in response.context["cards"]} == {"empty"}
        assert Journal.objects.get().user == user

    def test_a_new_page_begins_at_the_listeners_midnight(self, listener: Client) -> None:
        with time_machine.travel(dt.datetime(2026, 11, 23, 16, tzinfo=dt.UTC)):
            listener.cookies["time_zone"] = "Asia/Tokyo"
            response = listener.get(reverse("journal:today"))
        assert response.url == "/journal/2026-11-24/"

    def test_yesterday_is_still_there_tomorrow(self, listener: Client, entry: Entry) -> None:
        with time_machine.travel(NOON + dt.timedelta(days=1)):
            response = listener.get("/journal/2026-11-23/")
        assert [card.entry for card in response.context["cards"]] == [entry]
        assert response.context["is_today"] is False

    @pytest.mark.parametrize("date", ["2026-11-24", "2026-02-30", "yesterday"])
    def test_no_page_when_the_day_is_to_come_or_no_day(self, listener: Client, date: str) -> None:
        assert listener.get(f"/journal/{date}/").status_code == 404

    def test_each_state_has_its_card(self, listener: Client, entry: Entry) -> None:
        journal = entry.journal
        for status, emotion in [("queued", ""), ("done", "happy"), ("failed", "")]:
            row = ClassificationFactory(status=status, emotion=emotion, error="It is silent.")
            EntryFactory(journal=journal, song=row.song)
        unsure = ClassificationFactory(
            emotion="sad",
            probabilities={"sad": 0.4, "happy": 0.1, "energetic": 0.15, "calm": 0.35},
        )
        EntryFactory(journal=journal, song=unsure.song)
        response = listener.get("/journal/2026-11-23/")
        states = [card.state for card in response.context["cards"]]
        assert states == ["empty", "listening", "answered", "failed", "unsure"]
        assert response.context["answered_count"] == 4
        page = response.content.decode()
        assert "It is silent." in page
        # only a card without an answer has to say that one may give it
        assert page.count(">What do you hear?</p>") == 1

    def test_no_page_when_the_day_was_long_before_the_listener(
        self, listener: Client, user: User
    ) -> None:
        user.date_joined = NOON
        user.save()
        assert listener.get("/journal/2025-11-23/").status_code == 200
        assert listener.get("/journal/2025-11-22/").status_code == 404
        assert listener.get("/journal/0001-01-01/").status_code == 404

    def test_an_opened_page_stays_open_when_the_listener_travels_west(
        self, listener: Client, user: User
    ) -> None:
        JournalFactory(user=user, date=dt.date(2026, 11, 24))
        response = listener.get("/journal/2026-11-23/")
        assert response.context["next_day"] == dt.date(2026, 11, 24)
        assert listener.get("/journal/2026-11-24/").status_code == 200
        assert listener.get("/journal/2026-11-25/").status_code == 404


class TestEntryCard:
    def test_the_card_asks_again_later_the_longer_it_waits(
        self, listener: Client, entry: Entry
    ) -> None:
        row = ClassificationFactory(status="queued", emotion="")
        entry.song = row.song
        entry.save()
        waits = [
            listener.get(url("entry_card", entry), {"n": n}, headers=HTMX)
            .context["card"]
            .poll_seconds
            for n in (0, 5, 99)
        ]
        assert waits == sorted(waits)
        assert waits[0] < 1 < waits[-1]

    def test_the_day_is_shown_without_javascript(self, listener: Client, entry: Entry) -> None:
        response = listener.get(url("entry_card", entry))
        assert response.url == f"/journal/2026-11-23/#entry-{entry.pk}"

    def test_nonsense_in_the_address_does_no_harm(self, listener: Client, entry: Entry) -> None:
        for n in ("-1", "x", "9" * 5000, "²"):
            response = listener.get(url("entry_card", entry), {"n": n}, headers=HTMX)
            assert response.status_code == 200


class TestPicker:
    def test_own_songs_and_the_catalogue_are_offered(
        self, listener: Client, user: User, stranger: User, entry: Entry
    ) -> None:
        own, demo = SongFactory(owner=user), SongFactory()
        SongFactory(owner=stranger)
        context = listener.get(url("picker", entry), headers=HTMX).context
        assert (list(context["songs"]), list(context["demo_songs"])) == ([own], [demo])

    def test_the_list_is_narrowed_when_words_are_typed(
        self, listener: Client, user: User, entry: Entry
    ) -> None:
        wanted = SongFactory(owner=user, title="Clair de lune", artist="Debussy")
        SongFactory(owner=user, title="Something else")
        context = listener.get(url("picker", entry), {"q": "lune deb"}, headers=HTMX).context
        assert list(context["songs"]) == [wanted]

    def test_a_whole_page_is_shown_without_javascript(self, listener: Client, entry: Entry) -> None:
        page = listener.get(url("picker", entry)).content.decode()
        fragment = listener.get(url("picker", entry), headers=HTMX).content.decode()
        assert "<html" in page
        assert "<html" not in fragment


class TestAnswer:
    def test_the_card_listens_when_a_song_was_picked(self, listener: Client, entry: Entry) -> None:
        song = SongFactory()
        response = listener.post(url("answer", entry), {"song": song.pk}, headers=HTMX)
        assert response.context["card"].state == "listening"
        entry.refresh_from_db()
        assert entry.song == song

    def test_somebody_elses_song_cannot_be_picked(
        self, listener: Client, stranger: User, entry: Entry
    ) -> None:
        theirs = SongFactory(owner=stranger)
        listener.post(url("answer", entry), {"song": theirs.pk}, headers=HTMX)
        entry.refresh_from_db()
        assert entry.song is None

    def test_the_old_answer_stays_when_a_file_is_refused(
        self, listener: Client, entry: Entry, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = entry.song = SongFactory()
        entry.save()

        def refuse(*_args: object) -> Song:
            raise UploadRejectedError("This file is silent.")

        monkeypatch.setattr("journal.day.views.add_upload", refuse)
        for headers in ({}, HTMX):
            response = listener.post(
                url("answer", entry), {"audio": BytesIO(b"x")}, headers=headers
            )
            assert "This file is silent." in response.content.decode()
        entry.refresh_from_db()
        assert entry.song == before

    def test_the_dialog_says_why_when_a_file_is_refused(
        self, listener: Client, entry: Entry
    ) -> None:
        response = listener.post(url("answer", entry), {"audio": BytesIO(b"")}, headers=HTMX)
        assert response["HX-Retarget"] == "#picker"
        assert "This file is empty." in response.content.decode()

    def test_a_sentence_and_no_file_when_it_is_too_large(
        self, listener: Client, entry: Entry, settings
    ) -> None:
        settings.UPLOAD_MAX_MB = 1
        response = listener.post(
            url("answer", entry),
            {"audio": BytesIO(b"x" * 1_500_000), "revision": 0},
            headers=HTMX,
        )
        assert "larger than 1\xa0MB" in response.content.decode()
        assert Song.objects.count() == 0

    @pytest.mark.parametrize("data", [{}, {"song": "no-id"}])
    def test_a_sentence_when_nothing_was_chosen(
        self, listener: Client, entry: Entry, data: dict[str, str]
    ) -> None:
        response = listener.post(url("answer", entry), data, headers=HTMX)
        assert "Choose a song or a file." in response.content.decode()

    def test_the_second_window_is_told_when_two_answer(
        self, listener: Client, entry: Entry
    ) -> None:
        first, second = SongFactory(), SongFactory()
        listener.post(url("answer", entry), {"song": first.pk, "revision": 0}, headers=HTMX)
        response = listener.post(
            url("answer", entry), {"song": second.pk, "revision": 0}, headers=HTMX
        )
        assert "changed in another window" in response.content.decode()
        entry.refresh_from_db()
        assert entry.song == first


class TestChanges:
    def test_the_card_is_empty_when_cleared(self, listener: Client, entry: Entry) -> None:
        entry.song = SongFactory()
        entry.save()
        response = listener.post(url("clear", entry), headers=HTMX)
        assert response.context["card"].state == "empty"

    def test_the_note_is_kept(self, listener: Client, entry: Entry) -> None:
        listener.post(url("note", entry), {"note": "It rained.\nI sang."}, headers=HTMX)
        entry.refresh_from_db()
        assert entry.note.splitlines() == ["It rained.", "I sang."]

    def test_line_breaks_count_once_as_in_the_browser(self, listener: Client, entry: Entry) -> None:
        text = "\r\n".join(["x"] * 1000)  # 1999 characters typed, 2998 sent
        listener.post(url("note", entry), {"note": text}, headers=HTMX)
        entry.refresh_from_db()
        assert len(entry.note) == 1999

    @pytest.mark.parametrize("name", ["note", "clear", "answer"])
    @pytest.mark.parametrize("revision", ["abc", "-1", "9" * 5000])
    def test_a_revision_that_is_nonsense_changes_nothing(
        self, listener: Client, entry: Entry, name: str, revision: str
    ) -> None:
        entry.song = SongFactory()
        entry.save()
        data = {"revision": revision, "note": "new", "song": SongFactory().pk}
        response = listener.post(url(name, entry), data, headers=HTMX)
        assert response.status_code == 200
        before, entry = entry, Entry.objects.get()
        assert (entry.song, entry.note) == (before.song, "")

    def test_a_note_too_long_is_refused_with_a_sentence(
        self, listener: Client, entry: Entry
    ) -> None:
        response = listener.post(url("note", entry), {"note": "x" * 2001}, headers=HTMX)
        assert "2000" in response.content.decode()
        entry.refresh_from_db()
        assert entry.note == ""

    def test_a_failed_song_is_listened_to_again(self, listener: Client, entry: Entry) -> None:
        row = ClassificationFactory(status="failed", emotion="")
        entry.song = row.song
        entry.save()
        response = listener.post(url("retry", entry), headers=HTMX)
        assert response.context["card"].state == "listening"

    def test_the_listeners_word_wins(self, listener: Client, entry: Entry) -> None:
        entry.song = ClassificationFactory(emotion="calm").song
        entry.save()
        response = listener.post(url("label", entry), {"emotion": "sad"}, headers=HTMX)
        card = response.context["card"]
        assert (card.reading.emotion, card.reading.is_labelled) == ("sad", True)

    def test_an_emotion_that_does_not_exist_changes_nothing(
        self, listener: Client, entry: Entry
    ) -> None:
        entry.song = SongFactory()
        entry.save()
        listener.post(url("label", entry), {"emotion": "furious"}, headers=HTMX)
        assert Label.objects.count() == 0

    def test_everything_goes_back_to_the_day_without_javascript(
        self, listener: Client, entry: Entry
    ) -> None:
        for name in ("clear", "note", "retry", "label"):
            response = listener.post(url(name, entry))
            assert response.url == f"/journal/2026-11-23/#entry-{entry.pk}"


def test_queries_do_not_grow_with_the_answers(listener: Client, entry: Entry) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            listener.get("/journal/2026-11-23/")
        return len(queries)

    EntryFactory(journal=entry.journal, song=ClassificationFactory().song)
    count()  # the first look of a day chooses what to ask about
    few = count()
    for _ in range(8):
        EntryFactory(journal=entry.journal, song=ClassificationFactory().song)
    assert count() == few


def test_a_card_that_waits_takes_next_to_no_work(listener: Client, entry: Entry) -> None:
    few = count_calls(listener, "/journal/2026-11-23/")
    for _ in range(20):
        EntryFactory(journal=entry.journal)
    assert count_calls(listener, "/journal/2026-11-23/") - few < 20 * 700


def test_an_answered_card_takes_little_work(listener: Client, entry: Entry) -> None:
    EntryFactory(journal=entry.journal, song=ClassificationFactory().song)
    few = count_calls(listener, "/journal/2026-11-23/")
    for _ in range(10):
        EntryFactory(journal=entry.journal, song=ClassificationFactory().song)
    assert count_calls(listener, "/journal/2026-11-23/") - few < 10 * 5000


def test_an_answer_reads_what_is_said_of_the_days_songs_once(
    listener: Client, entry: Entry
) -> None:
    song = ClassificationFactory(song__owner=None).song
    with CaptureQueriesContext(connection) as queries:
        response = listener.post(url("answer", entry), {"song": song.pk}, headers=HTMX)
    assert response.context["card"].entry.song == song
    assert sum('"classifier_label"."word"' in query["sql"] for query in queries) == 1


def test_own_songs_are_asked_for_once_where_there_are_none(listener: Client, entry: Entry) -> None:
    with CaptureQueriesContext(connection) as queries:
        listener.get(url("picker", entry), headers=HTMX)
    assert sum('"owner_id" = ' in query["sql"] for query in queries) == 1


def test_a_card_that_is_gone_is_not_found(
    listener: Client, entry: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = lambda entry, **_: Entry.objects.filter(pk=entry.pk).delete()  # noqa: E731
    monkeypatch.setattr("journal.services.clear_entry", gone)
    assert listener.post(url("clear", entry), headers=HTMX).status_code == 404


def test_the_ring_comes_along_when_a_card_is_answered(listener: Client, entry: Entry) -> None:
    entry.song = ClassificationFactory(emotion="happy").song
    entry.save()
    response = listener.get(url("entry_card", entry), {"n": 3}, headers=HTMX)
    assert response.context["with_ring"] is True
    assert "All happy so far." in response.content.decode()
    assert Classification.objects.count() == 1


def test_what_no_model_is_sure_of_is_no_feeling_on_its_day(listener: Client, user: User) -> None:
    """Neither the record's track nor the day's sentence has a colour or a word for it."""
    row = ClassificationFactory(emotion="sad", probabilities={"sad": 0.4, "calm": 0.35})
    entry = EntryFactory(journal__user=user, journal__date=NOON.date(), song=row.song)
    html = listener.get(reverse("journal:day", args=[entry.date])).content.decode()
    (track,) = re.findall(r'<circle class="record-track"[^>]*>', html)
    assert 'data-state="unsure"' in track
    assert "data-emotion" not in track
    assert 'id="hatch"' in html
    assert "Not sure yet: tap what you hear." in html
    assert "Nothing heard yet." not in html
    assert re.search(r'data-emotion="unsure">.*?not sure 1', html, flags=re.DOTALL)
