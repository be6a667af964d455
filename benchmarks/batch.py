"""How `manage.py classify` scales: with processes, and with the number of files."""

import contextlib
import os
import subprocess
import sys
import tempfile
import time
import wave
from collections.abc import Iterator, Sequence
from pathlib import Path

from tools.processes import ROOT, megabytes

TONE_SECONDS = 3
RATE = 22050
LOOKS = 10  # at the memory, evenly over the files


@contextlib.contextmanager
def linked(files: Sequence[Path], count: int) -> Iterator[Path]:
    """Yield a folder of so many files: links to `files`, again and again."""
    with tempfile.TemporaryDirectory() as folder:
        for number in range(count):
            path = files[number % len(files)]
            (Path(folder) / f"{number:06}{path.suffix}").symlink_to(path.resolve())
        yield Path(folder)


def clips_per_second(folder: Path, count: int, *, jobs: int) -> float:
    """Return the rate of a whole run of `manage.py classify`, its start included."""
    began = time.perf_counter()
    subprocess.run(_command(folder, jobs), cwd=ROOT, capture_output=True, check=True)
    return count / (time.perf_counter() - began)


def growth(count: int, *, jobs: int) -> list[float]:
    """Classify so many short files; return the memory in MB after each tenth of them.

    What is measured is what belongs to the processes alone, and their part of what they share.
    """
    found = []
    with (
        tempfile.TemporaryDirectory() as folder,
        linked([_tone(Path(folder))], count) as files,
        subprocess.Popen(
            _command(files, jobs), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as process,
    ):
        assert process.stdout is not None
        for number, _line in enumerate(process.stdout):  # the first is the head of the table
            if number and number % (count // LOOKS) == 0 and number < count:
                found.append(megabytes(process.pid))
    if process.returncode:
        raise RuntimeError(f"classify ended with {process.returncode}")
    return found


def _command(folder: Path, jobs: int) -> list[str]:
    return [sys.executable, "manage.py", "classify", "--csv", "--jobs", str(jobs), str(folder)]


def _tone(folder: Path) -> Path:
    """Write three seconds of noise: short, so that many files can be heard."""
    path = folder / "noise.wav"
    with wave.open(str(path), "wb") as sound:
        sound.setparams((1, 2, RATE, 0, "NONE", ""))
        sound.writeframes(os.urandom(2 * RATE * TONE_SECONDS))
    return path
