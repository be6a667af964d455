"""All days of an interval together."""

import datetime as dt

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from journal.emotions.tally import Tally
from journal.stats import geometry
from journal.stats.answers import Answers
from journal.stats.charts.base import ENOUGH, MORE_ANSWERS, Drawn, Plan, count_clear
from journal.stats.intervals import Interval
from journal.stats.tables import share_table
from journal.stats.words import leading, listed_words


def all_days_sentence(tally: Tally, *, days: int) -> str:
    """Which emotions come first and last over so many days of which something is heard."""
    first, last = tally.leaders, tally.last
    if not first:
        return _("Not sure about any of these songs.")
    if first[0].count == last[0].count:
        return _("All four feelings are equal over these days.")
    if first[0].count == tally.total:
        return leading(tally)
    values = {
        "days": intcomma(days),
        "first": listed_words(first),
        "most": first[0].percent,
        "last": listed_words(last),
        "fewest": last[0].percent,
    }
    if not last[0].count:
        return (
            ngettext(
                "Most often %(first)s (%(most)d\xa0%%) on %(days)s day; never %(last)s.",
                "Most often %(first)s (%(most)d\xa0%%) over %(days)s days; never %(last)s.",
                days,
            )
            % values
        )
    return (
        ngettext(
            "Most often %(first)s (%(most)d\xa0%%) on %(days)s day; "
            "least often %(last)s (%(fewest)d\xa0%%).",
            "Most often %(first)s (%(most)d\xa0%%) over %(days)s days; "
            "least often %(last)s (%(fewest)d\xa0%%).",
            days,
        )
        % values
    )


def _draw(answers: Answers, _interval: Interval, _today: dt.date) -> Drawn:
    tally, days = answers.tally, sum(any(day.counts) for day in answers.days.values())
    return Drawn(
        sentence=all_days_sentence(tally, days=days),
        drawing={
            "radar": geometry.radar(tally, radius=122, marks_at=140),
            "parts": tally.parts,
        },
        table=share_table(tally),
    )


PLAN = Plan("all_days", gettext_lazy("All these days"), ENOUGH, count_clear, MORE_ANSWERS, _draw)
