"""The statistics page: its finding, and its charts in their order."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple

from django_stubs_ext import StrOrPromise

from journal.stats.answers import Answers, answers_of
from journal.stats.charts import (
    agreement,
    all_days,
    beside_before,
    by_hour,
    by_name,
    by_weekday,
    felt,
    latest_day,
    over_time,
    streaks,
)
from journal.stats.charts.base import Chart, Plan
from journal.stats.findings import Finding, finding_of
from journal.stats.intervals import Interval
from spotify_auth.models import User

# In the order of the page. A week's answers for what compares days or hours, a good handful for
# shares of all, and what a person sees at a glance for a single day.
PLANS: list[Plan] = [
    over_time.PLAN,
    beside_before.PLAN,
    felt.PLAN,
    latest_day.PLAN,
    all_days.PLAN,
    by_weekday.PLAN,
    by_hour.PLAN,
    by_name.BY_PHRASE,
    by_name.BY_ARTIST,
    by_name.BY_TAG,
    streaks.PLAN,
    agreement.PLAN,
]


class Few(NamedTuple):
    """A chart that says nothing yet, and what it waits for."""

    title: StrOrPromise
    missing: str


@dataclass(frozen=True)
class Statistics:
    """Everything the page says of an interval.

    `unheard`, `unsure`: answers that are not heard, and those that no model was sure of; `finding`:
    what leads the page; `charts`, `quiet`, `few`: the charts that have something to say, those in
    which nothing stands out, and those that have too few answers.
    """

    interval: Interval
    answers: int
    days: int
    unheard: int
    unsure: int
    finding: Finding | None
    charts: list[Chart]
    quiet: list[Chart]
    few: list[Few]


def statistics_of(
    user: User, interval: Interval, *, today: dt.date, zone: dt.tzinfo, word: str = ""
) -> Statistics:
    """Work out the statistics of an interval, of all its answers or those that a word describes."""
    answers = answers_of(user, interval, zone=zone, word=word)
    heard = answers.tally
    charts, few = _drawn(answers, interval, today) if heard.clear else ([], [])
    return Statistics(
        interval=interval,
        answers=answers.answered,
        days=len(answers.days),
        unheard=answers.answered - heard.total,
        unsure=heard.total - heard.clear,
        finding=finding_of(answers, today=today),
        charts=[chart for chart in charts if not chart.is_quiet],
        quiet=[chart for chart in charts if chart.is_quiet],
        few=few,
    )


def _drawn(answers: Answers, interval: Interval, today: dt.date) -> tuple[list[Chart], list[Few]]:
    """The charts that have enough answers, and the others."""
    charts, few = [], []
    for plan in PLANS:
        missing = plan.least - plan.count(answers)
        if missing <= 0:
            charts.append(Chart(plan, plan.draw(answers, interval, today)))
        elif plan.missing:
            few.append(Few(plan.title, plan.missing % {"count": missing}))
    return charts, few
