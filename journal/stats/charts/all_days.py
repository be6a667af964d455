"""All days of an interval together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from journal.emotions.counting import DayHeard
from journal.emotions.tally import Tally, tally_of
from journal.stats import geometry
from journal.stats.answers import Answers
from journal.stats.charts.base import ENOUGH, Drawn, Plan, clear, more_answers
from journal.stats.intervals import Interval
from journal.stats.tables import share_table
from journal.stats.words import leading, listed_words


@dataclass(frozen=True)
class AllDays:
    """All the interval's days of which something is heard."""

    days: int
    tally: Tally


def summarize(days: Mapping[dt.date, DayHeard]) -> AllDays:
    """Add up all days of which something is heard."""
    heard = [day.counts for day in days.values() if any(day.counts)]
    return AllDays(days=len(heard), tally=tally_of(*heard))


def sentence(summary: AllDays) -> str:
    """Which emotions come first and last over all days."""
    first, last = summary.tally.leaders, summary.tally.last
    if not first:
        return _("Not sure about any of these songs.")
    if first[0].count == last[0].count:
        return _("All four feelings are equal over these days.")
    if first[0].count == summary.tally.total:
        return leading(summary.tally)
    values = {
        "days": summary.days,
        "first": listed_words(first),
        "most": first[0].percent,
        "last": listed_words(last),
        "fewest": last[0].percent,
    }
    if not last[0].count:
        return (
            ngettext(
                "Most often %(first)s (%(most)d\xa0%%) on %(days)d day; never %(last)s.",
                "Most often %(first)s (%(most)d\xa0%%) over %(days)d days; never %(last)s.",
                summary.days,
            )
            % values
        )
    return (
        ngettext(
            "Most often %(first)s (%(most)d\xa0%%) on %(days)d day; "
            "least often %(last)s (%(fewest)d\xa0%%).",
            "Most often %(first)s (%(most)d\xa0%%) over %(days)d days; "
            "least often %(last)s (%(fewest)d\xa0%%).",
            summary.days,
        )
        % values
    )


def _draw(answers: Answers, _interval: Interval, _today: dt.date) -> Drawn:
    summary = summarize(answers.days)
    return Drawn(
        sentence=sentence(summary),
        drawing={
            "radar": geometry.radar(summary.tally, radius=122, marks_at=140),
            "parts": summary.tally.parts,
        },
        table=share_table(summary.tally),
    )


PLAN = Plan("all_days", gettext_lazy("All these days"), ENOUGH, clear, more_answers, _draw)
