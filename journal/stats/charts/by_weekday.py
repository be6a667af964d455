"""How the weekdays differ."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from classifier.emotions.readings import WORDS
from journal.emotions.tally import NAMES, Tally
from journal.stats.answers import Answers
from journal.stats.charts.base import ENOUGH, Drawn, Plan, bars, clear, more_answers
from journal.stats.grouping import ByGroup, sum_of
from journal.stats.intervals import Interval
from journal.stats.tables import tally_table
from journal.stats.words import ALIKE, COMPARABLE, MOST_LEVEL, NOTICEABLE, leading


def summarize(groups: Mapping[int, Tally], weekdays: Sequence[str]) -> ByGroup:
    """Name the tallies of the weekdays of pages; `weekdays` are their names, Monday first."""
    return ByGroup(
        groups=[(name, groups.get(day, Tally())) for day, name in enumerate(weekdays)],
        everything=sum_of(groups.values()),
    )


def sentence(summary: ByGroup) -> str:
    """Where weekdays differ most from the whole week; empty where none stands out."""
    everything = summary.everything
    days = [(day, tally) for day, tally in summary.groups if tally.clear >= COMPARABLE]
    if not days:
        return leading(everything)
    gains = {
        (day, name): tally.share(name) - everything.share(name)
        for day, tally in days
        for name in NAMES
    }
    largest = max(gains.values())
    found = [key for key, gain in gains.items() if gain > largest - ALIKE]
    if largest < NOTICEABLE or len(found) > MOST_LEVEL:
        return ""
    shares = dict(days)
    return " ".join(
        _("%(day)s stands out: %(share)d\xa0%% %(word)s, against %(usual)d\xa0%% overall.")
        % {
            "day": day,
            "word": WORDS[name],
            "share": round(100 * shares[day].share(name)),
            "usual": round(100 * everything.share(name)),
        }
        for day, name in found
    )


def _draw(answers: Answers, _interval: Interval, _today: dt.date) -> Drawn:
    summary = summarize(answers.weekdays, [str(WEEKDAYS[day]) for day in range(7)])
    return Drawn(
        sentence=sentence(summary),
        drawing={"rows": bars(summary.groups)},
        table=tally_table(_("Weekday"), summary.groups),
    )


PLAN = Plan(
    "by_weekday",
    gettext_lazy("By weekday"),
    2 * ENOUGH,
    clear,
    more_answers,
    _draw,
    quiet=gettext_lazy("No weekday sounds different from the others."),
)
