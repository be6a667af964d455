"""Time every page of a listener with years of entries, beside one with a single day.

manage.py page_times                  three years, twenty runs a page
manage.py page_times day picker --years 1 --runs 5 --json

It makes a database for itself on the configured engine, invents both listeners, and throws it away.
Exits with 1 when a page misses its budget (`tools/measuring/budget.py`).
"""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import IO, Any, cast

from django.core.management.base import CommandError
from django.urls import get_resolver
from rich.console import Console
from rich.table import Table

from journify.operations.collecting import loading
from journify.operations.commands import ExplainedCommand
from spotify_auth.models import User
from tools.measuring.budget import MOST_MS, MOST_TIMES
from tools.measuring.listeners import client_of, make_listener, own_database
from tools.measuring.pages import page_of, pages_of
from tools.measuring.times import PageTime, measure_page

DAYS_A_YEAR = 365


class Command(ExplainedCommand):
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("pages", nargs="*", help="names of addresses; default: all")
        parser.add_argument("--years", type=float, default=3.0, help="default: 3")
        parser.add_argument("--runs", type=int, default=20, help="of each page; default: 20")
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(
        self, *, pages: list[str], years: float, runs: int, as_json: bool, **_options: Any
    ) -> None:
        with own_database():
            with loading():  # as the server does
                _ = get_resolver().url_patterns
            full = make_listener("three-years", days=round(years * DAYS_A_YEAR))
            one_day = make_listener("one-day", days=1)
            times = _times(full, one_day, runs, tuple(pages))
        times.sort(key=lambda page: -page.server_p95)
        if as_json:
            rows = [_as_dict(page) for page in times]
            self.stdout.write(json.dumps({"years": years, "runs": runs, "pages": rows}))
        else:
            console = Console(file=cast("IO[str]", self.stdout))
            console.print(_table(times))
            for page in times:
                if page.is_growing and page.excuse:
                    console.print(f"{page.name}: {page.excuse}", highlight=False)
        missed = [page.name for page in times if page.is_over]
        if missed:
            raise CommandError(f"The budget is missed by {', '.join(missed)}.")


def _times(full: User, one_day: User, runs: int, names: tuple[str, ...]) -> list[PageTime]:
    clients = client_of(full), client_of(one_day)
    return [
        measure_page(*clients, (page, other), runs=runs)
        for page in pages_of(full, clients[0])
        if (not names or page.name.partition("?")[0] in names)
        and (other := page_of(one_day, page.name)) is not None
    ]


def _as_dict(page: PageTime) -> dict[str, Any]:
    judged = ("ratio", "is_over", "excuse")
    return asdict(page) | {name: getattr(page, name) for name in judged}


def _table(times: list[PageTime]) -> Table:
    table = Table(
        title=f"Server time; budget: p95 ≤ {MOST_MS:.0f} ms, ratio ≤ {MOST_TIMES:.0f}",
        caption="red: over the budget; yellow: grows, for the reason below; "
        "pace: ms that a million additions took meanwhile",
    )
    table.add_column("page", no_wrap=True)
    for name in ("p95", "CPU", "one day", "ratio", "pace", "queries", "kB"):
        table.add_column(name, justify="right")
    for page in times:
        table.add_row(
            page.name,
            *(f"{page.server_p95:.1f}", f"{page.cpu:.1f}", f"{page.cpu_of_one_day:.1f}"),
            *(f"{page.ratio:.2f}", f"{page.pace:.0f}"),
            *(str(page.queries), f"{page.kilobytes:.0f}"),
            style="bold red" if page.is_over else "yellow" if page.is_growing else None,
        )
    return table
