"""How the feelings changed over an interval."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from journal.emotions.counting import DayHeard
from journal.emotions.tally import NAMES, Tally
from journal.stats import geometry
from journal.stats.answers import Answers
from journal.stats.buckets import Bucket, buckets_of
from journal.stats.charts.base import Drawn, Plan, clear, more_answers
from journal.stats.grouping import group_days
from journal.stats.intervals import Interval
from journal.stats.tables import tally_table
from journal.stats.words import ALIKE, COMPARABLE, NOTICEABLE, change_words, leading, listed


@dataclass(frozen=True)
class OverTime:
    """A tally per stretch of time, and of the interval's two halves."""

    buckets: list[tuple[Bucket, Tally]]
    first_half: Tally
    second_half: Tally

    @property
    def everything(self) -> Tally:
        """Both halves together."""
        return Tally(self.first_half.counts + self.second_half.counts)


def summarize(
    days: Mapping[dt.date, DayHeard], buckets: Sequence[Bucket], interval: Interval
) -> OverTime:
    """Count by stretches of time; `buckets` cover the interval in order."""
    starts = [bucket.first for bucket in buckets]
    groups = group_days(days, lambda date: bisect_right(starts, date) - 1)
    middle = interval.first + dt.timedelta(interval.days // 2)
    halves = group_days(days, lambda date: date >= middle)
    return OverTime(
        buckets=[(bucket, groups.get(place, Tally())) for place, bucket in enumerate(buckets)],
        first_half=halves.get(False, Tally()),
        second_half=halves.get(True, Tally()),
    )


def sentence(summary: OverTime) -> str:
    """Which emotions changed most from one half of the time to the other."""
    before, after = summary.first_half, summary.second_half
    if min(before.clear, after.clear) < COMPARABLE:
        return leading(summary.everything)
    moves = {name: after.share(name) - before.share(name) for name in NAMES}
    largest = max(abs(move) for move in moves.values())
    if largest < NOTICEABLE:
        return _("No feeling changed by more than 3 points.")
    changes = [
        change_words(name, before, after) for name in NAMES if abs(moves[name]) > largest - ALIKE
    ]
    return _("%(changes)s from the first half of this time to the second.") % {
        "changes": capfirst(listed(changes))
    }


def _draw(answers: Answers, interval: Interval, _today: dt.date) -> Drawn:
    summary = summarize(answers.days, buckets_of(interval), interval)
    named = [(bucket.name, tally) for bucket, tally in summary.buckets]
    buckets = [bucket for bucket, _tally in summary.buckets]
    middle = [buckets[len(buckets) // 2]] if len(buckets) > 2 else []
    ends = [buckets[0], *middle, *buckets[-1:]] if len(buckets) > 1 else buckets
    return Drawn(
        sentence=sentence(summary),
        drawing={
            "lanes": geometry.lanes([tally for _name, tally in named], summary.everything),
            "ticks": [bucket.tick for bucket in ends],
        },
        table=tally_table(_("Days"), named),
    )


PLAN = Plan("over_time", gettext_lazy("Over time"), 2 * COMPARABLE, clear, more_answers, _draw)
