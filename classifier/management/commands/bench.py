"""Measure our way from audio to emotion against the thesis's, and against this machine's floor.

manage.py bench                    the demo songs
manage.py bench --data DIR --json  the audio files below a folder, one JSON object
"""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from classifier.batch import find_files
from journify.commands import ExplainedCommand

DEMO = settings.BASE_DIR / "classifier" / "demo" / "audio"
MOST_FILES = 24


class Command(ExplainedCommand):
    """Measure and print."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare what is heard, and how often."""
        parser.add_argument(
            "--data", type=Path, default=DEMO, metavar="DIR", help="default: the demo songs"
        )
        parser.add_argument(
            "--files", type=int, default=MOST_FILES, help="how many at most; default: 24"
        )
        parser.add_argument(
            "--clips", type=int, default=100, help="of the throughput run; default: 100"
        )
        parser.add_argument("--runs", type=int, default=3, help="of each pipeline; default: 3")
        parser.add_argument("--json", action="store_true", help="one object")

    def handle(self, **options: Any) -> None:
        """Run both pipelines by turns and print the medians."""
        from benchmarks.run import bench  # noqa: PLC0415 -- only here

        files = [path.resolve() for path in find_files([str(options["data"])])][: options["files"]]
        if not files or not all(path.is_file() for path in files):
            raise CommandError(f"There is no audio in {options['data']}.")
        found = bench(files, runs=options["runs"], clips=options["clips"])
        if options["json"]:
            self.stdout.write(json.dumps(found, indent=1))
            return
        for name in ("thesis", "ours"):
            self.stdout.write(name)
            for key, value in (found[name] | found[name]["stages"]).items():
                if isinstance(value, float):
                    self.stdout.write(f"  {key:18} {value:10.3f}")
        self.stdout.write(f"web process, MB      {found['web_mb']:10.1f}")
        for key, value in found["ratios"].items():
            self.stdout.write(f"ratio {key:14} {value:10.2f}")
