"""Past days, as the history page draws them."""

from __future__ import annotations

import calendar
import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from classifier.readings import Reading, read
from journal.cards import Slice, ring
from journal.models import Entry

if TYPE_CHECKING:
    from spotify_auth.models import User


@dataclass(frozen=True)
class DayInColour:
    """A day with what was answered on it."""

    date: dt.date
    answered: int
    emotions: list[Slice]
    is_today: bool
    is_future: bool

    @property
    def dominant(self) -> str:
        """The emotion heard most that day; empty when nothing was."""
        top = max(self.emotions, key=lambda part: part.count, default=None)
        return top.name if top and top.count else ""


@dataclass(frozen=True)
class MonthInColour:
    """A month as whole weeks; days of its neighbours are None."""

    first: dt.date
    weeks: list[list[DayInColour | None]]


def months_of(user: User, *, until: dt.date, count: int = 3) -> list[MonthInColour]:
    """Return the last `count` months up to the day `until`, newest first."""
    firsts = [_month_before(until.replace(day=1), back) for back in range(count)]
    readings: dict[dt.date, list[Reading]] = defaultdict(list)
    entries = Entry.objects.of(user).filter(song__isnull=False, journal__date__gte=firsts[-1])
    for entry in entries.with_readings(user):
        readings[entry.journal.date].append(read(entry.song))
    return [_month(first, readings, until) for first in firsts]


def _month(first: dt.date, readings: dict[dt.date, list[Reading]], today: dt.date) -> MonthInColour:
    weeks = [
        [
            DayInColour(
                date=date,
                answered=len(readings.get(date, [])),
                emotions=ring(readings.get(date, [])),
                is_today=date == today,
                is_future=date > today and date not in readings,
            )
            if date.month == first.month
            else None
            for date in week
        ]
        for week in calendar.Calendar().monthdatescalendar(first.year, first.month)
    ]
    return MonthInColour(first=first, weeks=weeks)


def _month_before(first: dt.date, months: int) -> dt.date:
    years, month = divmod(first.year * 12 + first.month - 1 - months, 12)
    return dt.date(years, month + 1, 1)
