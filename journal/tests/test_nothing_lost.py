"""Double clicks, two tabs, broken-off uploads, and clocks that move around midnight."""

from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import TYPE_CHECKING, Any

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import reverse

from classifier.models import Classification, Song
from journal.models import Entry, Journal, Preferences
from journal.tests.factories import EntryFactory, PhraseFactory
from spotify_auth.models import User

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

ELSEWHERE = "changed in another window"


@pytest.fixture(autouse=True)
def _phrases(db: None) -> None:
    PhraseFactory.create_batch(14)


@pytest.fixture
def entry(user: User) -> Entry:
    return EntryFactory(journal__user=user)


@pytest.fixture
def song(db: None) -> Song:
    return Song.objects.create(title="A demo song")


def post(client: Client, name: str, entry: Entry, **data: Any) -> str:
    path = reverse(f"journal:{name}", args=[entry.pk])
    return client.post(path, data, follow=True).content.decode()


class TestDoubleClick:
    def test_an_answer_sent_twice_is_one(self, entry: Entry, song: Song, listener: Client) -> None:
        for _ in range(2):
            assert ELSEWHERE not in post(listener, "answer", entry, song=song.pk, revision=0)
        row = Entry.objects.get()
        assert (row.song, row.revision) == (song, 1)
        assert Classification.objects.count() == 1

    def test_a_note_sent_twice_is_one(self, entry: Entry, listener: Client) -> None:
        for _ in range(2):
            assert ELSEWHERE not in post(listener, "note", entry, note="rain", revision=0)
        assert Entry.objects.get().revision == 1

    def test_a_song_taken_off_twice_is_off(
        self, entry: Entry, song: Song, listener: Client
    ) -> None:
        post(listener, "answer", entry, song=song.pk, revision=0)
        for _ in range(2):
            assert ELSEWHERE not in post(listener, "clear", entry, revision=1)
        assert Entry.objects.get().song is None

    def test_a_label_given_twice_is_one(self, entry: Entry, song: Song, listener: Client) -> None:
        post(listener, "answer", entry, song=song.pk, revision=0)
        for _ in range(2):
            post(listener, "label", entry, emotion="sad")
        assert song.labels.count() == 1

    def test_a_day_opened_twice_has_its_phrases_once(self, user: User, listener: Client) -> None:
        for _ in range(2):
            listener.get(reverse("journal:today"), follow=True)
        assert Journal.objects.count() == 1


class TestTwoTabs:
    def test_the_second_note_is_told_and_the_first_one_stays(
        self, entry: Entry, listener: Client
    ) -> None:
        post(listener, "note", entry, note="first tab", revision=0)
        assert ELSEWHERE in post(listener, "note", entry, note="second tab", revision=0)
        assert Entry.objects.get().note == "first tab"

    def test_the_second_answer_is_told_and_the_first_one_stays(
        self, entry: Entry, song: Song, listener: Client
    ) -> None:
        other = Song.objects.create(title="Another demo song")
        post(listener, "answer", entry, song=song.pk, revision=0)
        assert ELSEWHERE in post(listener, "answer", entry, song=other.pk, revision=0)
        assert Entry.objects.get().song == song

    def test_a_song_that_the_other_tab_chose_is_not_taken_off(
        self, entry: Entry, song: Song, listener: Client
    ) -> None:
        post(listener, "answer", entry, song=song.pk, revision=0)
        assert ELSEWHERE in post(listener, "clear", entry, revision=0)
        assert Entry.objects.get().song == song


class TestBrokenOff:
    @pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
    def test_an_upload_that_breaks_off_changes_nothing(
        self, share: float, entry: Entry, listener: Client, settings: SettingsWrapper
    ) -> None:
        file = SimpleUploadedFile("song.wav", b"RIFF" + bytes(100_000))
        body = encode_multipart(BOUNDARY, {"audio": file, "revision": 0})
        path = reverse("journal:answer", args=[entry.pk])
        part = body[: int(len(body) * share)]
        response = listener.generic("POST", path, part, content_type=MULTIPART_CONTENT)
        assert response.status_code in {200, 400}
        assert Entry.objects.get().song is None
        assert not Song.objects.exists()


ZONES = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Pacific/Kiritimati",  # 14 h ahead
    "Pacific/Pago_Pago",  # 11 h behind
    "Asia/Kathmandu",  # a quarter of an hour off
    "Australia/Lord_Howe",  # half an hour of summer time
    "America/Havana",  # its clocks change at midnight
]
# The days on which some of them change their clocks, and an ordinary one.
DAYS = [dt.date(2026, 3, 8), dt.date(2026, 3, 29), dt.date(2026, 10, 25), dt.date(2026, 6, 15)]


class TestMidnight:
    @pytest.mark.parametrize("zone", ZONES)
    @pytest.mark.parametrize("day", DAYS)
    def test_what_is_begun_before_midnight_stays_on_its_day(
        self, zone: str, day: dt.date, user: User, browser_of: Any, song: Song
    ) -> None:
        Preferences.objects.create(user=user, time_zone=zone)
        User.objects.update(date_joined=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
        last = dt.datetime.combine(day, dt.time(23, 59, 30), zoneinfo.ZoneInfo(zone))
        with time_machine.travel(last.astimezone(dt.UTC), tick=False) as clock:
            client = browser_of(user)
            page = client.get(reverse("journal:today"), follow=True)
            assert page.redirect_chain[-1][0] == reverse("journal:day", args=[day])
            entry = Entry.objects.first()
            assert entry is not None
            clock.shift(60)
            post(client, "answer", entry, song=song.pk, revision=entry.revision)
            entry.refresh_from_db()
            assert (entry.song, entry.journal.date) == (song, day)
            page = client.get(reverse("journal:today"), follow=True)
            following = day + dt.timedelta(days=1)
            assert page.redirect_chain[-1][0] == reverse("journal:day", args=[following])
        assert sorted(Journal.objects.values_list("date", flat=True)) == [day, following]

    def test_a_page_of_tomorrow_stays_for_whoever_travels_west(
        self, user: User, browser_of: Any, song: Song
    ) -> None:
        User.objects.update(date_joined=dt.datetime(2026, 1, 1, tzinfo=dt.UTC))
        preferences = Preferences.objects.create(user=user, time_zone="Pacific/Kiritimati")
        with time_machine.travel(dt.datetime(2026, 6, 15, 10, 30, tzinfo=dt.UTC), tick=False):
            client = browser_of(user)
            client.get(reverse("journal:today"), follow=True)
            entry = Entry.objects.first()
            assert entry is not None
            preferences.time_zone = "Pacific/Pago_Pago"  # two days back on the calendar
            preferences.save()
            post(client, "answer", entry, song=song.pk, revision=0)
            page = client.get(reverse("journal:day", args=[entry.journal.date]))
        assert page.status_code == 200
        assert "A demo song" in page.content.decode()

    def test_a_clock_that_is_set_back_opens_no_second_page(
        self, user: User, browser_of: Any
    ) -> None:
        noon = dt.datetime(2026, 6, 15, 12, tzinfo=dt.UTC)
        User.objects.update(date_joined=noon - dt.timedelta(days=90))
        with time_machine.travel(noon, tick=False) as clock:
            client = browser_of(user)
            client.get(reverse("journal:today"), follow=True)
            clock.shift(-3600)
            client.get(reverse("journal:today"), follow=True)
        assert Journal.objects.count() == 1
