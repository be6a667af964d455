"""A month or a year that a recap is about."""

import calendar
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse
from django.utils.formats import date_format

from journal.stats.intervals import EARLIEST, Interval, Span


@dataclass(frozen=True)
class Period:
    """A month, or without one a whole year."""

    year: int
    month: int | None = None

    @property
    def interval(self) -> Interval:
        first = dt.date(self.year, self.month or 1, 1)
        last_month = self.month or 12
        days = calendar.monthrange(self.year, last_month)[1]
        return Interval(span=Span.CUSTOM, first=first, last=dt.date(self.year, last_month, days))

    @property
    def months(self) -> "list[Period]":
        return [Period(self.year, month) for month in range(1, 13)]

    @property
    def title(self) -> str:
        return date_format(self.interval.first, "F Y" if self.month else "Y")

    @property
    def short(self) -> str:
        return date_format(self.interval.first, "M")

    @property
    def file_name(self) -> str:
        """What a kept picture is called, without its ending."""
        return f"journify-{self.year:04d}" + (f"-{self.month:02d}" if self.month else "")

    @property
    def url(self) -> str:
        return self._url("")

    @property
    def hear_url(self) -> str:
        """Where a month's songs are heard one after the other."""
        return reverse("journal:hear_month", args=[self.year, self.month])

    @property
    def svg_url(self) -> str:
        return self._url("_svg")

    @property
    def png_url(self) -> str:
        return self._url("_png")

    def slide_urls(self, key: str) -> dict[str, str]:
        """The pictures of a page of its story, upright and in a post's shape."""
        return {
            "post": self._url("_slide", page=key, shape="4x5"),
            "upright": self._url("_slide", page=key, shape="9x16"),
        }

    @property
    def previous(self) -> "Period | None":
        """The one before, as far back as pages reach."""
        found = self._at(-1)
        return found if found.interval.first >= EARLIEST else None

    def next_up_to(self, last: dt.date) -> "Period | None":
        """The one after, unless it begins after the `last` day there is."""
        found = self._at(1)
        return found if found.is_a_page(last) else None

    def is_a_page(self, last: dt.date) -> bool:
        """Whether it lies between the earliest day there is and the `last`."""
        is_in_calendar = self.month is None or self.month in range(1, 13)
        is_in_time = EARLIEST.year <= self.year <= last.year
        return is_in_calendar and is_in_time and self.interval.first <= last

    def dates(self) -> Iterator[dt.date]:
        interval = self.interval
        return (interval.first + dt.timedelta(n) for n in range(interval.days))

    def _at(self, step: int) -> "Period":
        if self.month is None:
            return Period(self.year + step)
        year, month = divmod(self.year * 12 + self.month - 1 + step, 12)
        return Period(year, month + 1)

    def _url(self, ending: str, **values: str) -> str:
        unit, where = "year", {"year": self.year}
        if self.month is not None:
            unit, where = "month", where | {"month": self.month}
        return reverse(f"journal:recap_{unit}{ending}", kwargs=where | values)
