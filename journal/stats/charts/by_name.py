"""Groups that have names: the first of them as bars, more in the table."""

from __future__ import annotations

from django.utils.translation import gettext as _

from journal.stats.charts.base import Drawn, bars
from journal.stats.grouping import ByGroup
from journal.stats.tables import tally_table

DRAWN = 6  # groups with a bar
LISTED = 20  # those in the table


def draw_names(summary: ByGroup, *, sentence: str, head: str) -> Drawn:
    """Draw groups, the largest first."""
    left_out = len(summary.groups) - LISTED
    note = _("The %(count)d first of %(total)d.") % {
        "count": LISTED,
        "total": len(summary.groups),
    }
    return Drawn(
        sentence=sentence,
        drawing={"rows": bars(summary.groups[:DRAWN])},
        table=tally_table(head, summary.groups[:LISTED], note=note if left_out > 0 else ""),
    )
