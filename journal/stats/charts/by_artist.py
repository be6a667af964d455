"""The artists chosen most."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from journal.emotions.tally import Tally
from journal.stats.answers import Answers
from journal.stats.charts.base import ENOUGH, Drawn, Plan
from journal.stats.charts.by_name import draw_names
from journal.stats.grouping import ByGroup, largest_first
from journal.stats.intervals import Interval
from journal.stats.words import first_of, values_of_first, values_of_level


def summarize(artists: Mapping[str, Tally]) -> ByGroup:
    """Order artists, the most chosen first; songs that name none are left out."""
    return largest_first({name: tally for name, tally in artists.items() if name})


def sentence(summary: ByGroup) -> str:
    """The artists chosen most; empty where none stands out."""
    first = first_of(summary.groups)
    if not first:
        return ""
    if len(first) > 1:
        values = values_of_level(first)
        return _("Most chosen: %(names)s, %(count)d times each.") % values
    values = values_of_first(summary)
    return _("Most chosen: %(name)s, with %(count)d of %(total)d answers%(most)s.") % values


def _draw(answers: Answers, _interval: Interval, _today: dt.date) -> Drawn:
    summary = summarize(answers.artists)
    return draw_names(summary, sentence=sentence(summary), head=str(TITLE))


def _clear_with_artist(answers: Answers) -> int:
    return sum(tally.clear for name, tally in answers.artists.items() if name)


def _missing(count: int) -> str:
    return ngettext(
        "%(count)d more answer with an artist’s name",
        "%(count)d more answers with an artist’s name",
        count,
    ) % {"count": count}


TITLE = gettext_lazy("By artist")
QUIET = gettext_lazy("No artist stands out.")
PLAN = Plan("by_artist", TITLE, ENOUGH, _clear_with_artist, _missing, _draw, quiet=QUIET)
