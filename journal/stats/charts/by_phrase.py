"""The phrases answered most."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from journal.emotions.tally import Tally
from journal.stats.answers import Answers
from journal.stats.charts.base import ENOUGH, Drawn, Plan, clear, more_answers
from journal.stats.charts.by_name import draw_names
from journal.stats.grouping import ByGroup, largest_first
from journal.stats.intervals import Interval
from journal.stats.words import first_of, values_of_first, values_of_level


def summarize(phrases: Mapping[str, Tally]) -> ByGroup:
    """Order phrases, the most answered first."""
    return largest_first(phrases)


def sentence(summary: ByGroup) -> str:
    """The phrases answered most; empty where none stands out."""
    first = first_of(summary.groups)
    if not first:
        return ""
    if len(first) > 1:
        values = values_of_level(first, quoted=True)
        return _("Most answered: %(names)s, %(count)d times each.") % values
    values = values_of_first(summary)
    return _("Most answered: “%(name)s”, with %(count)d of %(total)d answers%(most)s.") % values


def _draw(answers: Answers, _interval: Interval, _today: dt.date) -> Drawn:
    summary = summarize(answers.phrases)
    return draw_names(summary, sentence=sentence(summary), head=str(TITLE))


TITLE = gettext_lazy("By phrase")
QUIET = gettext_lazy("No phrase stands out.")
PLAN = Plan("by_phrase", TITLE, ENOUGH, clear, more_answers, _draw, quiet=QUIET)
