"""What a real worker takes of memory while it listens to one different song after another.

python -m tools.inside benchmarks.worker 500

Prints a JSON array. The environment names an empty database.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from django.core.files.base import ContentFile

from benchmarks.timing import status_mb
from classifier.models import Classification, Song
from classifier.queue import rows as queue
from journify.operations import preparing
from ml.tests.sounds import music, write
from tools.processes import ROOT
from tools.soak import INSIDE, environment

LOOKS = 10  # at the memory, evenly over the songs
START_SECONDS, SONG_SECONDS = 120, 30  # what a busy machine may take
WORKER = [sys.executable, "manage.py", "worker"]
# suffix, codec, sample rate, channels: what listeners upload
FORMATS = [
    (".mp3", "libmp3lame", 44100, "stereo"),
    (".flac", "flac", 44100, "stereo"),
    (".m4a", "aac", 48000, "stereo"),
    (".ogg", "libopus", 48000, "stereo"),
    (".wav", "pcm_s16le", 22050, "mono"),
    (".mp3", "libmp3lame", 22050, "mono"),
]


def memory(songs: int) -> list[float]:
    """Have a worker listen to generated songs; return its resident megabytes at each tenth."""
    with environment("sqlite") as env:
        done = subprocess.run(
            [*INSIDE, "benchmarks.worker", str(songs)],
            cwd=ROOT,
            env=env,
            stdout=subprocess.PIPE,
            check=True,
        )
    found: list[float] = json.loads(done.stdout)
    return found


def main(songs: int) -> list[float]:
    """Measure in the database and folder of the environment, which are empty."""
    preparing.migrate()
    log = settings.DATA_DIR / "worker.log"
    with log.open("wb") as output:
        worker = subprocess.Popen(WORKER, cwd=ROOT, stdout=output, stderr=output)
        try:
            return [_look(worker, part, log) for part in np.array_split(np.arange(songs), LOOKS)]
        finally:
            worker.terminate()
            worker.wait(timeout=60)


def _look(worker: subprocess.Popen[bytes], numbers: Any, log: Path) -> float:
    """Ask for some songs, wait until all are done, and look at the worker's memory."""
    for number in numbers:
        _ask_for(int(number))
    deadline = time.monotonic() + START_SECONDS + len(numbers) * SONG_SECONDS
    while Classification.objects.open().exists():
        if worker.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(f"the worker does not go on:\n{log.read_text()[-2000:]}")
        time.sleep(0.1)
    done = Classification.objects.done().count()
    if done != numbers[-1] + 1:
        raise RuntimeError(f"{done} of {numbers[-1] + 1} songs were done")
    resident = status_mb("VmRSS", worker.pid)
    sys.stderr.write(f"{done} songs: {resident:.0f} MB\n")
    return resident


def _ask_for(number: int) -> None:
    """Put a song that no other number has into the queue: its own length, format and sound."""
    suffix, codec, rate, layout = FORMATS[number % len(FORMATS)]
    seconds = float(np.random.default_rng(number).uniform(4, 45))
    with tempfile.TemporaryDirectory() as folder:
        samples = music(seconds, rate, seed=number)
        path = write(Path(folder) / f"song{suffix}", samples, rate=rate, codec=codec, layout=layout)
        song = Song(title=f"Song {number}")
        song.audio.save(path.name, ContentFile(path.read_bytes()))
    queue.request_classification(song)


if __name__ == "__main__":
    print(json.dumps(main(int(sys.argv[1]))))
