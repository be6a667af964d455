"""How often the model and the listener agree."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from classifier.emotions.readings import WORDS
from journal.emotions.tally import NAMES
from journal.stats.answers import Answers
from journal.stats.charts.base import Drawn, Plan
from journal.stats.intervals import Interval
from journal.stats.tables import Table
from journal.stats.words import REPEATED

LEAST_LABELS = 5
LARGEST_DOT = 44


@dataclass(frozen=True)
class Agreement:
    """Songs that the listener labelled and a model was sure of, counted by (heard, said)."""

    pairs: Counter[tuple[str, str]]

    @property
    def total(self) -> int:
        """All of these songs."""
        return sum(self.pairs.values())

    @property
    def agreed(self) -> int:
        """Those of one word."""
        return sum(self.pairs[name, name] for name in NAMES)

    @property
    def worst(self) -> tuple[str, str] | None:
        """The commonest mix-up: what was heard, and what the listener says; None if several are."""
        mixed = Counter({pair: count for pair, count in self.pairs.items() if pair[0] != pair[1]})
        first, second = [*mixed.most_common(2), (None, 0), (None, 0)][:2]
        return first[0] if first[1] > second[1] else None


def sentence(summary: Agreement) -> str:
    """How often model and listener use the same word, and where they most often do not."""
    parts = [
        ngettext(
            "The model agrees with you on %(agreed)d of %(total)d song you labelled "
            "(%(percent)d\xa0%%).",
            "The model agrees with you on %(agreed)d of %(total)d songs you labelled "
            "(%(percent)d\xa0%%).",
            summary.total,
        )
        % {
            "total": summary.total,
            "agreed": summary.agreed,
            "percent": round(100 * summary.agreed / summary.total),
        }
    ]
    if summary.worst is not None and summary.pairs[summary.worst] >= REPEATED:
        heard, said = summary.worst
        parts.append(
            _("Most often it hears %(heard)s where you hear %(said)s: %(count)d times.")
            % {
                "heard": WORDS[heard],
                "said": WORDS[said],
                "count": summary.pairs[summary.worst],
            }
        )
    return " ".join(parts)


def _draw(answers: Answers, _interval: Interval, _today: dt.date) -> Drawn:
    summary = Agreement(answers.pairs)
    return Drawn(
        sentence=sentence(summary),
        drawing={"summary": summary, "rows": _dots(summary)},
        table=Table(
            head=[_("The model heard"), *(_("you say %s") % WORDS[name] for name in NAMES)],
            rows=[
                [WORDS[heard], *(summary.pairs[heard, said] for said in NAMES)] for heard in NAMES
            ],
        ),
    )


def _dots(summary: Agreement) -> list[dict[str, Any]]:
    """A row for what the model heard, in it a dot for what the listener says."""
    most = max(summary.pairs.values(), default=0) or 1
    return [
        {
            "name": heard,
            "word": WORDS[heard],
            "cells": [
                {
                    "name": said,
                    "count": summary.pairs[heard, said],
                    # the area tells the count
                    "radius": round(LARGEST_DOT * (summary.pairs[heard, said] / most) ** 0.5, 1),
                    "is_same": heard == said,
                }
                for said in NAMES
            ],
        }
        for heard in NAMES
    ]


def _labelled(answers: Answers) -> int:
    return answers.pairs.total()


def _missing(count: int) -> str:
    return ngettext(
        "%(count)d more song of which you say what you hear",
        "%(count)d more songs of which you say what you hear",
        count,
    ) % {"count": count}


TITLE = gettext_lazy("The model and you")
PLAN = Plan("agreement", TITLE, LEAST_LABELS, _labelled, _missing, _draw)
