"""Listeners at once against the real web processes and worker, and whether anything was lost.

python -m tools.inside --on sqlite tools.load                      a hundred for a minute
python -m tools.inside --on postgres tools.load --seconds 120      on a PostgreSQL server of its own
python -m tools.inside --on sqlite tools.load --json --listeners 10
"""

import argparse
import datetime as dt
import json
import os
import secrets
import sys
import threading
import time
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from rich.console import Console
from rich.table import Table

from classifier.models import Classification
from journal.models import Entry
from spotify_auth.models import User
from tools.load.listener import LoadListener, Record
from tools.measuring.times import quantile
from tools.processes import ROOT, cpu_seconds, free_port, megabytes, running, wait_until

DRAIN_SECONDS = 120
LOG = "processes.log"
DAYS_A_YEAR = 365


def main(arguments: list[str]) -> int:
    """Run the test and print; the exit code says whether nothing failed and nothing was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", dest="as_json")
    parser.add_argument("--listeners", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--think", type=float, default=3.0, help="mean seconds between two taps")
    parser.add_argument("--years", type=float, default=3.0, help="of the first listener's journal")
    options = parser.parse_args(arguments)
    report = _load(options)
    if options.as_json:
        sys.stdout.write(json.dumps(report) + "\n")
    else:
        _print_report(report, Console())
    if not report["is_good"] and (log := settings.DATA_DIR / LOG).exists():
        sys.stderr.write(log.read_text(errors="replace")[-5_000:])
    return 0 if report["is_good"] else 1


def _print_report(report: dict[str, Any], console: Console) -> None:
    table = Table(
        title=f"{report['backend']}: {report['listeners']} listeners for {report['seconds']} s, "
        f"{report['requests_per_second']} requests/s"
    )
    table.add_column("page")
    for name in ("requests", "p50 ms", "p95 ms", "p99 ms"):
        table.add_column(name, justify="right")
    for page, row in report["pages"].items():
        table.add_row(page, *(str(row[name]) for name in ("count", "p50_ms", "p95_ms", "p99_ms")))
    console.print(table)
    console.print(
        f"processor's ms a request: {report['cpu_ms_per_request']}\n"
        f"errors: {report['errors'] or 'none'}; memory (MB): {report['memory_mb']}\n"
        f"{report['answered']} entries answered, {report['lost']} lost, "
        f"{report['without_classification']} without classification, "
        f"{report['still_open']} songs still open"
    )


def _load(options: argparse.Namespace) -> dict[str, Any]:
    """Put the app under load and report: times by page, errors, memory, what was lost."""
    os.environ["TRUSTED_PROXIES"] = "1"
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    port = free_port()
    cookies = _prepare(options.listeners, options.years, port)
    record = Record()
    with running(ROOT / "Procfile", port=port, log=settings.DATA_DIR / LOG) as processes:
        before = _worked(processes)
        seconds = _drive(options, cookies, f"http://127.0.0.1:{port}", record)
        worked = {name: spent - before[name] for name, spent in _worked(processes).items()}
        memory = {name: round(megabytes(pid)) for name, pid in processes.items()}
        open_work = _drain()
    return (
        _report(record, seconds, worked)
        | {"backend": connection.vendor, "listeners": options.listeners, "memory_mb": memory}
        | _lost(record, open_work)
    )


def _prepare(listeners: int, years: float, port: int) -> list[dict[str, str]]:
    """Make the database and signed-in listeners; the first has years of entries."""
    quiet = {"stdout": sys.stderr}
    call_command("prepare", port=str(port), **quiet)
    yesterday = timezone.now().date() - dt.timedelta(days=1)
    days = round(years * DAYS_A_YEAR)
    call_command("seed_history", "listener-0", days=days, until=yesterday, **quiet)
    cookies = []
    for number in range(listeners):
        user, _ = User.objects.get_or_create(username=f"listener-{number}")
        client = Client()
        client.force_login(user)
        session = client.cookies["sessionid"].value
        cookies.append({"sessionid": session, "csrftoken": secrets.token_hex(16)})
    return cookies


def _drive(
    options: argparse.Namespace, cookies: list[dict[str, str]], base: str, record: Record
) -> float:
    started = time.monotonic()
    life = {"until": started + options.seconds, "think": options.think}
    threads = [
        threading.Thread(target=LoadListener(number, base, jar, record).live, kwargs=life)
        for number, jar in enumerate(cookies)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.monotonic() - started


def _worked(processes: Mapping[str, int]) -> dict[str, float]:
    """Seconds that a processor worked for each process so far, and for this one."""
    spent = {name: cpu_seconds(pid) for name, pid in processes.items()}
    return spent | {"this test": time.process_time()}


def _drain() -> int:
    """Wait for the worker to finish what was asked; returns what is still open."""
    rows = Classification.objects.open()
    wait_until(lambda: not rows.exists(), seconds=DRAIN_SECONDS, every=0.5)
    return rows.count()


def _lost(record: Record, open_work: int) -> dict[str, Any]:
    """Compare what was answered with 200 to what the database has."""
    rows = {
        str(entry.pk): entry
        for entry in Entry.objects.filter(pk__in=record.answers).prefetch_related(
            "song__classifications"
        )
    }
    lost = [
        entry
        for entry, song in record.answers.items()
        if (row := rows.get(entry)) is None
        or row.song is None
        or (song and str(row.song_id) != song)
    ]
    forgotten = [
        entry for entry, row in rows.items() if row.song and not row.song.classifications.all()
    ]
    is_good = not (lost or forgotten or record.errors)
    return {
        "answered": len(record.answers),
        "lost": len(lost),
        "without_classification": len(forgotten),
        "still_open": open_work,
        "is_good": is_good,
    }


def _report(record: Record, seconds: float, worked: dict[str, float]) -> dict[str, Any]:
    pages = {
        page: {
            "count": len(times),
            **{
                f"p{share}_ms": round(1000 * quantile(times, share / 100)) for share in (50, 95, 99)
            },
        }
        for page, times in sorted(record.times.items())
    }
    requests = sum(len(times) for times in record.times.values())
    return {
        "seconds": round(seconds, 1),
        "requests": requests,
        "requests_per_second": round(requests / seconds, 1),
        "pages": pages,
        "errors": record.errors,
        "cpu_ms_per_request": {
            name: round(1000 * spent / max(1, requests), 1) for name, spent in worked.items()
        },
    }


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
