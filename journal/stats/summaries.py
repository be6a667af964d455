"""What the statistics say, as plain values: no HTML, no words, no queries."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from journal.emotions.tally import KINDS, NAMES, Tally, tally_of

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

    from journal.emotions.counting import DayHeard
    from journal.stats.buckets import Bucket
    from journal.stats.intervals import Interval

Key = TypeVar("Key", bound="Hashable")


@dataclass(frozen=True)
class OverTime:
    """A tally per stretch of time, and of the interval's two halves."""

    buckets: list[tuple[Bucket, Tally]]
    first_half: Tally
    second_half: Tally

    @property
    def everything(self) -> Tally:
        """Both halves together."""
        return Tally(self.first_half.counts + self.second_half.counts)


@dataclass(frozen=True)
class ByGroup:
    """A tally per weekday, per phrase or per artist, and of all together."""

    groups: list[tuple[str, Tally]]
    everything: Tally


@dataclass(frozen=True)
class ByHour:
    """A tally per hour of the day, 0 to 23."""

    hours: list[Tally]
    everything: Tally


@dataclass(frozen=True)
class Day:
    """The latest day on which an emotion was heard."""

    date: dt.date
    tally: Tally


@dataclass(frozen=True)
class AllDays:
    """All the interval's days of which something is heard."""

    days: int
    tally: Tally


@dataclass(frozen=True)
class Run:
    """Days in a row with an answer."""

    first: dt.date
    last: dt.date

    @property
    def days(self) -> int:
        """How many they are."""
        return (self.last - self.first).days + 1


@dataclass(frozen=True)
class Streaks:
    """Runs of days over the whole journal, and the days of the interval."""

    current: Run | None
    longest: Run | None
    answered: int
    days: int
    today: dt.date


@dataclass(frozen=True)
class Agreement:
    """Songs that the listener labelled and a model was sure of, counted by (heard, said)."""

    pairs: Counter[tuple[str, str]]

    @property
    def total(self) -> int:
        """All of these songs."""
        return sum(self.pairs.values())

    @property
    def agreed(self) -> int:
        """Those of one word."""
        return sum(self.pairs[name, name] for name in NAMES)

    @property
    def worst(self) -> tuple[str, str] | None:
        """The commonest mix-up: what was heard, and what the listener says; None if several are."""
        mixed = Counter({pair: count for pair, count in self.pairs.items() if pair[0] != pair[1]})
        first, second = [*mixed.most_common(2), (None, 0), (None, 0)][:2]
        return first[0] if first[1] > second[1] else None


def over_time(
    days: Mapping[dt.date, DayHeard], buckets: Sequence[Bucket], interval: Interval
) -> OverTime:
    """Count by stretches of time; `buckets` cover the interval in order."""
    starts = [bucket.first for bucket in buckets]
    groups = _grouped(days, lambda date: bisect_right(starts, date) - 1)
    middle = interval.first + dt.timedelta(interval.days // 2)
    halves = _grouped(days, lambda date: date >= middle)
    return OverTime(
        buckets=[(bucket, groups.get(place, Tally())) for place, bucket in enumerate(buckets)],
        first_half=halves.get(False, Tally()),
        second_half=halves.get(True, Tally()),
    )


def by_weekday(days: Mapping[dt.date, DayHeard], weekdays: Sequence[str]) -> ByGroup:
    """Count by the weekday of the page; `weekdays` are their names, Monday first."""
    groups = _grouped(days, dt.date.weekday)
    return ByGroup(
        groups=[(name, groups.get(day, Tally())) for day, name in enumerate(weekdays)],
        everything=_sum(groups.values()),
    )


def by_hour(hours: Mapping[int, Tally]) -> ByHour:
    """Put the hours of the day, 0 to 23, in order."""
    return ByHour(
        hours=[hours.get(hour, Tally()) for hour in range(24)], everything=_sum(hours.values())
    )


def by_phrase(phrases: Mapping[str, Tally]) -> ByGroup:
    """Order phrases, the most answered first."""
    return _by_name(phrases)


def by_artist(artists: Mapping[str, Tally]) -> ByGroup:
    """Order artists, the most chosen first; songs that name none are left out."""
    return _by_name({name: tally for name, tally in artists.items() if name})


def latest_day(days: Mapping[dt.date, DayHeard]) -> Day | None:
    """The latest day of which an emotion is known."""
    for date in sorted(days, reverse=True):
        tally = tally_of(days[date].counts)
        if tally.clear:
            return Day(date=date, tally=tally)
    return None


def all_days(days: Mapping[dt.date, DayHeard]) -> AllDays:
    """All days of the interval of which something is heard."""
    heard = [day.counts for day in days.values() if any(day.counts)]
    return AllDays(days=len(heard), tally=tally_of(*heard))


def streaks(answered: Sequence[dt.date], interval: Interval, *, today: dt.date) -> Streaks:
    """Find the runs among the days with answers, which come in order.

    A run is current up to today, and as long as today is not over up to yesterday.
    """
    starts = [
        place
        for place, date in enumerate(answered)
        if not place or date - answered[place - 1] > dt.timedelta(1)
    ]
    runs = [
        Run(first=answered[start], last=answered[end - 1])
        for start, end in zip(starts, [*starts[1:], len(answered)], strict=False)
    ]
    is_current = bool(runs) and runs[-1].last >= today - dt.timedelta(1)
    return Streaks(
        current=runs[-1] if is_current else None,
        # of equally long runs the latest
        longest=max(reversed(runs), key=lambda run: run.days, default=None),
        answered=sum(interval.first <= date <= interval.last for date in answered),
        days=interval.days,
        today=today,
    )


def _by_name(groups: Mapping[str, Tally]) -> ByGroup:
    ordered = sorted(groups.items(), key=lambda group: (-group[1].total, group[0]))
    return ByGroup(groups=ordered, everything=_sum(groups.values()))


def _grouped(
    days: Mapping[dt.date, DayHeard], key_of: Callable[[dt.date], Key]
) -> dict[Key, Tally]:
    """Put days together: their counts are added up in one go, as there may be thousands."""
    groups: dict[Key, list[Sequence[int]]] = defaultdict(list)
    for date, day in days.items():
        groups[key_of(date)].append(day.counts)
    return {key: tally_of(*counts) for key, counts in groups.items()}


def _sum(tallies: Iterable[Tally]) -> Tally:
    return tally_of(*([tally.counts[name] for name in KINDS] for tally in tallies))
