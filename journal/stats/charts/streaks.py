"""Days with an answer: how many, and how many follow each other. A gap is a gap, no failure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from journal.stats import drawn
from journal.stats.answers import Answers
from journal.stats.charts.base import Drawn, Plan
from journal.stats.intervals import Interval
from journal.stats.tables import Table

LEAST_DAYS = 3
WEEKS_DRAWN = 12


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
    """The days of the interval, and the longest run among them."""

    longest: Run | None
    answered: int
    days: int


def summarize(answered: Sequence[dt.date], interval: Interval) -> Streaks:
    """Find the longest run among answered days in their order, of equal ones the latest."""
    starts = [
        place
        for place, date in enumerate(answered)
        if not place or date - answered[place - 1] > dt.timedelta(1)
    ]
    runs = [
        Run(first=answered[start], last=answered[end - 1])
        for start, end in zip(starts, [*starts[1:], len(answered)], strict=False)
    ]
    return Streaks(
        longest=max(reversed(runs), key=lambda run: run.days, default=None),
        answered=len(answered),
        days=interval.days,
    )


def sentence(summary: Streaks) -> str:
    """How many of the days have an answer, and the longest run."""
    told = ngettext(
        "You answered on %(answered)d of %(days)d day.",
        "You answered on %(answered)d of %(days)d days.",
        summary.days,
    ) % {"answered": summary.answered, "days": summary.days}
    if summary.longest is None or summary.longest.days < LEAST_DAYS:
        return told
    run = _("The longest run: %(count)d days, from %(first)s to %(last)s.") % {
        "count": summary.longest.days,
        "first": _date(summary.longest.first),
        "last": _date(summary.longest.last),
    }
    return f"{told} {run}"


def _draw(answers: Answers, interval: Interval, today: dt.date) -> Drawn:
    answered = list(answers.days)
    summary = summarize(answered, interval)
    # whole weeks, so that a column is a week
    begun = max(interval.first, today - dt.timedelta(7 * (WEEKS_DRAWN - 1)))
    start = begun - dt.timedelta(begun.weekday())
    shown = [start + dt.timedelta(n) for n in range((today - start).days + 1)]
    run = summary.longest
    return Drawn(
        sentence=sentence(summary),
        drawing={
            "summary": summary,
            "days": drawn.punches(shown, set(answered), since=interval.first),
        },
        table=Table(
            head=[_("Run"), _("Days"), _("From"), _("To")],
            rows=[[_("Longest run"), run.days, _date(run.first), _date(run.last)]] if run else [],
        ),
    )


def _days_answered(answers: Answers) -> int:
    return len(answers.days)


def _missing(count: int) -> str:
    return ngettext("an answer on %(count)d more day", "answers on %(count)d more days", count) % {
        "count": count
    }


def _date(date: dt.date) -> str:
    return date_format(date, "DATE_FORMAT")


TITLE = gettext_lazy("Days with an answer")
PLAN = Plan("streaks", TITLE, LEAST_DAYS, _days_answered, _missing, _draw)
