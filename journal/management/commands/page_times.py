"""Time every page of a listener with years of entries, beside one with a single day.

manage.py page_times                  three years, twenty runs a page
manage.py page_times --years 1 --runs 5 --json

It makes a database for itself on the configured engine, invents both listeners, and throws it away.
"""

from __future__ import annotations

import json
import logging
from argparse import ArgumentParser
from dataclasses import asdict
from typing import IO, Any, cast

from rich.console import Console
from rich.table import Table

from journal.measuring.listeners import client_of, make_listener, own_database
from journal.measuring.pages import page_of, pages_of
from journal.measuring.times import PageTime, measure
from journify.collecting import spare_what_is_loaded
from journify.commands import ExplainedCommand
from spotify_auth.models import User

DAYS_A_YEAR = 365
BUDGET_MS = 80.0
BUDGET_RATIO = 2.0


class Command(ExplainedCommand):
    """Print a page a line: median, 95th percentile, ratio, queries, size."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare how long a history, how many runs, and the form of the answer."""
        parser.add_argument("--years", type=float, default=3.0, help="default: 3")
        parser.add_argument("--runs", type=int, default=20, help="of each page; default: 20")
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *, years: float, runs: int, as_json: bool, **_options: Any) -> None:
        """Measure in a database of our own, and print."""
        logging.disable(logging.WARNING)  # looking for pages asks what is none, too
        with own_database():
            full = make_listener("three-years", days=round(years * DAYS_A_YEAR))
            one_day = make_listener("one-day", days=1)
            spare_what_is_loaded()  # as the server does
            times = _times(full, one_day, runs)
        logging.disable(logging.NOTSET)
        if as_json:
            rows = [asdict(page) | {"ratio": page.ratio} for page in times]
            self.stdout.write(json.dumps({"years": years, "runs": runs, "pages": rows}))
        else:
            Console(file=cast("IO[str]", self.stdout)).print(_table(times))


def _times(full: User, one_day: User, runs: int) -> list[PageTime]:
    clients = client_of(full), client_of(one_day)
    pairs = [
        (page, other)
        for page in pages_of(full, clients[0])
        if (other := page_of(one_day, page.name)) is not None
    ]
    return measure(*clients, pairs, runs=runs)


def _table(times: list[PageTime]) -> Table:
    table = Table(
        title=f"Server time; budget: p95 ≤ {BUDGET_MS:.0f} ms, ratio ≤ {BUDGET_RATIO:.0f}"
    )
    table.add_column("page")
    for name in ("p50 ms", "p95 ms", "CPU ms", "one day CPU", "ratio", "queries", "kB"):
        table.add_column(name, justify="right")
    for page in sorted(times, key=lambda page: -page.p95):
        is_over = page.p95 > BUDGET_MS or page.ratio > BUDGET_RATIO
        table.add_row(
            page.name,
            *(
                f"{page.p50:.1f}",
                f"{page.p95:.1f}",
                f"{page.cpu:.1f}",
                f"{page.cpu_of_one_day:.1f}",
            ),
            *(f"{page.ratio:.2f}", str(page.queries), f"{page.kilobytes:.0f}"),
            style="bold red" if is_over else None,
        )
    return table
