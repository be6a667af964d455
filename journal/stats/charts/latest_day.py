"""The latest day on which a feeling was heard."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from journal.emotions.counting import DayHeard
from journal.emotions.tally import Tally, tally_of
from journal.stats import geometry
from journal.stats.answers import Answers
from journal.stats.charts.base import Drawn, Plan
from journal.stats.intervals import Interval
from journal.stats.tables import share_table
from journal.stats.words import listed_words

AT_A_GLANCE = 3  # answers of a single day that say something


@dataclass(frozen=True)
class Day:
    """A day and what was heard on it."""

    date: dt.date
    tally: Tally


def summarize(days: Mapping[dt.date, DayHeard]) -> Day | None:
    """The latest day of which an emotion is known."""
    for date in sorted(days, reverse=True):
        tally = tally_of(days[date].counts)
        if tally.clear:
            return Day(date=date, tally=tally)
    return None


def sentence(day: Day) -> str:
    """What the day sounded like most."""
    leaders = day.tally.leaders
    values = {
        "date": date_format(day.date, "DAY_FORMAT"),
        "count": leaders[0].count,
        "total": day.tally.total,
        "words": listed_words(leaders),
    }
    if leaders[0].count == day.tally.total:
        return (
            ngettext(
                "%(date)s: its one answer was %(words)s.",
                "%(date)s: all %(total)d answers were %(words)s.",
                day.tally.total,
            )
            % values
        )
    if len(leaders) > 1:
        return _("%(date)s: %(words)s are level, %(count)d of %(total)d answers each.") % values
    return _("%(date)s: %(count)d of %(total)d answers were %(words)s.") % values


def _draw(answers: Answers, _interval: Interval, _today: dt.date) -> Drawn:
    day = summarize(answers.days)
    assert day is not None  # it takes some answers to get here
    return Drawn(
        sentence=sentence(day),
        drawing={"day": day, "sectors": geometry.ring(day.tally, inner=62, outer=134)},
        table=share_table(day.tally),
    )


def _clear_on_that_day(answers: Answers) -> int:
    day = summarize(answers.days)
    return day.tally.clear if day else 0


def _missing(count: int) -> str:
    return ngettext(
        "%(count)d more answer on that day", "%(count)d more answers on that day", count
    ) % {"count": count}


TITLE = gettext_lazy("The latest day")
PLAN = Plan("latest_day", TITLE, AT_A_GLANCE, _clear_on_that_day, _missing, _draw)
