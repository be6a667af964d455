"""Measure our way from audio to emotion against the thesis's, and against this machine's floor.

manage.py bench                    the demo songs
manage.py bench --data DIR --json  the audio files below a folder, one JSON object
manage.py bench --worker-songs 500 only the memory of a worker, after each tenth of so many songs
"""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from benchmarks import worker
from benchmarks.batch import clips_per_second, growth, linked
from benchmarks.run import bench
from benchmarks.web import web
from classifier.terminal.finding import find_files
from journify.operations.commands import ExplainedCommand

DEMO = settings.BASE_DIR / "classifier" / "demo" / "audio"
MOST_FILES = 24
LONG_RUN = 4


class Command(ExplainedCommand):
    def add_arguments(self, parser: ArgumentParser) -> None:
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
        parser.add_argument(
            "--jobs", action="store_true", help="also what a second process of classify gains"
        )
        parser.add_argument(
            "--web", action="store_true", help="also the start of `make run`, and pages a second"
        )
        parser.add_argument(
            "--many",
            type=int,
            metavar="FILES",
            help="also the memory of classify over so many short files, at every tenth of them",
        )
        parser.add_argument(
            "--worker-songs",
            type=int,
            metavar="SONGS",
            help="only the memory of a worker that listens to so many different generated songs",
        )
        parser.add_argument("--json", action="store_true", help="one object")

    def handle(self, **options: Any) -> None:
        if options["worker_songs"]:
            self._worker_memory(options["worker_songs"], as_json=options["json"])
            return
        files = [path.resolve() for path in find_files([str(options["data"])])][: options["files"]]
        if not files or not all(path.is_file() for path in files):
            raise CommandError(f"There is no audio in {options['data']}.")
        found = bench(files, runs=options["runs"], clips=options["clips"])
        found |= _further(files, options)
        if options["json"]:
            self.stdout.write(json.dumps(found, indent=1))
            return
        for name in ("thesis", "ours"):
            self.stdout.write(name)
            self._write(found[name] | found[name]["stages"])
        self.stdout.write("ratios")
        self._write(found["ratios"])
        self.stdout.write("beside it")
        self._write({"web process, MB": found["web_mb"]})
        for name in ("jobs", "web", "memory_mb"):
            self._write(found.get(name, {}))

    def _worker_memory(self, songs: int, *, as_json: bool) -> None:
        """Print what a worker takes after each tenth of the songs, and how much that grows."""
        if songs < worker.LOOKS:
            raise CommandError(f"--worker-songs takes at least {worker.LOOKS}.")
        looks = worker.memory(songs)
        if as_json:
            self.stdout.write(json.dumps({"worker_mb": looks, "growth": looks[-1] / looks[1]}))
            return
        self._write({f"MB after {n} tenths": mb for n, mb in enumerate(looks, 1)})
        self._write({"last to second": looks[-1] / looks[1]})

    def _write(self, figures: dict[str, Any]) -> None:
        for name, value in figures.items():
            if isinstance(value, float):
                self.stdout.write(f"  {name:34} {value:10.3f}")


def _further(files: list[Path], options: dict[str, Any]) -> dict[str, dict[str, float]]:
    found: dict[str, dict[str, float]] = {}
    if options["jobs"]:
        count = LONG_RUN * options["clips"]  # so long that the start counts for little
        with linked(files, count) as folder:
            one, two = (clips_per_second(folder, count, jobs=n) for n in (1, 2))
        rates = {"clips/s, --jobs 1": one, "clips/s, --jobs 2": two}
        found["jobs"] = rates | {"--jobs 2 to --jobs 1": two / one}
    if options["web"]:
        rates = web()
        found["web"] = {
            "make run to the first page, s": rates["start"],
            "day pages/s": rates["day"],
            "card polls/s": rates["card"],
        }
    if options["many"]:
        looks = growth(options["many"], jobs=2)
        found["memory_mb"] = {f"MB after {n} tenths": mb for n, mb in enumerate(looks, 1)}
    return found
