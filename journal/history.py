"""A year of a listener's days in colour: a column a month, a row a day of it."""

from __future__ import annotations

import calendar
import datetime as dt
import functools
from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.templatetags.static import static
from django.urls import reverse
from django.utils.dateformat import DateFormat
from django.utils.formats import get_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from classifier.models import Song
from classifier.readings import WORDS
from classifier.verdicts import verdicts_of
from journal.days import first_day
from journal.models import Entry
from journify.models import bare

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django.utils.safestring import SafeString
    from django_stubs_ext import StrOrPromise

    from spotify_auth.models import User

LONGEST_MONTH = 31
DAYS_REMEMBERED = 8 * 366  # by name, in all languages together
CURRENT = mark_safe(' aria-current="date"')


@dataclass(frozen=True)
class DayInColour:
    """A day and what was heard on it.

    Attributes
    ----------
    url : str
        Of its page; empty where it has none.
    dominant : str
        The emotion heard most that day; empty when nothing was.
    words : str
        What a tooltip and a screen reader say.
    """

    date: dt.date
    url: str
    answered: int
    counts: Counter[str]
    dominant: str
    words: str
    is_today: bool


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
    emotions: Sequence[StrOrPromise]
    before: int | None
    after: int | None

    @property
    def body(self) -> SafeString:
        """Its rows as HTML, escaped; 365 cells take a template several times as long."""
        icons = static("img/icons.svg")
        return format_html_join(
            "",
            '<tr><th scope="row">{}</th>{}</tr>',
            (
                (number, format_html_join("", "<td>{}</td>", ((_cell(day, icons),) for day in row)))
                for number, row in self.rows
            ),
        )


def year_of(user: User, year: int, *, today: dt.date) -> YearInColour:
    """Return the days of a year, those to come without a page."""
    first, last = dt.date(year, 1, 1), dt.date(year, 12, 31)
    answers = _answers(user, first, last)
    opening = first_day(user)
    words = _Words(first)
    days = {
        date: _day(
            date, answers.get(date, []), words, is_open=opening <= date <= today, today=today
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
        emotions=list(WORDS.values()),
        before=year - 1 if opening < first else None,
        after=year + 1 if today > last else None,
    )


def _answers(user: User, first: dt.date, last: dt.date) -> Mapping[dt.date, list[str]]:
    """What each day's songs carry, in three queries; empty words where nobody is sure."""
    entries = Entry.objects.of(user).filter(
        song__isnull=False, journal__date__gte=first, journal__date__lte=last
    )
    verdicts = verdicts_of(user, Song.objects.filter(pk__in=entries.order_by().values("song")))
    emotions = {song: verdict.emotion for song, verdict in verdicts.items()}
    days: dict[dt.date, list[str]] = defaultdict(list)
    for date, song in entries.order_by().values_list("journal__date", bare("song_id")):
        days[date].append(emotions.get(song, ""))
    return days


class _Words:
    """How a year's days are told: formats and addresses looked up once, not 365 times."""

    def __init__(self, first: dt.date) -> None:
        self.language = get_language()
        self.form = get_format("DAY_FORMAT", lang=self.language, use_l10n=True)
        self.first, self.address = first.isoformat(), reverse("journal:day", args=[first])
        self.emotions = {name: str(word) for name, word in WORDS.items()}
        self.nothing = _("no answer")

    def url(self, date: dt.date) -> str:
        """Where a day's page is."""
        return self.address.replace(self.first, date.isoformat())

    def day(self, date: dt.date, counts: Counter[str], answered: int) -> str:
        """A day and what it carries."""
        told = _told(counts, answered, self.emotions) if answered else self.nothing
        return f"{_name_of(date, self.form, self.language)}: {told}"


@functools.lru_cache(DAYS_REMEMBERED)
def _name_of(date: dt.date, form: str, _language: str | None) -> str:
    """The day in the active language: the same for everybody, and a year of them takes a while."""
    return DateFormat(date).format(form)


def _day(
    date: dt.date, emotions: list[str], words: _Words, *, is_open: bool, today: dt.date
) -> DayInColour:
    counts = Counter(emotions)
    del counts[""]
    # put into words here, once, and not by the template
    return DayInColour(
        date=date,
        # a day beyond the date line has its page, though it lies ahead
        url=words.url(date) if is_open or emotions else "",
        answered=len(emotions),
        counts=counts,
        dominant=max(WORDS, key=lambda name: counts[name]) if counts else "",
        words=words.day(date, counts, len(emotions)),
        is_today=date == today,
    )


def _told(counts: Counter[str], answered: int, emotions: Mapping[str, str]) -> str:
    heard = [f"{word} {counts[name]}" for name, word in emotions.items() if counts[name]]
    answers = ngettext("%(count)d answer", "%(count)d answers", answered) % {"count": answered}
    return ", ".join([*heard, answers])


def _month(year: int, month: int, days: Mapping[dt.date, DayInColour]) -> MonthInColour:
    dates = [dt.date(year, month, n + 1) for n in range(calendar.monthrange(year, month)[1])]
    counts: Counter[str] = sum((days[date].counts for date in dates), Counter())
    return MonthInColour(
        first=dates[0],
        answered=sum(days[date].answered for date in dates),
        counts=[counts[name] for name in WORDS],
    )


def _cell(day: DayInColour | None, icons: str) -> str:
    if day is None or not day.url:
        return ""
    current = CURRENT if day.is_today else ""
    if not day.dominant:
        return format_html('<a href="{}" title="{}"{}></a>', day.url, day.words, current)
    return format_html(
        '<a href="{}" title="{}" data-emotion="{}"{}>'
        '<svg aria-hidden="true"><use href="{}#mark-{}"></use></svg></a>',
        *(day.url, day.words, day.dominant, current, icons, day.dominant),
    )


def _in_month(
    days: Mapping[dt.date, DayInColour], year: int, month: int, number: int
) -> DayInColour | None:
    """The day of that number, or None in a shorter month."""
    if number > calendar.monthrange(year, month)[1]:
        return None
    return days[dt.date(year, month, number)]
