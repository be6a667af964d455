"""The latest day on which a feeling was heard."""

import datetime as dt
from collections.abc import Mapping

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from journal.emotions.counting import DayHeard
from journal.emotions.tally import Tally, tally_of
from journal.stats import geometry
from journal.stats.answers import Answers
from journal.stats.charts.base import Drawn, Plan
from journal.stats.intervals import Interval
from journal.stats.tables import share_table
from journal.stats.words import listed_words

AT_A_GLANCE = 3  # answers of a single day that say something


def latest_of(days: Mapping[dt.date, DayHeard]) -> tuple[dt.date, Tally] | None:
    """The latest day of which an emotion is known, and what was heard on it."""
    tallies = ((date, tally_of(days[date].counts)) for date in sorted(days, reverse=True))
    return next(((date, tally) for date, tally in tallies if tally.clear), None)


def latest_day_sentence(date: dt.date, tally: Tally) -> str:
    """What the day sounded like most."""
    leaders = tally.leaders
    values = {
        "date": date_format(date, "DAY_FORMAT"),
        "count": leaders[0].count,
        "total": tally.total,
        "words": listed_words(leaders),
    }
    if leaders[0].count == tally.total:
        return (
            ngettext(
                "%(date)s: its one answer was %(words)s.",
                "%(date)s: all %(total)d answers were %(words)s.",
                tally.total,
            )
            % values
        )
    if len(leaders) > 1:
        return _("%(date)s: %(words)s are level, %(count)d of %(total)d answers each.") % values
    return _("%(date)s: %(count)d of %(total)d answers were %(words)s.") % values


def _draw(answers: Answers, _interval: Interval, _today: dt.date) -> Drawn:
    latest = latest_of(answers.days)
    assert latest is not None  # it takes some answers to get here
    date, tally = latest
    sectors = geometry.ring(tally, inner=62, outer=134)
    return Drawn(
        sentence=latest_day_sentence(date, tally),
        drawing={"date": date, "tally": tally, "sectors": sectors},
        table=share_table(tally),
    )


def _clear_on_that_day(answers: Answers) -> int:
    latest = latest_of(answers.days)
    return latest[1].clear if latest else 0


PLAN = Plan(
    "latest_day",
    gettext_lazy("The latest day"),
    AT_A_GLANCE,
    _clear_on_that_day,
    ngettext_lazy(
        "%(count)d more answer on that day", "%(count)d more answers on that day", "count"
    ),
    _draw,
)
