"""What a chart shows, in numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.humanize.templatetags.humanize import intcomma
from django.utils.html import escape
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from classifier.emotions.readings import NOT_SURE, WORDS
from classifier.serving.results import UNSURE
from journal.emotions.tally import KINDS, NAMES, Tally
from journify.web.markup import join_markup

UNGROUPED = 1000  # smaller numbers have no separator


@dataclass(frozen=True)
class Table:
    """A table's head and its rows, each begun by what it is about."""

    head: list[str]
    rows: list[list[Any]]
    note: str = ""

    @property
    def head_cells(self) -> SafeString:
        """Its head as HTML, escaped."""
        return join_markup(f'<th scope="col">{escape(name)}</th>' for name in self.head)

    @property
    def body(self) -> SafeString:
        """Its rows as HTML, escaped; a thousand cells take a template ten times as long."""
        return join_markup(
            f'<tr><th scope="row">{escape(head)}</th>'
            f"<td>{'</td><td>'.join(map(_cell, cells))}</td></tr>"
            for head, *cells in self.rows
        )


def tally_table(first: str, groups: Sequence[tuple[str, Tally]], *, note: str = "") -> Table:
    """A row a group, a column an emotion, and one for "not sure" where there is any."""
    is_unsure = any(tally.counts[UNSURE] for _name, tally in groups)
    kinds = KINDS if is_unsure else NAMES
    return Table(
        head=[first, *(str(WORDS.get(kind, NOT_SURE)) for kind in kinds), _("all")],
        rows=[
            [name, *(tally.counts[kind] for kind in kinds), tally.total] for name, tally in groups
        ],
        note=note,
    )


def share_table(tally: Tally) -> Table:
    """A row a feeling: how many answers, and which share of all."""
    return Table(
        head=[_("Feeling"), _("Answers"), _("Share")],
        rows=[
            [part.word, part.count, _("%(percent)d\xa0%%") % {"percent": part.percent}]
            for part in tally.parts
        ],
    )


def _cell(value: Any) -> str:
    if not isinstance(value, int):
        return escape(value)
    return str(value) if value < UNGROUPED else intcomma(value)
