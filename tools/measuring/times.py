"""How long pages take on the server: with years of entries, and beside them with one day."""

import math
import statistics
import time
import timeit
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tools.measuring import budget
from tools.measuring.pages import MeasuredPage

WARM_UP = 2
ADDITIONS, PART = "for number in range(200_000): total += number", 5  # of a million


@dataclass(frozen=True)
class PageTime:
    """A page's milliseconds over several runs, its queries and its size.

    `p50`, `p95`: by the clock; `server_p95`: what the server worked for it. On SQLite that is this
    process's time, whatever else the machine is doing; a database that works elsewhere can only be
    timed by the clock; `pace`: what a million additions took Python meanwhile: shared processors
    are slow at times.
    """

    name: str
    p50: float
    p95: float
    server_p95: float
    cpu: float
    cpu_of_one_day: float
    pace: float
    queries: int
    kilobytes: float

    @property
    def ratio(self) -> float:
        """How much more work it is with all the entries, whatever else the machine is doing."""
        return self.cpu / self.cpu_of_one_day

    @property
    def is_growing(self) -> bool:
        return self.ratio > budget.MOST_TIMES

    @property
    def excuse(self) -> str:
        """Why it may grow; empty beyond its own bound, and where there is none."""
        known = budget.GROWING.get(self.name)
        return known.why if known and self.ratio <= known.most else ""

    @property
    def is_over(self) -> bool:
        is_slow = self.server_p95 > budget.MOST_MS
        return is_slow or (self.is_growing and not self.excuse)


def count_queries(client: Client, path: str) -> int:
    """Count the queries of a page; the first call may fill caches."""
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        client.get(path)
    return len(queries)


def _pace() -> float:
    """Milliseconds of the processor that a million additions take Python."""
    seconds = timeit.timeit(ADDITIONS, "total = 0", timer=time.process_time, number=1)
    return 1000 * PART * seconds


def quantile(values: Sequence[float], share: float) -> float:
    """Give the smallest value that at least `share` of them do not exceed."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


def measure_page(
    full: Client, one_day: Client, pair: tuple[MeasuredPage, MeasuredPage], *, runs: int
) -> PageTime:
    """Time a page of the listener with years beside that of the listener with one day.

    The two take turns, so that a busy moment of the machine hits both.
    """
    many, few, paces = [], [], []
    for _run in range(runs + WARM_UP):
        paces.append(_pace())
        many.append(_milliseconds(full, pair[0]))
        few.append(_milliseconds(one_day, pair[1]))
    took = [clock for clock, _ in many[WARM_UP:]]
    worked = [cpu for _, cpu in many[WARM_UP:]]
    return PageTime(
        name=pair[0].name,
        p50=statistics.median(took),
        p95=quantile(took, 0.95),
        server_p95=quantile(worked if connection.vendor == "sqlite" else took, 0.95),
        cpu=statistics.median(worked),
        cpu_of_one_day=statistics.median(cpu for _, cpu in few[WARM_UP:]),
        pace=statistics.median(paces),
        queries=count_queries(full, pair[0].path),
        kilobytes=len(full.get(pair[0].path).content) / 1000,
    )


def _milliseconds(client: Client, page: MeasuredPage) -> tuple[float, float]:
    """Ask for a page: milliseconds by the clock, and of this process."""
    page.prepare()
    clock, cpu = time.perf_counter(), time.process_time()
    client.get(page.path)
    return 1000 * (time.perf_counter() - clock), 1000 * (time.process_time() - cpu)
