"""A year of a listener's days in colour: by months, or of a young journal by its last weeks."""

import calendar
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from django.templatetags.static import static
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.html import escape, format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from journal.day.pages import first_day
from journal.emotions.counting import DayHeard, ends_of, heard_by_day
from journal.emotions.tally import KINDS, tally_of
from journal.history.days import DayInColour, Words, cell, day_in_colour
from journal.stats.geometry import Piece, pieces
from journal.stats.tables import Table
from journify.web.fragments import key_of
from journify.web.markup import join_markup
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
        return date_format(self.first, "M")

    @property
    def letters(self) -> SafeString:
        """Its short name, of which narrow columns show the first letter."""
        return format_html("{}<i>{}</i>", self.short[:1], self.short[1:])

    @property
    def name(self) -> SafeString:
        """Its short name; a link to its answers."""
        if not self.answered:
            return self.letters
        return format_html('<a href="{}">{}</a>', self.address, self.letters)

    @property
    def bar(self) -> list[Piece]:
        """Its answers laid end to end."""
        return pieces(tally_of(self.counts))

    @property
    def first(self) -> dt.date:
        return self.days[0].date

    @property
    def last(self) -> dt.date:
        return self.days[-1].date

    @cached_property
    def answered(self) -> int:
        return sum(day.answered for day in self.days)

    @cached_property
    def counts(self) -> list[int]:
        """How many answers count as each of `KINDS`."""
        return [sum(counts) for counts in zip(*(day.counts for day in self.days), strict=True)]


@dataclass(frozen=True)
class YearInColour:
    """A year, and its neighbours where they have pages; its days are drawn when they are asked for.

    `heard`: the days that have answers; `opening`: the first that has a page; `began`: the first
    answer, of a journal that is shown from there on; `asked`: the year the page was asked for.
    """

    year: int
    heard: Mapping[dt.date, DayHeard]
    opening: dt.date
    today: dt.date
    began: dt.date | None
    asked: int | None
    monday: dt.date
    before: int | None
    after: int | None

    @cached_property
    def key(self) -> str:
        """Of the page's parts that show it."""
        return key_of(self.year, self.heard, self.opening, self.today, self.began, self.asked)

    @cached_property
    def months(self) -> list[MonthInColour]:
        """All twelve, or of a first year those since its first answer."""
        months = [self._month(number) for number in range(1, MONTHS + 1)]
        if self.began is None:
            return months
        return [each for each in months if self.began <= each.last and each.first <= self.today]

    @cached_property
    def weeks(self) -> list[list[DayInColour | None]]:
        """Of a journal of twelve weeks or less all of them, Monday first; days to come are None."""
        if self.began is None or self.began < self.monday:
            return []
        monday = self.began - dt.timedelta(self.began.weekday())
        count = (self.today - monday).days // WEEK + 1
        dates = [monday + dt.timedelta(n) for n in range(WEEK * count)]
        days = [self._day(date) if date <= self.today else None for date in dates]
        return [days[start : start + WEEK] for start in range(0, len(days), WEEK)]

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
        return [str(WEEKDAYS_ABBR[day])[:1] for day in range(WEEK)]

    @property
    def month_rows(self) -> SafeString:
        """A list of days a month, as HTML; 365 cells take a template several times as long."""
        icons = static("img/icons.svg")
        return join_markup(
            f'<li class="year-row"><span class="year-name">{month.name}</span><ol>'
            f"{''.join(cell(day, icons) for day in month.days)}</ol></li>"
            for month in self.months
        )

    @property
    def week_rows(self) -> SafeString:
        """A list of days a week, each named where a month begins in it."""
        icons = static("img/icons.svg")
        return join_markup(
            f'<li class="year-row"><span class="year-name">{name}</span><ol>'
            f"{''.join(cell(day, icons) for day in week)}</ol></li>"
            for name, week in zip(self._names_of_weeks(), self.weeks, strict=True)
        )

    @property
    def table(self) -> Table:
        rows = [[month.short, *month.counts, month.answered] for month in self.months]
        return Table(head=[_("Month"), *self._words.kinds, _("answers")], rows=rows)

    @cached_property
    def _words(self) -> Words:
        return Words(dt.date(self.year, 1, 1))

    def _day(self, date: dt.date) -> DayInColour:
        is_open = self.opening <= date <= self.today
        heard = self.heard.get(date, NOTHING)
        return day_in_colour(date, heard, self._words, is_open=is_open, today=self.today)

    def _month(self, month: int) -> MonthInColour:
        days = range(1, calendar.monthrange(self.year, month)[1] + 1)
        return MonthInColour(
            [self._day(dt.date(self.year, month, number)) for number in days], self.asked
        )

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
    return YearInColour(
        year=year,
        heard=heard,
        opening=opening,
        today=today,
        began=None if is_whole else _beginning(user, heard, today),
        asked=year if is_whole else None,
        monday=monday,
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
