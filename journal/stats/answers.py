"""A listener's answers as the statistics count them: few queries, narrow rows."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

from classifier.verdicts import Verdict, verdicts_of
from journal.models import Entry, Journal
from journify.models import bare

if TYPE_CHECKING:
    from collections.abc import Hashable

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
    song: Hashable  # a bare key
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
    verdicts = verdicts_of(user, entries.values("song"))
    emotions = {song: verdict.emotion for song, verdict in verdicts.items()}
    rows = entries.order_by().values_list(
        *("journal__date", bare("answered_at"), "phrase_text", bare("song_id"), "song__artist")
    )
    return [
        Answer(
            date,
            _hour(answered_at, zone),
            phrase,
            song,
            artist,
            verdicts.get(song, NOTHING),
            emotions.get(song, ""),
        )
        for date, answered_at, phrase, song, artist in rows
    ]


def _hour(moment: dt.datetime | None, zone: dt.tzinfo) -> int | None:
    """The hour of a bare moment, which some drivers leave without its zone: UTC."""
    if moment is None:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).astimezone(zone).hour
