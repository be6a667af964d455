"""Weigh every page of a listener with years of entries: HTML, styles and scripts, compressed.

manage.py page_bytes
manage.py page_bytes --years 1

It makes a database for itself on the configured engine, invents the listener, and throws it away.
Exit code 1 when a page is over budget.
"""

from argparse import ArgumentParser
from typing import IO, Any, cast

from django.core.management.base import CommandError
from rich.console import Console
from rich.table import Table

from journify.operations.commands import ExplainedCommand
from tools.measuring.listeners import client_of, make_listener, own_database
from tools.measuring.pages import pages_of
from tools.measuring.sizes import BUDGET_KB, PageSize, weigh_page

DAYS_A_YEAR = 365


class Command(ExplainedCommand):
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--years", type=float, default=3.0, help="default: 3")

    def handle(self, *, years: float, **_options: Any) -> None:
        with own_database():
            listener = make_listener("listener", days=round(years * DAYS_A_YEAR))
            client = client_of(listener)
            sizes = [weigh_page(client, page) for page in pages_of(listener, client)]
        Console(file=cast("IO[str]", self.stdout)).print(_table(sizes))
        if too_heavy := [size.name for size in sizes if size.over]:
            raise CommandError(f"Over budget: {', '.join(too_heavy)}.")


def _table(sizes: list[PageSize]) -> Table:
    budget = ", ".join(f"{kind} ≤ {most:.0f} kB" for kind, most in BUDGET_KB.items())
    table = Table(title=f"Compressed; budget: {budget}")
    table.add_column("page")
    for kind in BUDGET_KB:
        table.add_column(f"{kind} kB", justify="right")
    for size in sorted(sizes, key=lambda size: -size.html):
        cells = (f"{getattr(size, kind):.1f}" for kind in BUDGET_KB)
        table.add_row(size.name, *cells, style="bold red" if size.over else None)
    return table
