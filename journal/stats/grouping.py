"""Answers put together in groups, and days in groups by any key."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import TypeVar

from journal.emotions.counting import DayHeard
from journal.emotions.tally import KINDS, Tally, tally_of

Key = TypeVar("Key", bound="Hashable")


def group_days(
    days: Mapping[dt.date, DayHeard], key_of: Callable[[dt.date], Key]
) -> dict[Key, Tally]:
    """Put days together: their counts are added up in one go, as there may be thousands."""
    groups: dict[Key, list[Sequence[int]]] = defaultdict(list)
    for date, day in days.items():
        groups[key_of(date)].append(day.counts)
    return {key: tally_of(*counts) for key, counts in groups.items()}


def tally_of_days(days: Iterable[DayHeard]) -> Tally:
    """All that was heard on some days."""
    return tally_of(*(day.counts for day in days))


def sum_of(tallies: Iterable[Tally]) -> Tally:
    """All tallies together."""
    return tally_of(*([tally.counts[name] for name in KINDS] for tally in tallies))


def largest_first(groups: Mapping[str, Tally]) -> list[tuple[str, Tally]]:
    """Order groups by how many answers they have."""
    return sorted(groups.items(), key=lambda group: (-group[1].total, group[0]))
