"""When answers come, and what they are at each hour."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from journal.emotions.tally import Tally
from journal.stats import drawn
from journal.stats.answers import Answers
from journal.stats.charts.base import ENOUGH, Drawn, Plan, more_answers
from journal.stats.grouping import sum_of
from journal.stats.intervals import Interval
from journal.stats.tables import tally_table
from journal.stats.words import clock, first_of, mostly


@dataclass(frozen=True)
class ByHour:
    """A tally per hour of the day, 0 to 23."""

    hours: list[Tally]
    everything: Tally


def summarize(hours: Mapping[int, Tally]) -> ByHour:
    """Put the hours of the day, 0 to 23, in order."""
    return ByHour(
        hours=[hours.get(hour, Tally()) for hour in range(24)], everything=sum_of(hours.values())
    )


def sentence(summary: ByHour) -> str:
    """When most answers come, and what they count as; empty where no hour stands out."""
    first = first_of([(str(hour), tally) for hour, tally in enumerate(summary.hours)])
    if len(first) != 1:
        return ""
    ((hour, tally),) = first
    return _(
        "You answer most between %(start)s and %(end)s: %(count)d of %(total)d answers%(most)s."
    ) % {
        "start": clock(int(hour)),
        "end": clock(int(hour) + 1),
        "count": tally.total,
        "total": summary.everything.total,
        "most": mostly(tally),
    }


def _draw(answers: Answers, _interval: Interval, _today: dt.date) -> Drawn:
    summary = summarize(answers.hours)
    hours = [(clock(hour), tally) for hour, tally in enumerate(summary.hours)]
    return Drawn(
        sentence=sentence(summary),
        drawing={
            "hours": drawn.dial(hours, inner=44, outer=128),
            "parts": summary.everything.parts,
            "clock": quarters(),
        },
        table=tally_table(_("From"), [row for row in hours if row[1].total]),
    )


def quarters() -> list[str]:
    """Midnight, six, noon and six, as the listener's clock says them."""
    return [clock(hour) for hour in (0, 6, 12, 18)]


def _clear_with_hour(answers: Answers) -> int:
    return sum(tally.clear for tally in answers.hours.values())


PLAN = Plan(
    "by_hour",
    gettext_lazy("By hour"),
    2 * ENOUGH,
    _clear_with_hour,
    more_answers,
    _draw,
    quiet=gettext_lazy("No hour of the day stands out."),
)
