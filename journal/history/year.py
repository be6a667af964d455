"""A year of a listener's days in colour: a column a month, a row a day of it."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from django.templatetags.static import static
from django.urls import reverse
from django.utils.formats import get_format
from django.utils.html import escape
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from classifier.emotions.readings import NOT_SURE, WORDS
from classifier.serving.results import UNSURE
from journal.day.pages import first_day
from journal.emotions.counting import DayHeard, heard_by_day
from journal.emotions.tally import KINDS, colours_of
from journal.site.dates import name_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.utils.safestring import SafeString
    from django_stubs_ext import StrOrPromise

    from spotify_auth.models import User

LONGEST_MONTH = 31
NOTHING = DayHeard(0, (0,) * len(KINDS))


class DayInColour(NamedTuple):
    """A day and what was heard on it.

    Attributes
    ----------
    url : str
        Of its page; empty where it has none.
    counts : sequence of int
        How many answers count as each of `KINDS`.
    colours : sequence of str
        As `journal.emotions.tally.colours_of`: what the day is drawn in.
    words : str
        What a tooltip and a screen reader say.
    """

    date: dt.date
    url: str
    answered: int
    counts: Sequence[int]
    colours: Sequence[str]
    words: str
    is_today: bool

    @property
    def dominant(self) -> str:
        """The one emotion that was heard most; empty where several are level, or none was."""
        is_one = len(self.colours) == 1 and self.colours[0] != UNSURE
        return self.colours[0] if is_one else ""


@dataclass(frozen=True)
class MonthInColour:
    """A month and what was heard in it."""

    first: dt.date
    answered: int
    counts: list[int]


@dataclass(frozen=True)
class YearInColour:
    """A year: rows of days across its months, and its neighbours where they have pages."""

    year: int
    months: list[MonthInColour]
    rows: list[tuple[int, list[DayInColour | None]]]
    kinds: Sequence[StrOrPromise]
    before: int | None
    after: int | None

    @property
    def body(self) -> SafeString:
        """Its rows as HTML, escaped; 365 cells take a template several times as long."""
        icons = static("img/icons.svg")
        return mark_safe(  # noqa: S308 -- numbers, and cells that escape what they say
            "".join(
                f'<tr><th scope="row">{number}</th>'
                f"<td>{'</td><td>'.join(_cell(day, icons) for day in row)}</td></tr>"
                for number, row in self.rows
            )
        )


def year_of(user: User, year: int, *, today: dt.date) -> YearInColour:
    """Return the days of a year, those to come without a page."""
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    heard = heard_by_day(user, first, last)
    opening = first_day(user)
    words = _Words(first)
    days = {
        date: _day(
            date, heard.get(date, NOTHING), words, is_open=opening <= date <= today, today=today
        )
        for date in (first + dt.timedelta(n) for n in range((last - first).days + 1))
    }
    return YearInColour(
        year=year,
        months=[_month(year, month, days) for month in range(1, 13)],
        rows=[
            (number, [_in_month(days, year, month, number) for month in range(1, 13)])
            for number in range(1, LONGEST_MONTH + 1)
        ],
        kinds=words.kinds,
        before=year - 1 if opening < first else None,
        after=year + 1 if today > last else None,
    )


class _Words:
    """How a year's days are told: formats and addresses looked up once, not 365 times."""

    def __init__(self, first: dt.date) -> None:
        self.language = get_language()
        self.form = get_format("DAY_FORMAT", lang=self.language, use_l10n=True)
        self.first, self.address = first.isoformat(), reverse("journal:day", args=[first])
        self.kinds = [str(WORDS.get(kind, NOT_SURE)) for kind in KINDS]
        self.nothing = _("no answer")
        self.answers: dict[int, str] = {}

    def url(self, date: dt.date) -> str:
        """Where a day's page is."""
        return self.address.replace(self.first, date.isoformat())

    def day(self, date: dt.date, heard: DayHeard) -> str:
        """A day and what it carries."""
        told = self._told(heard) if heard.answered else self.nothing
        return f"{name_of(date, self.form, self.language)}: {told}"

    def _told(self, heard: DayHeard) -> str:
        answered = heard.answered
        if answered not in self.answers:
            told = ngettext("%(count)d answer", "%(count)d answers", answered)
            self.answers[answered] = told % {"count": answered}
        words = zip(self.kinds, heard.counts, strict=True)
        parts = [f"{word} {count}" for word, count in words if count]
        return ", ".join([*parts, self.answers[answered]])


def _day(
    date: dt.date, heard: DayHeard, words: _Words, *, is_open: bool, today: dt.date
) -> DayInColour:
    # put into words here, once, and not by the template
    return DayInColour(
        date=date,
        # a day beyond the date line has its page, though it lies ahead
        url=words.url(date) if is_open or heard.answered else "",
        answered=heard.answered,
        counts=heard.counts,
        colours=colours_of(heard.counts) if any(heard.counts) else (),
        words=words.day(date, heard),
        is_today=date == today,
    )


def _month(year: int, month: int, days: Mapping[dt.date, DayInColour]) -> MonthInColour:
    dates = [dt.date(year, month, n + 1) for n in range(calendar.monthrange(year, month)[1])]
    return MonthInColour(
        first=dates[0],
        answered=sum(days[date].answered for date in dates),
        counts=[sum(counts) for counts in zip(*(days[date].counts for date in dates), strict=True)],
    )


def _cell(day: DayInColour | None, icons: str) -> str:
    """A day as HTML: addresses are of dates, and only words may have something to escape."""
    if day is None or not day.url:
        return ""
    current = ' aria-current="date"' if day.is_today else ""
    colours = "".join(
        f'<b data-emotion="{name}">'
        f'<svg aria-hidden="true"><use href="{icons}#mark-{name}"></use></svg></b>'
        for name in day.colours
    )
    return f'<a href="{day.url}" title="{escape(day.words)}"{current}>{colours}</a>'


def _in_month(
    days: Mapping[dt.date, DayInColour], year: int, month: int, number: int
) -> DayInColour | None:
    """The day of that number, or None in a shorter month."""
    if number > calendar.monthrange(year, month)[1]:
        return None
    return days[dt.date(year, month, number)]
