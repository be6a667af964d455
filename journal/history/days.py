"""A day in colour: what was heard on it, in words and as a cell of the year."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from django.urls import reverse
from django.utils.formats import get_format
from django.utils.html import escape
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from classifier.emotions.readings import NOT_SURE, WORDS
from journal.emotions.counting import DayHeard
from journal.emotions.tally import KINDS, colours_of
from journal.site.dates import day_name


class DayInColour(NamedTuple):
    """A day and what was heard on it.

    `url`: of its page; empty where it has none; `counts`: how many answers count as each of
    `KINDS`; `colours`: as `journal.emotions.tally.colours_of`: what the day is drawn in; `words`:
    what a tooltip and a screen reader say.
    """

    date: dt.date
    url: str
    answered: int
    counts: Sequence[int]
    colours: Sequence[str]
    words: str
    is_today: bool


class Words:
    """How a year's days are told: formats and addresses looked up once, not 365 times."""

    def __init__(self, first: dt.date) -> None:
        self.language = get_language()
        self.form = get_format("DAY_FORMAT", lang=self.language, use_l10n=True)
        self.first, self.address = first.isoformat(), reverse("journal:day", args=[first])
        self.kinds = [str(WORDS.get(kind, NOT_SURE)) for kind in KINDS]
        self.nothing = _("no answer")
        self.answers: dict[int, str] = {}

    def url(self, date: dt.date) -> str:
        return self.address.replace(self.first, date.isoformat())

    def day(self, date: dt.date, heard: DayHeard) -> str:
        told = self._told(heard) if heard.answered else self.nothing
        return f"{day_name(date, self.form, self.language)}: {told}"

    def _told(self, heard: DayHeard) -> str:
        answered = heard.answered
        if answered not in self.answers:
            told = ngettext("%(count)d answer", "%(count)d answers", answered)
            self.answers[answered] = told % {"count": answered}
        words = zip(self.kinds, heard.counts, strict=True)
        parts = [f"{word} {count}" for word, count in words if count]
        return ", ".join([*parts, self.answers[answered]])


def day_in_colour(
    date: dt.date, heard: DayHeard, words: Words, *, is_open: bool, today: dt.date
) -> DayInColour:
    """Draw a day; it is put into words here, once, and not by the template."""
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


def cell(day: DayInColour | None, icons: str) -> str:
    """A day as HTML: addresses are of dates, and only words may have something to escape."""
    if day is None or not day.url:
        return "<li></li>"
    current = ' aria-current="date"' if day.is_today else ""
    colours = "".join(
        f'<b data-emotion="{name}">'
        f'<svg aria-hidden="true"><use href="{icons}#mark-{name}"></use></svg></b>'
        for name in day.colours
    )
    return f'<li><a href="{day.url}" title="{escape(day.words)}"{current}>{colours}</a></li>'
