"""What was played on the days with each tag."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from journal.stats.answers import Answers
from journal.stats.charts.base import Drawn, Plan
from journal.stats.charts.by_name import draw_names
from journal.stats.grouping import ByGroup, days_by_tag, largest_first, tally_of_days
from journal.stats.intervals import Interval
from journal.stats.words import first_of, values_of_first, values_of_level

LEAST_DAYS = 3


def summarize(answers: Answers) -> ByGroup:
    """Order tags by the answers of their days; those of a day or two are no habit."""
    days = answers.tags.items()
    return largest_first(
        {tag: tally_of_days(some) for tag, some in days if len(some) >= LEAST_DAYS}
    )


def sentence(summary: ByGroup) -> str:
    """The tags with most answers; empty where none stands out."""
    first = first_of(summary.groups)
    if not first:
        return ""
    if len(first) > 1:
        values = values_of_level(first, quoted=True)
        return _("Most answers on days with %(names)s: %(count)d each.") % values
    values = values_of_first(summary)
    return _("Most answers on days with “%(name)s”: %(count)d%(most)s.") % values


def _draw(answers: Answers, _interval: Interval, _today: dt.date) -> Drawn:
    summary = summarize(answers)
    return draw_names(summary, sentence=sentence(summary), head=str(TITLE))


def _days_of_commonest(answers: Answers) -> int:
    return max(map(len, answers.tags.values()), default=0)


def _missing(count: int) -> str:
    return ngettext(
        "%(count)d more day with one tag, and answers",
        "%(count)d more days with one tag, and answers",
        count,
    ) % {"count": count}


TITLE = gettext_lazy("By tag")
QUIET = gettext_lazy("No tag stands out.")
PLAN = Plan("by_tag", TITLE, LEAST_DAYS, _days_of_commonest, _missing, _draw, quiet=QUIET)
