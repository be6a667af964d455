"""A listener's answers as the statistics count them: few queries, narrow rows."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from classifier.models import Song
from classifier.verdicts import verdicts_of
from journal.emotions import dates_of
from journal.models import Entry
from journify.models import as_text, bare

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping, Sequence

    from classifier.verdicts import Verdict
    from journal.stats.intervals import Interval
    from spotify_auth.models import User

DAYS_REMEMBERED = 20 * 366  # of all zones together


@dataclass(frozen=True)
class Answers:
    """Phrases answered with songs: a column each, since there may be ten thousands of them.

    Attributes
    ----------
    dates : sequence of date
        Of their pages.
    hours : sequence of int
        Of answering, in the listener's zone; None where that is unknown.
    songs : sequence
        Bare keys.
    emotions : sequence of str
        What each counts as; empty while neither model nor listener is sure.
    artists, verdicts : mapping
        By song; what is unknown is missing.
    """

    dates: Sequence[dt.date] = ()
    hours: Sequence[int | None] = ()
    phrases: Sequence[str] = ()
    songs: Sequence[Hashable] = ()
    emotions: Sequence[str] = ()
    artists: Mapping[Hashable, str] = field(default_factory=dict)
    verdicts: Mapping[Hashable, Verdict] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.emotions)


def answered_days(user: User) -> list[dt.date]:
    """The days with at least one answer, in order."""
    return list(
        Entry.objects.of(user)
        .filter(song__isnull=False)
        .order_by("date")
        .distinct()
        .values_list("date", flat=True)
    )


def answers_of(user: User, interval: Interval, *, zone: dt.tzinfo) -> Answers:
    """The answers of the interval's pages, in four queries."""
    entries = Entry.objects.of(user).filter(
        song__isnull=False, date__gte=interval.first, date__lte=interval.last
    )
    used = entries.order_by().values("song").distinct()
    verdicts = verdicts_of(user, used)
    artists = dict(Song.objects.filter(pk__in=used).order_by().values_list(bare("pk"), "artist"))
    emotions = {song: verdict.emotion for song, verdict in verdicts.items()}
    # in the order of an index, which is that of writing: rows lie beside each other
    rows = entries.order_by("date").values_list(
        as_text("date"), as_text("answered_at"), "phrase_text", bare("song_id")
    )
    if not rows:
        return Answers()
    days, moments, phrases, songs = zip(*rows, strict=True)
    return Answers(
        dates=dates_of(days),
        hours=Clock(zone).hours(moments),
        phrases=phrases,
        songs=songs,
        emotions=[emotions.get(song, "") for song in songs],
        artists=artists,
        verdicts=verdicts,
    )


class Clock:
    """Tells the hours of moments in UTC, which are texts as databases write them.

    The zone is asked once a day, and for each moment only on days on which its clocks are changed.
    """

    def __init__(self, zone: dt.tzinfo) -> None:
        self._zone = zone
        self._offsets: dict[str, int | None] = {}

    def hours(self, moments: Iterable[str | None]) -> list[int | None]:
        """The hours of moments on the listener's clock; those of unknown moments are unknown."""
        return [self._hour(moment) if moment else None for moment in moments]

    def _hour(self, moment: str) -> int:
        day = moment[:10]
        if day not in self._offsets:
            self._offsets[day] = _offset(self._zone, day)
        offset = self._offsets[day]
        if offset is None:
            exact = dt.datetime.fromisoformat(moment[:19]).replace(tzinfo=dt.UTC)
            return exact.astimezone(self._zone).hour
        return (int(moment[11:13]) * 60 + int(moment[14:16]) + offset) // 60 % 24


@lru_cache(DAYS_REMEMBERED)
def _offset(zone: dt.tzinfo, day: str) -> int | None:
    """Minutes to UTC on a day of UTC; None when they are not the same all day, or not whole."""
    date = dt.date.fromisoformat(day)
    first, last = (
        dt.datetime.combine(date, time, dt.UTC).astimezone(zone).utcoffset() or dt.timedelta()
        for time in (dt.time.min, dt.time.max)
    )
    minutes, rest = divmod(first.total_seconds(), 60)
    return None if rest or first != last else int(minutes)
