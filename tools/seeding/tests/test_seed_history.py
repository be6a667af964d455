from __future__ import annotations

import datetime as dt
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from classifier.models import Classification, Label, Song
from journal.models import Entry, Journal
from spotify_auth.models import User

pytestmark = pytest.mark.django_db

SMALL = {"days": 30, "songs": 40, "until": dt.date(2026, 11, 20)}


def seed(username: str = "alice", **options: object) -> str:
    out = StringIO()
    call_command("seed_history", username, **(SMALL | options), stdout=out)
    return out.getvalue()


def everything() -> list[object]:
    return [
        set(model.objects.values_list("pk", *fields))
        for model, fields in (
            (Song, ("title", "artist", "created_at")),
            (Classification, ("song", "emotion", "queued_at")),
            (Label, ("song", "emotion")),
            (Journal, ("date",)),
            (Entry, ("journal", "position", "song", "note", "answered_at")),
        )
    ]


def test_days_are_full_of_answers_that_spread_over_hours_and_emotions() -> None:
    said = seed()
    user = User.objects.get(username="alice")
    entries = Entry.objects.of(user)
    assert f"{Journal.objects.filter(user=user).count()} days" in said
    assert entries.count() == 12 * Journal.objects.count()
    answered = entries.filter(song__isnull=False)
    assert 0.7 < answered.count() / entries.count() < 1
    assert {row.answered_at.date() for row in answered} == {
        journal.date for journal in Journal.objects.all()
    }
    assert len({row.answered_at.hour for row in answered}) > 12
    emotions = answered.values_list("song__classifications__emotion", flat=True)
    assert set(emotions) >= {"sad", "happy", "energetic", "calm"}


def test_the_same_seed_makes_the_same_history() -> None:
    seed()
    first = everything()
    seed(replace=True)
    assert everything() == first
    seed(replace=True, seed=2)
    assert everything() != first


def test_two_listeners_get_histories_of_their_own() -> None:
    seed("alice")
    seed("bob")
    assert Song.objects.count() == 80


def test_nobodys_journal_is_written_over(user: User) -> None:
    Journal.objects.create(user=user, date=dt.date(2026, 1, 1))
    with pytest.raises(CommandError, match="alice has a journal already"):
        seed()
    assert Journal.objects.count() == 1


def test_somebody_else_keeps_everything_when_a_history_is_replaced() -> None:
    seed("bob")
    seed("alice")
    bobs = set(Song.objects.filter(owner__username="bob").values_list("pk", flat=True))
    seed("alice", replace=True)
    assert set(Song.objects.filter(owner__username="bob").values_list("pk", flat=True)) == bobs


def test_nothing_is_answered_before_it_happens() -> None:
    seed(until=timezone.now().date())
    assert not Entry.objects.filter(answered_at__gt=timezone.now()).exists()


def test_too_small_a_history_is_refused() -> None:
    with pytest.raises(CommandError, match="a day and four songs"):
        seed(songs=2)


def test_rows_are_written_in_batches() -> None:
    with CaptureQueriesContext(
        connection,
    ) as short:
        seed("alice", days=20)
    with CaptureQueriesContext(connection) as long:
        seed("bob", days=40)
    assert len(long) < len(short) + 10


def test_the_listener_can_open_the_first_and_the_last_day() -> None:
    seed(password="for trying out")
    client = Client()
    assert client.login(username="alice", password="for trying out")
    for journal in (Journal.objects.earliest("date"), Journal.objects.latest("date")):
        page = client.get(reverse("journal:day", args=[journal.date]))
        assert page.status_code == 200
        assert page.content.decode().count('class="card"') == 12
