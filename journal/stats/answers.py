"""A listener's answers as the statistics count them: few queries, narrow rows."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, NamedTuple

from classifier.verdicts import Verdict, verdicts_of
from journal.emotions import dates_by_journal
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
    """The answers of the interval's pages, in four queries."""
    entries = Entry.objects.of(user).filter(
        song__isnull=False,
        journal__date__gte=interval.first,
        journal__date__lte=interval.last,
    )
    verdicts = verdicts_of(user, entries.values("song"))
    emotions = {song: verdict.emotion for song, verdict in verdicts.items()}
    clock = Clock(zone)
    dates = dates_by_journal(user, interval.first, interval.last)
    rows = entries.order_by().values_list(
        *(bare("journal_id"), bare("answered_at"), "phrase_text", bare("song_id"), "song__artist")
    )
    return [
        Answer(
            dates[journal],
            clock.hour(answered_at),
            phrase,
            song,
            artist,
            verdicts.get(song, NOTHING),
            emotions.get(song, ""),
        )
        for journal, answered_at, phrase, song, artist in rows
        if journal in dates  # an import may have added the page since they were read
    ]


class Clock:
    """Tells the hours of bare moments, which are UTC whether their driver says so or not.

    The zone is asked once a day, and for each moment only on days on which its clocks are changed:
    there may be ten thousands of them.
    """

    def __init__(self, zone: dt.tzinfo) -> None:
        self._zone = zone
        self._offsets: dict[int, int | None] = {}

    def hour(self, moment: dt.datetime | None) -> int | None:
        """The hour of a moment on the listener's clock."""
        if moment is None:
            return None
        day = moment.toordinal()
        if day not in self._offsets:
            self._offsets[day] = self._offset_of(day)
        offset = self._offsets[day]
        if offset is None:
            return moment.replace(tzinfo=dt.UTC).astimezone(self._zone).hour
        return (moment.hour * 3600 + moment.minute * 60 + moment.second + offset) // 3600 % 24

    def _offset_of(self, day: int) -> int | None:
        """Seconds to UTC on a day of UTC; None when they are not the same all day."""
        first, last = (
            dt.datetime.combine(dt.date.fromordinal(day), time, dt.UTC).astimezone(self._zone)
            for time in (dt.time.min, dt.time.max)
        )
        offset = first.utcoffset() or dt.timedelta()
        return round(offset.total_seconds()) if offset == last.utcoffset() else None
