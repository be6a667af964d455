"""The statistics page: its finding, and its charts in their order."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from journal.stats.answers import Answers, Gathered, gather
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
from journal.stats.charts.base import Plan, chart_of
from journal.stats.findings import Finding, finding_of
from journal.stats.intervals import Interval
from journify.web.fragments import key_of
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


@dataclass(frozen=True)
class Statistics:
    """Everything the page says of an interval; what takes long is worked out when it is asked for.

    `gathered`: what it is said of; `key`: of the page's part that says it.
    """

    interval: Interval
    gathered: Gathered
    today: dt.date
    key: str

    @cached_property
    def counted(self) -> Answers:
        return self.gathered.answers()

    @property
    def answers(self) -> int:
        return self.counted.answered

    @property
    def days(self) -> int:
        return len(self.counted.days)

    @property
    def unheard(self) -> int:
        """Those that are not heard."""
        return self.answers - self.counted.tally.total

    @property
    def unsure(self) -> int:
        """Those that no model was sure of."""
        return self.counted.tally.total - self.counted.tally.clear

    @cached_property
    def finding(self) -> Finding | None:
        return finding_of(self.counted, today=self.today)

    @property
    def charts(self) -> list[dict[str, Any]]:
        """The charts that have something to say."""
        return [chart for chart in self._drawn[0] if not chart["is_quiet"]]

    @property
    def quiet(self) -> list[dict[str, Any]]:
        """Those in which nothing stands out."""
        return [chart for chart in self._drawn[0] if chart["is_quiet"]]

    @property
    def few(self) -> list[dict[str, Any]]:
        """Those that have too few answers."""
        return self._drawn[1]

    @cached_property
    def _drawn(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        charts, few = [], []
        for plan in PLANS if self.counted.tally.clear else ():
            missing = plan.least - plan.count(self.counted)
            if missing <= 0:
                drawn = plan.draw(self.counted, self.interval, self.today)
                charts.append(chart_of(plan.key, plan.title, drawn, quiet=plan.quiet))
            elif plan.missing:
                few.append({"title": plan.title, "missing": plan.missing % {"count": missing}})
        return charts, few


def statistics_of(
    user: User, interval: Interval, *, today: dt.date, zone: dt.tzinfo, word: str = ""
) -> Statistics:
    """Count the answers of an interval, all of them or those that a word describes."""
    found = gather(user, interval, zone=zone, word=word)
    return Statistics(interval, found, today, key_of(interval, found, today, word))
