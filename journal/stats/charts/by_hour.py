"""When answers come, and what they are at each hour."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from journal.emotions.counting import sum_of
from journal.emotions.tally import Tally
from journal.stats import drawn
from journal.stats.answers import Answers
from journal.stats.charts.base import ENOUGH, MORE_ANSWERS, Drawn, Plan
from journal.stats.intervals import Interval
from journal.stats.tables import tally_table
from journal.stats.words import clock, first_of, mostly


def hour_sentence(hours: Mapping[int, Tally]) -> str:
    """When most answers come, and what they count as; empty where no hour stands out."""
    first = first_of(list(hours.items()))
    if len(first) != 1:
        return ""
    ((hour, tally),) = first
    return _(
        "You answer most between %(start)s and %(end)s: %(count)s of %(total)s answers%(most)s."
    ) % {
        "start": clock(hour),
        "end": clock(hour + 1),
        "count": intcomma(tally.total),
        "total": intcomma(sum(each.total for each in hours.values())),
        "most": mostly(tally),
    }


def in_order(hours: Mapping[int, Tally]) -> list[Tally]:
    """What was heard in each hour of the day, 0 to 23."""
    return [hours.get(hour, Tally()) for hour in range(24)]


def drawing_of(tallies: list[Tally]) -> dict[str, Any]:
    """Draw the 24 hours round a clock, which the listener's own says at its quarters."""
    hours = [(clock(hour), tally) for hour, tally in enumerate(tallies)]
    return {
        "hours": drawn.dial(hours, inner=44, outer=128),
        "parts": sum_of(tallies).parts,
        "clock": quarters(),
    }


def _draw(answers: Answers, _interval: Interval, _today: dt.date) -> Drawn:
    tallies = in_order(answers.hours)
    rows = [(clock(hour), tally) for hour, tally in enumerate(tallies) if tally.total]
    return Drawn(hour_sentence(answers.hours), drawing_of(tallies), tally_table(_("From"), rows))


def quarters() -> list[str]:
    """Midnight, six, noon and six, as the listener's clock says them."""
    return [clock(hour) for hour in (0, 6, 12, 18)]


PLAN = Plan(
    "by_hour",
    gettext_lazy("By hour"),
    2 * ENOUGH,
    lambda answers: sum(tally.clear for tally in answers.hours.values()),
    MORE_ANSWERS,
    _draw,
    quiet=gettext_lazy("No hour of the day stands out."),
)
