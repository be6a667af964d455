"""What every chart is made of, and what plans one."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.templatetags.static import static
from django.utils.safestring import SafeString
from django.utils.translation import ngettext_lazy
from django_stubs_ext import StrOrPromise

from journal.emotions.tally import Tally
from journal.stats import drawn
from journal.stats.answers import Answers
from journal.stats.intervals import Interval
from journal.stats.tables import Table

ENOUGH = 10  # answers of which shares say something
# What a chart waits for that counts all answers.
MORE_ANSWERS = ngettext_lazy("%(count)d more answer", "%(count)d more answers", "count")


class Drawn(NamedTuple):
    """What a chart's file makes of the answers: nothing stands out where the sentence is empty."""

    sentence: str
    drawing: dict[str, Any]
    table: Table


@dataclass(frozen=True)
class Plan:
    """How a chart is made, and the least of what it counts that it takes to say anything.

    Below that, shares are chance: 1 of 2 is no half. `missing` is empty where waiting brings no
    more. `quiet` is what it says where nothing of it stands out; where that is empty, it always has
    something to say.
    """

    key: str
    title: StrOrPromise
    least: int
    count: Callable[[Answers], int]
    missing: StrOrPromise
    draw: Callable[[Answers, Interval, dt.date], Drawn]
    quiet: StrOrPromise = ""


def chart_of(
    key: str, title: StrOrPromise, drawn: Drawn, *, quiet: StrOrPromise = ""
) -> dict[str, Any]:
    """What a page shows of a chart; `quiet` is its sentence where nothing stands out."""
    return {
        "key": key,
        "title": title,
        "is_quiet": not drawn.sentence,
        "sentence": drawn.sentence or quiet,
        "drawing": drawn.drawing,
        "table": drawn.table,
        "template": f"journal/stats/_{key}.html",
    }


def count_clear(answers: Answers) -> int:
    return answers.tally.clear


def bar_rows(groups: Sequence[tuple[str, Tally]]) -> SafeString:
    return drawn.bars(groups, icons=static("img/icons.svg"))
