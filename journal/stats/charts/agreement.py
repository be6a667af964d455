"""How often the model and the listener agree."""

import datetime as dt
from collections import Counter
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from classifier.emotions.readings import WORDS
from journal.emotions.tally import NAMES
from journal.stats.answers import Answers
from journal.stats.charts.base import Drawn, Plan
from journal.stats.intervals import Interval
from journal.stats.tables import Table
from journal.stats.words import REPEATED

LEAST_LABELS = 5
LARGEST_DOT = 44


def agreement_sentence(pairs: Counter[tuple[str, str]]) -> str:
    """How often model and listener use the same word, and where they most often do not."""
    total, agreed = pairs.total(), sum(pairs[name, name] for name in NAMES)
    told = ngettext(
        "The model agrees with you on %(agreed)s of %(total)s song you labelled "
        "(%(percent)d\xa0%%).",
        "The model agrees with you on %(agreed)s of %(total)s songs you labelled "
        "(%(percent)d\xa0%%).",
        total,
    ) % {
        "total": intcomma(total),
        "agreed": intcomma(agreed),
        "percent": round(100 * agreed / total),
    }
    mixed = Counter({pair: count for pair, count in pairs.items() if pair[0] != pair[1]})
    counts = [*sorted(mixed.values(), reverse=True), 0]
    if counts[0] < REPEATED or counts[0] == counts[1]:  # none, by chance, or several
        return told
    (heard, said), count = mixed.most_common(1)[0]
    where = _("Most often it hears %(heard)s where you hear %(said)s: %(count)s times.")
    values = {"heard": WORDS[heard], "said": WORDS[said], "count": intcomma(count)}
    return f"{told} {where % values}"


def _draw(answers: Answers, _interval: Interval, _today: dt.date) -> Drawn:
    pairs = answers.pairs
    return Drawn(
        sentence=agreement_sentence(pairs),
        drawing={"total": pairs.total(), "rows": _dots(pairs)},
        table=Table(
            head=[_("The model heard"), *(_("you say %s") % WORDS[name] for name in NAMES)],
            rows=[[WORDS[heard], *(pairs[heard, said] for said in NAMES)] for heard in NAMES],
        ),
    )


def _dots(pairs: Counter[tuple[str, str]]) -> list[dict[str, Any]]:
    """A row for what the model heard, in it a dot for what the listener says."""
    most = max(pairs.values(), default=0) or 1
    return [
        {
            "name": heard,
            "word": WORDS[heard],
            "cells": [
                {
                    "name": said,
                    "count": pairs[heard, said],
                    # the area tells the count
                    "radius": round(LARGEST_DOT * (pairs[heard, said] / most) ** 0.5, 1),
                    "is_same": heard == said,
                }
                for said in NAMES
            ],
        }
        for heard in NAMES
    ]


PLAN = Plan(
    "agreement",
    gettext_lazy("The model and you"),
    LEAST_LABELS,
    lambda answers: answers.pairs.total(),
    ngettext_lazy(
        "%(count)d more song of which you say what you hear",
        "%(count)d more songs of which you say what you hear",
        "count",
    ),
    _draw,
)
