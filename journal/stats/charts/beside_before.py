"""These days beside as many days before them."""

import datetime as dt

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from journal.emotions.tally import NAMES, Tally
from journal.stats.answers import Answers
from journal.stats.charts.base import ENOUGH, Drawn, Plan, bar_rows
from journal.stats.intervals import Interval
from journal.stats.tables import tally_table
from journal.stats.words import ALIKE, NOTICEABLE, change_words, listed


def before_sentence(before: Tally, now: Tally) -> str:
    """What changed most; empty where nothing did."""
    moves = {name: abs(now.share(name) - before.share(name)) for name in NAMES}
    largest = max(moves.values())
    if largest < NOTICEABLE:
        return ""
    changes = [change_words(name, before, now) for name in NAMES if moves[name] > largest - ALIKE]
    return f"{capfirst(listed(changes))}."


def _draw(answers: Answers, interval: Interval, _today: dt.date) -> Drawn:
    before = ngettext("The day before", "The %(count)s days before", interval.days)
    now = ngettext("This day", "These %(count)s days", interval.days)
    groups = [
        (before % {"count": intcomma(interval.days)}, answers.before),
        (now % {"count": intcomma(interval.days)}, answers.tally),
    ]
    return Drawn(
        sentence=before_sentence(answers.before, answers.tally),
        drawing={"rows": bar_rows(groups)},
        table=tally_table(_("Days"), groups),
    )


PLAN = Plan(
    "beside_before",
    gettext_lazy("Beside the time before"),
    ENOUGH,
    lambda answers: min(answers.before.clear, answers.tally.clear),
    "",  # what is before does not get more answers by waiting
    _draw,
    quiet=gettext_lazy("No feeling changed by more than 3 points."),
)
