"""A year of a listener's days in colour: by months, or of a young journal by its last weeks."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.templatetags.static import static
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.html import escape, format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from journal.day.pages import first_day
from journal.emotions.counting import DayHeard, ends_of, heard_by_day
from journal.emotions.tally import KINDS, tally_of
from journal.history.days import DayInColour, Words, cell, day_in_colour
from journal.stats.geometry import pieces
from journal.stats.tables import Table
from spotify_auth.models import User

MONTHS, LONGEST_MONTH = 12, 31
WEEK, WEEKS_SHOWN = 7, 12
NOTHING = DayHeard(0, (0,) * len(KINDS))


@dataclass(frozen=True)
class MonthInColour:
    """A month and what was heard in it."""

    days: list[DayInColour]
    year: int | None = None  # what the page was asked for, to be asked for again

    @property
    def address(self) -> str:
        """Where its answers are listed, below the same year."""
        query = {"year": str(self.year)} if self.year else {}
        ends = {"first": self.first.isoformat(), "last": self.last.isoformat()}
        return f"?{urlencode(query | ends)}#answers"

    @property
    def short(self) -> str:
        """Its short name."""
        return date_format(self.first, "M")

    def link(self, *, is_shown: bool) -> str:
        """Its name and its answers as a bar, leading to them; without answers its name alone."""
        full = escape(date_format(self.first, "F"))
        letters = f"{escape(self.short[:1])}<i>{escape(self.short[1:])}</i>"
        name = f'<abbr title="{full}">{letters}</abbr>'
        if not self.answered:
            return name
        bar = "".join(
            f'<rect data-emotion="{piece.part.name}" x="{piece.start}%" width="{piece.length}%"'
            ' height="100%" />'
            for piece in pieces(tally_of(self.counts))
        )
        current = ' aria-current="true"' if is_shown else ""
        return (
            f'<a href="{escape(self.address)}"{current}>{name}'
            f'<svg class="month-bar" aria-hidden="true">{bar}</svg></a>'
        )

    @property
    def name(self) -> SafeString:
        """Its short name, of which narrow columns show a letter; a link to its answers."""
        letters = format_html("{}<i>{}</i>", self.short[:1], self.short[1:])
        return (
            format_html('<a href="{}">{}</a>', self.address, letters) if self.answered else letters
        )

    @property
    def first(self) -> dt.date:
        """Its first day."""
        return self.days[0].date

    @property
    def last(self) -> dt.date:
        """Its last day."""
        return self.days[-1].date

    @cached_property
    def answered(self) -> int:
        """All answers of its days."""
        return sum(day.answered for day in self.days)

    @cached_property
    def counts(self) -> list[int]:
        """How many answers count as each of `KINDS`."""
        return [sum(counts) for counts in zip(*(day.counts for day in self.days), strict=True)]


@dataclass(frozen=True)
class YearInColour:
    """A year, and its neighbours where they have pages.

    `months`: all twelve, or of a first year those since its first answer; `weeks`: of a journal of
    twelve weeks or less all of them, Monday first; days to come are None.
    """

    year: int
    months: list[MonthInColour]
    weeks: list[list[DayInColour | None]]
    kinds: Sequence[StrOrPromise]
    before: int | None
    after: int | None

    @property
    def is_whole(self) -> bool:
        """Whether no month is left out."""
        return len(self.months) == MONTHS

    @property
    def numbers(self) -> range:
        """The days that a month may have."""
        return range(1, LONGEST_MONTH + 1)

    @property
    def weekdays(self) -> list[str]:
        """The first letters of the weekdays."""
        return [str(WEEKDAYS_ABBR[day])[:1] for day in range(WEEK)]

    @property
    def month_rows(self) -> SafeString:
        """A list of days a month, as HTML; 365 cells take a template several times as long."""
        icons = static("img/icons.svg")
        return mark_safe(  # noqa: S308 -- numbers, and cells that escape what they say
            "".join(
                f'<li class="year-row"><span class="year-name">{month.name}</span><ol>'
                f"{''.join(cell(day, icons) for day in month.days)}</ol></li>"
                for month in self.months
            )
        )

    @property
    def week_rows(self) -> SafeString:
        """A list of days a week, each named where a month begins in it."""
        icons = static("img/icons.svg")
        return mark_safe(  # noqa: S308 -- numbers, and cells that escape what they say
            "".join(
                f'<li class="year-row"><span class="year-name">{name}</span><ol>'
                f"{''.join(cell(day, icons) for day in week)}</ol></li>"
                for name, week in zip(self._names_of_weeks(), self.weeks, strict=True)
            )
        )

    def month_links(self, shown: dt.date | None) -> SafeString:
        """A link a month that has answers, with these as a small bar; `shown` begins a month."""
        return mark_safe(  # noqa: S308 -- numbers, and names that are escaped
            "".join(
                f"<li>{month.link(is_shown=month.first == shown)}</li>" for month in self.months
            )
        )

    @property
    def table(self) -> Table:
        """The months in numbers."""
        rows = [[month.short, *month.counts, month.answered] for month in self.months]
        return Table(head=[_("Month"), *map(str, self.kinds), _("answers")], rows=rows)

    def _names_of_weeks(self) -> list[str]:
        names, last = [], 0
        for week in self.weeks:
            month = next((day.date.month for day in week if day), last)
            first = next(day.date for day in week if day)
            names.append(escape(date_format(first, "M")) if month != last else "")
            last = month
        return names


def year_of(user: User, year: int, *, today: dt.date, is_whole: bool = True) -> YearInColour:
    """Return the days of a year, those to come without a page.

    Unless the `is_whole` year is asked for, a journal that began in it is shown from there on, and
    one that began in the last weeks by those.
    """
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    monday = today - dt.timedelta(WEEK * (WEEKS_SHOWN - 1) + today.weekday())
    heard = heard_by_day(user, min(first, monday), last)
    opening = first_day(user)
    words = Words(first)

    def day(date: dt.date) -> DayInColour:
        is_open = opening <= date <= today
        return day_in_colour(date, heard.get(date, NOTHING), words, is_open=is_open, today=today)

    began = None if is_whole else _beginning(user, heard, today)
    asked = year if is_whole else None
    months = [_month(day, year, number, asked) for number in range(1, MONTHS + 1)]
    if began is not None:
        months = [month for month in months if began <= month.last and month.first <= today]
    is_new = began is not None and began >= monday
    return YearInColour(
        year=year,
        months=months,
        weeks=_weeks(day, began, today) if began is not None and is_new else [],
        kinds=words.kinds,
        before=year - 1 if opening < first else None,
        after=year + 1 if today > last else None,
    )


def _beginning(user: User, heard: Mapping[dt.date, DayHeard], today: dt.date) -> dt.date | None:
    """The day of the first answer, where it is among these days; without any it may be today."""
    ends = ends_of(user)
    if not ends:
        return today
    first = next(iter(heard), None)
    return first if ends[0] == first else None


def _weeks(
    day: Callable[[dt.date], DayInColour], began: dt.date, today: dt.date
) -> list[list[DayInColour | None]]:
    monday = began - dt.timedelta(began.weekday())
    count = (today - monday).days // WEEK + 1
    dates = [monday + dt.timedelta(n) for n in range(WEEK * count)]
    days = [day(date) if date <= today else None for date in dates]
    return [days[start : start + WEEK] for start in range(0, len(days), WEEK)]


def _month(
    day: Callable[[dt.date], DayInColour], year: int, month: int, asked: int | None
) -> MonthInColour:
    days = range(1, calendar.monthrange(year, month)[1] + 1)
    return MonthInColour([day(dt.date(year, month, number)) for number in days], asked)
