"""Days with an answer: how many, and how many follow each other. A gap is a gap, no failure."""

import datetime as dt
from collections.abc import Sequence

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from journal.stats import drawn
from journal.stats.answers import Answers
from journal.stats.charts.base import Drawn, Plan
from journal.stats.intervals import Interval
from journal.stats.tables import Table

LEAST_DAYS = 3
WEEKS_DRAWN = 12


def _longest_run(answered: Sequence[dt.date]) -> Sequence[dt.date]:
    """Find the most days in a row among answered days in their order, of equal runs the latest."""
    starts = [
        place
        for place, date in enumerate(answered)
        if not place or date - answered[place - 1] > dt.timedelta(1)
    ]
    ends = [*starts[1:], len(answered)]
    runs = [answered[start:end] for start, end in zip(starts, ends, strict=False)]
    return max(reversed(runs), key=len, default=())


def streak_sentence(answered: Sequence[dt.date], interval: Interval) -> str:
    """How many of the days have an answer, and the longest run."""
    told = ngettext(
        "You answered on %(answered)s of %(days)s day.",
        "You answered on %(answered)s of %(days)s days.",
        interval.days,
    ) % {"answered": intcomma(len(answered)), "days": intcomma(interval.days)}
    run = _longest_run(answered)
    if len(run) < LEAST_DAYS:
        return told
    longest = _("The longest run: %(count)s days, from %(first)s to %(last)s.")
    values = {"count": intcomma(len(run)), "first": _date(run[0]), "last": _date(run[-1])}
    return f"{told} {longest % values}"


def _draw(answers: Answers, interval: Interval, today: dt.date) -> Drawn:
    answered = list(answers.days)
    # whole weeks, so that a column is a week
    begun = max(interval.first, today - dt.timedelta(7 * (WEEKS_DRAWN - 1)))
    start = begun - dt.timedelta(begun.weekday())
    shown = [start + dt.timedelta(n) for n in range((today - start).days + 1)]
    run = _longest_run(answered)
    return Drawn(
        sentence=streak_sentence(answered, interval),
        drawing={
            "answered": len(answered),
            "days": interval.days,
            "longest": len(run),
            "punches": drawn.punches(shown, set(answered), since=interval.first),
        },
        table=Table(
            head=[_("Run"), _("Days"), _("From"), _("To")],
            rows=[[_("Longest run"), len(run), _date(run[0]), _date(run[-1])]] if run else [],
        ),
    )


def _date(date: dt.date) -> str:
    return date_format(date, "DATE_FORMAT")


PLAN = Plan(
    "streaks",
    gettext_lazy("Days with an answer"),
    LEAST_DAYS,
    lambda answers: len(answers.days),
    ngettext_lazy("an answer on %(count)d more day", "answers on %(count)d more days", "count"),
    _draw,
)
