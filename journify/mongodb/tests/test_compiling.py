"""The gate bites: each thing that MongoDB cannot do is refused where it is asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import NotSupportedError
from django.db.models import Count, F, Window
from django.db.models.functions import RowNumber
from django.utils import timezone

from classifier.models import Label
from classifier.tests.factories import SongFactory
from journal.models import Entry, Journal, Phrase
from journal.tests.factories import EntryFactory
from journify.mongodb.tests.compiling import compile_query
from spotify_auth.models import User

pytestmark = pytest.mark.any_database


def days_of_another_zone() -> list[Entry]:
    with timezone.override("Asia/Kolkata"):
        return list(Entry.objects.filter(answered_at__date=dt.date(2026, 11, 25)))


REFUSED: dict[str, Callable[[], Any]] = {
    "windows": lambda: list(Entry.objects.annotate(n=Window(RowNumber()))),
    "SQL": lambda: list(Phrase.objects.raw("SELECT * FROM journal_phrase")),
    "SQL inside": lambda: list(Phrase.objects.extra(select={"one": "1"})),
    "updates across tables": lambda: Entry.objects.filter(journal__date="2026-11-25").update(
        note=""
    ),
    "ignored conflicts": lambda: Label.objects.bulk_create(
        [Label(song=SongFactory(), user=User.objects.get(), emotion="sad")], ignore_conflicts=True
    ),
    "prefetching many to many": lambda: list(Group.objects.prefetch_related("permissions")),
    "counting different ones of none": lambda: Entry.objects.aggregate(
        days=Count("journal", distinct=True)
    ),
    "days of another zone": days_of_another_zone,
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_mongodb_cannot_do_is_refused(user: User, what: str) -> None:
    Group.objects.create(name="curators")
    with pytest.raises(NotSupportedError):
        REFUSED[what]()


def test_what_it_can_do_is_said_in_its_words(user: User) -> None:
    EntryFactory(journal=Journal.objects.create(user=user, date="2026-11-25"))
    entries = Entry.objects.filter(journal__user=user, position__gt=2)
    [(verb, table, pipeline)] = compile_query(entries.query)
    assert (verb, table) == ("aggregate", "journal_entry")
    assert pipeline[0]["$lookup"]["from"] == "journal_journal"
    Entry.objects.filter(pk=Entry.objects.get().pk, revision=0).update(revision=F("revision") + 1)
