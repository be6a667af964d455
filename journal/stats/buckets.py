"""Stretches of time that a chart has a column for: days, weeks, months or years."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from django.utils.formats import date_format, get_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from journal.site.dates import day_name
from journal.stats.intervals import Interval

Unit = Literal["day", "week", "month", "year"]

# The longest interval, in days, that is drawn in each unit; beyond, in years.
UNITS: list[tuple[int, Unit]] = [(31, "day"), (371, "week"), (1860, "month")]


NAMED_AS = {
    "day": "SHORT_DAY_FORMAT",
    "week": "SHORT_DATE_FORMAT",
    "month": "YEAR_MONTH_FORMAT",
    "year": "Y",
}


@dataclass(frozen=True)
class Bucket:
    """A stretch of days from `first` to `last`, cut at the interval's ends."""

    unit: Unit
    first: dt.date
    last: dt.date

    def dates(self) -> Iterator[dt.date]:
        return (self.first + dt.timedelta(n) for n in range((self.last - self.first).days + 1))

    @property
    def name(self) -> str:
        form = get_format(NAMED_AS[self.unit], use_l10n=True)
        name = day_name(self.first, form, get_language())
        return _("from %(first)s") % {"first": name} if self.unit == "week" else name

    @property
    def tick(self) -> str:
        formats = {"month": "M Y", "year": "Y"}
        return date_format(self.first, formats.get(self.unit, "SHORT_MONTH_DAY_FORMAT"))


def buckets_of(interval: Interval) -> list[Bucket]:
    """Cut an interval into stretches; weeks begin on Monday."""
    unit: Unit = next((unit for most, unit in UNITS if interval.days <= most), "year")
    buckets = []
    first = interval.first
    while first <= interval.last:
        following = _start_after(first, unit)
        last = min(following - dt.timedelta(1), interval.last)
        buckets.append(Bucket(unit=unit, first=first, last=last))
        first = following
    return buckets


def _start_after(date: dt.date, unit: Unit) -> dt.date:
    if unit == "day":
        return date + dt.timedelta(1)
    if unit == "week":
        return date + dt.timedelta(7 - date.weekday())
    if unit == "month":
        return (date.replace(day=1) + dt.timedelta(32)).replace(day=1)
    return dt.date(date.year + 1, 1, 1)
