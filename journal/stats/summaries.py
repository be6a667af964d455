"""What the statistics say, as plain values: no HTML, no words, no queries."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from journal.stats.tally import NAMES, Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence

    from journal.stats.answers import Answers
    from journal.stats.buckets import Bucket
    from journal.stats.intervals import Interval

Key = TypeVar("Key", bound="Hashable")
Other = TypeVar("Other", bound="Hashable")


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
    """The latest day with an emotion."""

    date: dt.date
    tally: Tally


@dataclass(frozen=True)
class AllDays:
    """All the interval's days together."""

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
    """Songs that both the model and the listener gave a word, counted by (heard, said)."""

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
        """The commonest mix-up: what was heard, and what the listener says."""
        mixed = {pair: count for pair, count in self.pairs.items() if pair[0] != pair[1]}
        return max(sorted(mixed), key=lambda pair: mixed[pair], default=None)


def by_date(answers: Answers) -> dict[dt.date, Tally]:
    """Tally each page's answers, for the summaries that put pages together."""
    return _grouped(answers.dates, answers.emotions)


def over_time(
    days: Mapping[dt.date, Tally], buckets: Sequence[Bucket], interval: Interval
) -> OverTime:
    """Count by stretches of time; `buckets` cover the interval in order."""
    of_day = {date: place for place, bucket in enumerate(buckets) for date in bucket.dates()}
    groups = _merged(days, lambda date: of_day[date])
    middle = interval.first + dt.timedelta(interval.days // 2)
    halves = _merged(days, lambda date: date >= middle)
    return OverTime(
        buckets=[(bucket, groups.get(place, Tally())) for place, bucket in enumerate(buckets)],
        first_half=halves.get(False, Tally()),
        second_half=halves.get(True, Tally()),
    )


def by_weekday(days: Mapping[dt.date, Tally], weekdays: Sequence[str]) -> ByGroup:
    """Count by the weekday of the page; `weekdays` are their names, Monday first."""
    groups = _merged(days, lambda date: date.weekday())
    return ByGroup(
        groups=[(name, groups.get(day, Tally())) for day, name in enumerate(weekdays)],
        everything=_all(groups),
    )


def by_hour(answers: Answers) -> ByHour:
    """Count by the hour at which an answer was given; those whose hour is unknown are left out."""
    groups = _grouped(answers.hours, answers.emotions)
    groups.pop(None, None)
    return ByHour(hours=[groups.get(hour, Tally()) for hour in range(24)], everything=_all(groups))


def by_phrase(answers: Answers) -> ByGroup:
    """Count by phrase, the most answered first."""
    return _by_name(_grouped(answers.phrases, answers.emotions))


def by_artist(answers: Answers) -> ByGroup:
    """Count by artist, the most chosen first; songs that name none are left out."""
    groups = _grouped((answers.artists.get(song, "") for song in answers.songs), answers.emotions)
    groups.pop("", None)
    return _by_name(groups)


def latest_day(days: Mapping[dt.date, Tally]) -> Day | None:
    """The latest day of which an emotion is known."""
    date = max(days, default=None)
    return None if date is None else Day(date=date, tally=days[date])


def all_days(days: Mapping[dt.date, Tally]) -> AllDays:
    """All days of the interval with an emotion."""
    return AllDays(days=len(days), tally=_all(days))


def streaks(answered: Sequence[dt.date], interval: Interval, *, today: dt.date) -> Streaks:
    """Find the runs among the days with answers, which come in order.

    A run is current up to today, and as long as today is not over up to yesterday.
    """
    runs: list[Run] = []
    for date in answered:
        if runs and runs[-1].last + dt.timedelta(1) == date:
            runs[-1] = Run(first=runs[-1].first, last=date)
        else:
            runs.append(Run(first=date, last=date))
    is_current = bool(runs) and runs[-1].last >= today - dt.timedelta(1)
    return Streaks(
        current=runs[-1] if is_current else None,
        # of equally long runs the latest
        longest=max(reversed(runs), key=lambda run: run.days, default=None),
        answered=sum(interval.first <= date <= interval.last for date in answered),
        days=interval.days,
        today=today,
    )


def agreement(answers: Answers) -> Agreement:
    """Compare model and listener, each song once."""
    used = set(answers.songs)
    return Agreement(
        Counter(
            (verdict.heard, verdict.label)
            for song, verdict in answers.verdicts.items()
            if verdict.heard and verdict.label and song in used
        )
    )


def _by_name(groups: Mapping[str, Tally]) -> ByGroup:
    ordered = sorted(groups.items(), key=lambda group: (-group[1].total, group[0]))
    return ByGroup(groups=ordered, everything=_all(groups))


def _grouped(keys: Iterable[Key], emotions: Sequence[str]) -> dict[Key, Tally]:
    """Tally answers by one of their columns; counted in pairs, as there may be ten thousands."""
    groups: dict[Key, Counter[str]] = defaultdict(Counter)
    for (key, emotion), count in Counter(zip(keys, emotions, strict=True)).items():
        if emotion:
            groups[key][emotion] += count
    return {key: Tally(counts) for key, counts in groups.items()}


def _merged(groups: Mapping[Key, Tally], key_of: Callable[[Key], Other]) -> dict[Other, Tally]:
    """Put groups together."""
    merged: dict[Other, Counter[str]] = defaultdict(Counter)
    for key, group in groups.items():
        counts = merged[key_of(key)]
        for name, count in group.counts.items():  # `update` takes longer than four additions
            counts[name] += count
    return {key: Tally(counts) for key, counts in merged.items()}


def _all(groups: Mapping[Any, Tally]) -> Tally:
    return _merged(groups, lambda _key: "").get("", Tally())
