"""Songs, two workers, and a `kill -9` every few seconds until every song is done.

python -m tools.inside tools.kill_test --songs 200 --every 3

It works on the database and queue of the environment, which `tools.soak` makes: both should be
empty. The workers are real processes with the real queue and decoder, and a stand-in for the models
that takes 50 ms. The last line says how many songs were done, lost, answered twice, or stuck.
"""

import argparse
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.core.files.base import ContentFile

from classifier.models import Classification, Song
from classifier.queue import rows as queue
from journify.operations import preparing

WORKERS = 2
# So long after the last kill, what is open is stuck.
PATIENCE_SECONDS = 240
ANSWERED = re.compile(r"classification ([0-9a-f-]{36}): \w+ by")
AUDIO = Path(__file__).resolve().parent.parent / "classifier/demo/audio/the-entertainer.mp3"
WORKER = [sys.executable, "-m", "classifier.tests.fake_manage", "worker"]


@dataclass
class Crew:
    """Worker processes, of which one may be killed and replaced at any time."""

    log: Path
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self) -> None:
        with self.log.open("ab") as log:
            self.workers.append(
                subprocess.Popen(WORKER, stdout=log, stderr=log, start_new_session=True)
            )

    def kill(self, pid: int | None) -> None:
        """Kill the one with this process id, or any, and start another."""
        pids = {worker.pid: worker for worker in self.workers}
        worker = pids.get(pid or 0) or random.choice(self.workers)
        worker.send_signal(signal.SIGKILL)
        worker.wait()
        self.workers.remove(worker)
        self.start()

    def stop(self) -> list[int]:
        """Ask all to stop; returns their exit statuses."""
        for worker in self.workers:
            worker.send_signal(signal.SIGTERM)
        return [worker.wait(timeout=60) for worker in self.workers]


def main(arguments: list[str]) -> int:
    """Run the test; the exit status says whether every song was done once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--songs", type=int, default=200)
    parser.add_argument("--every", type=float, default=3.0, help="seconds between two kills")
    options = parser.parse_args(arguments)

    preparing.migrate()
    _ask_for(options.songs)
    crew = Crew(settings.DATA_DIR / "workers.log")
    for _ in range(WORKERS):
        crew.start()
    started = time.monotonic()
    try:
        killed = _kill_until_done(crew, every=options.every)
    finally:
        statuses = crew.stop()
    seconds = time.monotonic() - started
    return _report(options.songs, crew, killed, seconds=seconds, statuses=statuses)


def _ask_for(count: int) -> None:
    for number in range(count):
        song = Song(title=f"Song {number}")
        song.audio.save("song.mp3", ContentFile(audio(number)))
        queue.request_classification(song)


def audio(number: int) -> bytes:
    """Return a file that no other number has: a file heard before would be answered at once."""
    return AUDIO.read_bytes() + number.to_bytes(4, "big")


def _kill_until_done(crew: Crew, *, every: float) -> dict[str, float]:
    """Kill a worker every few seconds in which a song was done, in the middle of one if it can.

    Returns the songs that lost their worker, and when (of the clock on the wall) they last did.
    """
    killed: dict[str, float] = {}
    deadline = time.monotonic() + PATIENCE_SECONDS
    next_kill = time.monotonic() + every
    open_rows = Classification.objects.open()
    before = open_rows.count()
    while (left := open_rows.count()) and time.monotonic() < deadline:
        # on a busy machine workers need longer to start than they would live
        if time.monotonic() < next_kill or left == before:
            time.sleep(0.05)
            continue
        row = _under_way(seconds=every / 2)
        crew.kill(int(row[1].rpartition(":")[2]) if row else None)
        if row:
            killed[row[0]] = time.time()
        before, deadline = left, time.monotonic() + PATIENCE_SECONDS
        next_kill = time.monotonic() + every * random.uniform(0.7, 1.3)
    return killed


def _under_way(*, seconds: float) -> tuple[str, str] | None:
    """Wait for a song that a worker has just now; return it and its worker."""
    deadline = time.monotonic() + seconds
    running = Classification.objects.filter(status=Classification.Status.RUNNING)
    while time.monotonic() < deadline:
        # what was killed comes first again: not the same song each time, or it had no try left
        row = running.order_by("attempts", "-lease_until").values_list("pk", "owner").first()
        if row:
            return str(row[0]), row[1]
        time.sleep(0.01)
    return None


def _report(
    songs: int, crew: Crew, killed: dict[str, float], *, seconds: float, statuses: list[int]
) -> int:
    done = Classification.objects.done().exclude(emotion="")
    stuck = Classification.objects.open().count()
    answers = Counter(ANSWERED.findall(crew.log.read_text(errors="replace")))
    rows = Counter(Classification.objects.values_list("song", flat=True))
    double = sum(count > 1 for count in (*answers.values(), *rows.values()))
    waits = [
        row.finished_at.timestamp() - killed[str(row.pk)]
        for row in done.filter(pk__in=list(killed))
        if row.finished_at
    ]
    lost = songs - done.count() - stuck
    longest = max(waits, default=0)
    sys.stderr.write(
        f"{len(killed)} songs lost their worker, and were done at most {longest:.0f} s later; "
        f"{seconds:.0f} s in all; the workers ended with {statuses}\n"
    )
    sys.stdout.write(f"{done.count()} done, {lost} lost, {double} double, {stuck} stuck\n")
    # a worker that has just started does not hear yet that it should stop; it has nothing to finish
    unwell = [status for status in statuses if status not in {0, -signal.SIGTERM}]
    return int(bool(lost or double or stuck or unwell or not killed))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
