"""A hundred listeners at once, on a database of their own that is thrown away afterwards.

python -m tools.load                            a minute on SQLite
python -m tools.load postgres --seconds 120     on a PostgreSQL server started for it
python -m tools.load --json --listeners 10
"""

import argparse
import json
import sys
from typing import Any

from rich.console import Console
from rich.table import Table

from tools.soak import BACKENDS, environment, run_inside


def run_load(backend: str, arguments: list[str]) -> dict[str, Any]:
    with environment(backend, durable=True) as env:
        test = run_inside(["tools.load.drive", *arguments], env, log="processes.log")
    lines = test.stdout.splitlines()
    report: dict[str, Any] = json.loads(lines[-1]) if lines else {"is_good": False}
    return {"backend": backend} | report


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


def main(arguments: list[str]) -> int:
    """Run the test and print; the exit code says whether nothing failed and nothing was lost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("backend", nargs="?", choices=list(BACKENDS), default="sqlite")
    parser.add_argument("--json", action="store_true", dest="as_json")
    parser.add_argument("--listeners", default="100")
    parser.add_argument("--seconds", default="60")
    parser.add_argument("--think", default="3", help="mean seconds between two taps")
    parser.add_argument("--years", default="3", help="of the first listener's journal")
    options = parser.parse_args(arguments)
    given = ("listeners", "seconds", "think", "years")
    report = run_load(
        options.backend,
        [part for name in given for part in (f"--{name}", getattr(options, name))],
    )
    if options.as_json or "pages" not in report:
        sys.stdout.write(json.dumps(report) + "\n")
    else:
        _print_report(report, Console())
    return 0 if report["is_good"] else 1


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
