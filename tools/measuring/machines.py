"""How many songs a second several machines hear, and what that asks of the database.

python -m tools.inside --on rabbitmq tools.measuring.machines

Each machine is a real worker process beside one PostgreSQL and one RabbitMQ. Decoding and models
are a sleep as long as a warm clip takes, since all of them share the processors of this machine.
"""

import argparse
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path
from types import ModuleType
from unittest.mock import patch

import numpy as np
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.management import call_command
from django.db import connection
from rich.console import Console
from rich.table import Table

from classifier.models import Classification, Song
from classifier.queue import rows
from classifier.serving.bundles import main_bundle
from classifier.tests.fakes import FakePrediction, FakeService
from ml.audio.decoding import Decoder
from ml.clip import Clip
from tools.measuring.growth import database_process
from tools.processes import cpu_seconds, wait_until
from tools.soak import INSIDE

MACHINES = (1, 2, 4, 8)
SONGS = 40  # for each machine
SECONDS = 0.085  # of a warm clip, by `manage.py bench`
PATIENCE_SECONDS = 300


class Sleeping(FakeService):
    """Takes as long as the models do, and works nothing."""

    def classify(self, clip: Clip) -> FakePrediction:
        time.sleep(SECONDS)
        bundle = main_bundle()
        return FakePrediction(model=bundle.name, version=bundle.version)


def _work() -> None:
    """Be one of the machines until a signal comes."""
    module = ModuleType("classifier.serving.service")
    vars(module)["get_service"] = Sleeping
    sys.modules[module.__name__] = module
    clip = Clip(np.zeros(0, np.float32), 30.0, 180.0, 75.0)
    with patch.object(Decoder, "start"), patch.object(Decoder, "load", return_value=clip):
        call_command("worker")


def _figures(machines: int) -> tuple[float, float]:
    """Have so many machines hear what waits for them.

    Returns songs a second while all are at it, and milliseconds of the processor that the
    database's processes take for each song.
    """
    Song.objects.all().delete()
    _ask_for(machines * SONGS)
    server = _database_server()
    began = cpu_seconds(server)
    command = [*INSIDE, "tools.measuring.machines", "--worker"]
    with (settings.DATA_DIR / "machines.log").open("ab") as log:
        crew = [subprocess.Popen(command, stdout=log, stderr=log) for _ in range(machines)]
    try:
        rows = Classification.objects.open()
        if not wait_until(lambda: not rows.exists(), seconds=PATIENCE_SECONDS, every=0.5):
            raise TimeoutError("the machines do not go on")
    finally:
        for each in crew:
            each.terminate()
        for each in crew:
            each.wait(timeout=60)
    worked = cpu_seconds(server) - began
    return songs_a_second(), 1000 * worked / (machines * SONGS)


def _ask_for(count: int) -> None:
    """Put songs into the queue, each with a file that no other has."""
    for number in range(count):
        song = Song(title=f"Song {number}")
        song.audio.save("song.mp3", ContentFile(f"{count} {number}".encode()))
        rows.request_classification(song)


def songs_a_second() -> float:
    """Return the rate from when the last machine had its first song until the first had its last.

    Before that some still start, and after it some have nothing to do.
    """
    finished: dict[str, list[float]] = defaultdict(list)
    for owner, at in Classification.objects.done().values_list("owner", "finished_at"):
        assert at is not None
        finished[owner].append(at.timestamp())
    first, last = max(map(min, finished.values())), min(map(max, finished.values()))
    between = sum(first < at <= last for each in finished.values() for at in each)
    return between / (last - first)


def _database_server() -> int:
    """Return the process that started the one that answers us, as it does for everybody."""
    status = Path(f"/proc/{database_process()}/status").read_text(encoding="ascii")
    return int(next(line for line in status.splitlines() if line.startswith("PPid:")).split()[1])


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worker", action="store_true", help="be one of the machines")
    if parser.parse_args(arguments).worker:
        _work()
        return 0
    call_command("migrate", verbosity=0)
    columns = ("songs/s", "÷ machines", "ms of the database a song", "database's share of a core")
    table = Table("machines", *columns, title=f"on {connection.vendor}")
    for machines in MACHINES:
        rate, worked = _figures(machines)
        cells = (f"{rate:.1f}", f"{rate / machines:.1f}", f"{worked:.1f}")
        table.add_row(str(machines), *cells, f"{rate * worked / 1000:.0%}")
    Console().print(table)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
