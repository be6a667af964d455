"""Cells that a spreadsheet shows as they are, whatever somebody typed into them."""

import csv
import io
import re
from collections.abc import Iterable
from typing import Any

# What a spreadsheet would take for a formula: https://owasp.org/www-community/attacks/CSV_Injection
# The wide ones count where people write Japanese.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_GUARDED = re.compile(rf"'+[{re.escape(''.join(FORMULA))}]")


def guard(cell: str) -> str:
    """Put an apostrophe before what would be taken for a formula, or was guarded already."""
    return f"'{cell}" if cell.startswith(FORMULA) or _GUARDED.match(cell) else cell


def csv_of(rows: Iterable[Iterable[Any]]) -> str:
    """Write a table; no text in it is taken for a formula."""
    table = io.StringIO()
    guarded = ([guard(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    csv.writer(table).writerows(guarded)
    return table.getvalue()


def unguard(cell: str) -> str:
    """Take away the apostrophe that `guard` put there."""
    return cell[1:] if _GUARDED.match(cell) else cell
