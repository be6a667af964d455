"""What the listener felt, beside what was played on the same days."""

import datetime as dt
from collections.abc import Mapping

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from classifier.emotions.readings import WORDS
from journal.emotions.counting import tally_of_days
from journal.emotions.tally import NAMES, Tally
from journal.stats.answers import Answers
from journal.stats.charts.base import Drawn, Plan, bar_rows
from journal.stats.intervals import Interval
from journal.stats.tables import tally_table
from journal.stats.words import COMPARABLE, listed_words


def _summarize(answers: Answers) -> Mapping[str, tuple[int, Tally]]:
    """By each feeling that was felt: on how many days, and what was played on them.

    A day with two feelings counts for both; one of which nothing is heard for none.
    """
    both, found = _both(answers), {}
    for name in NAMES:
        days = [answers.days[date] for date, felt in both.items() if name in felt]
        if days:
            found[name] = (len(days), tally_of_days(days))
    return found


def _sentence(summary: Mapping[str, tuple[int, Tally]]) -> str:
    """What was played on the days of the feeling that was felt most often."""
    name = max(summary, key=lambda each: summary[each][0])
    days, tally = summary[name]
    leaders = tally.leaders
    values = {
        "days": intcomma(days),
        "felt": WORDS[name],
        "words": listed_words(leaders),
        "count": intcomma(leaders[0].count),
        "total": intcomma(tally.total),
    }
    return (
        ngettext(
            "On the day you felt %(felt)s, you played %(words)s most: "
            "%(count)s of %(total)s songs.",
            "On the %(days)s days you felt %(felt)s, you played %(words)s most: "
            "%(count)s of %(total)s songs.",
            days,
        )
        % values
    )


def _draw(answers: Answers, _interval: Interval, _today: dt.date) -> Drawn:
    summary = _summarize(answers)
    groups = [(capfirst(str(WORDS[name])), tally) for name, (_days, tally) in summary.items()]
    return Drawn(
        sentence=_sentence(summary),
        drawing={"rows": bar_rows(groups)},
        table=tally_table(_("You felt"), groups),
    )


def _both(answers: Answers) -> Mapping[dt.date, tuple[str, ...]]:
    """What was felt on the days of which something was heard, too."""
    return {
        day.date: day.emotions
        for day in answers.felt
        if day.emotions
        and day.date in answers.days
        and tally_of_days([answers.days[day.date]]).clear
    }


PLAN = Plan(
    "felt",
    gettext_lazy("Felt and played"),
    COMPARABLE,
    lambda answers: len(_both(answers)),
    ngettext_lazy(
        "%(count)d more day on which you say how it was, and answer",
        "%(count)d more days on which you say how it was, and answer",
        "count",
    ),
    _draw,
)
