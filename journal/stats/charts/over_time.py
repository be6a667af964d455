"""How the feelings changed over an interval."""

import datetime as dt
from bisect import bisect_right
from collections.abc import Mapping

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from journal.emotions.counting import DayHeard, group_days
from journal.emotions.tally import NAMES, Tally
from journal.stats import geometry
from journal.stats.answers import Answers
from journal.stats.buckets import buckets_of
from journal.stats.charts.base import MORE_ANSWERS, Drawn, Plan, count_clear
from journal.stats.intervals import Interval
from journal.stats.tables import tally_table
from journal.stats.words import ALIKE, COMPARABLE, NOTICEABLE, change_words, leading, listed


def halves_of(days: Mapping[dt.date, DayHeard], interval: Interval) -> tuple[Tally, Tally]:
    """Count the first half of an interval, and its second."""
    middle = interval.first + dt.timedelta(interval.days // 2)
    halves = group_days(days, lambda date: date >= middle)
    return halves.get(False, Tally()), halves.get(True, Tally())


def change_sentence(before: Tally, after: Tally) -> str:
    """Which emotions changed most from one half of the time to the other."""
    if min(before.clear, after.clear) < COMPARABLE:
        return leading(Tally(before.counts + after.counts))
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
    buckets = buckets_of(interval)
    starts = [bucket.first for bucket in buckets]
    groups = group_days(answers.days, lambda date: bisect_right(starts, date) - 1)
    named = [(bucket.name, groups.get(place, Tally())) for place, bucket in enumerate(buckets)]
    middle = [buckets[len(buckets) // 2]] if len(buckets) > 2 else []
    ends = [buckets[0], *middle, *buckets[-1:]] if len(buckets) > 1 else buckets
    return Drawn(
        sentence=change_sentence(*halves_of(answers.days, interval)),
        drawing={
            "lanes": geometry.lanes([tally for _name, tally in named], answers.tally),
            "ticks": [bucket.tick for bucket in ends],
        },
        table=tally_table(_("Days"), named),
    )


PLAN = Plan(
    "over_time", gettext_lazy("Over time"), 2 * COMPARABLE, count_clear, MORE_ANSWERS, _draw
)
