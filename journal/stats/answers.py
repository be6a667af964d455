"""A listener's answers as the statistics count them: few queries, narrow rows."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

from classifier.models import Song
from classifier.verdicts import Verdict, verdicts_of
from journal.models import Entry, Journal

if TYPE_CHECKING:
    from uuid import UUID

    from journal.stats.intervals import Interval
    from spotify_auth.models import User

NOTHING = Verdict()


class Answer(NamedTuple):
    """A phrase answered with a song.

    The day is the page's, the hour that of answering in the listener's zone.
    """

    date: dt.date
    hour: int | None
    phrase: str
    song: UUID
    artist: str
    verdict: Verdict
    # what the answer counts as; empty while neither model nor listener is sure
    emotion: str


def answered_days(user: User) -> list[dt.date]:
    """The days with at least one answer, in order."""
    return list(
        Journal.objects.filter(user=user, entries__song__isnull=False)
        .order_by("date")
        .distinct()
        .values_list("date", flat=True)
    )


def answers_of(user: User, interval: Interval, *, zone: dt.tzinfo) -> list[Answer]:
    """The answers of the interval's pages, in three queries."""
    entries = Entry.objects.of(user).filter(
        song__isnull=False,
        journal__date__gte=interval.first,
        journal__date__lte=interval.last,
    )
    verdicts = verdicts_of(user, Song.objects.filter(pk__in=entries.order_by().values("song")))
    emotions = {song: verdict.emotion for song, verdict in verdicts.items()}
    rows = entries.order_by().values_list(
        "journal__date", "answered_at", "phrase_text", "song_id", "song__artist"
    )
    return [
        Answer(
            date=date,
            hour=None if answered_at is None else answered_at.astimezone(zone).hour,
            phrase=phrase,
            song=song,
            artist=artist,
            verdict=verdicts.get(song, NOTHING),
            emotion=emotions.get(song, ""),
        )
        for date, answered_at, phrase, song, artist in rows
    ]
