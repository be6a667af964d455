"""A whole song as clips, decoded outside this process within bounds of time, memory and length.

A stranger's file is never decoded in this process (`ml.audio.decoding`). A song is decoded once
by a child of its own, into a file that has no name; the clips are read from it one at a time.
"""

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from ml.audio.decoding import COMMAND, TOO_LONG, Bounds, child_options
from ml.clip import CLIP_SECONDS, LENGTHS, SAMPLE_RATE, Clip
from ml.errors import SENTENCES, ClipError


def whole_song(path: Path, *, minutes: float, bounds: Bounds) -> Iterator[Clip]:
    """Yield a song from its beginning, up to so many minutes of it, in clips of 30 s.

    Raises
    ------
    ClipError
        The file is no use, took too much, or crashed the decoder.
    """
    clips = max(1, round(60 * minutes / CLIP_SECONDS))
    with tempfile.TemporaryFile() as answers:
        _decode(path, clips, bounds, answers)
        answers.seek(0)
        yield from _read(answers)


def _decode(path: Path, clips: int, bounds: Bounds, answers: IO[bytes]) -> None:
    request = {"id": 1, "path": os.fspath(path.absolute()), "clips": clips}
    request |= {"seconds": bounds.seconds, "memory": bounds.memory}
    try:
        status = subprocess.run(
            COMMAND,
            **child_options(),
            input=json.dumps(request).encode() + b"\n",
            stdout=answers,
            timeout=bounds.seconds + 5,
            check=False,
        ).returncode
    except subprocess.TimeoutExpired as error:
        raise ClipError("too-slow", SENTENCES["too-slow"]) from error
    if status:
        code = "too-slow" if status in TOO_LONG else "crashed"
        raise ClipError(code, SENTENCES[code])


def _read(answers: IO[bytes]) -> Iterator[Clip]:
    import numpy as np

    while lengths := answers.read(LENGTHS.size):
        header_size, size = LENGTHS.unpack(lengths)
        report = json.loads(answers.read(header_size))
        if report["code"]:
            raise ClipError(report["code"], report["message"])
        samples = np.frombuffer(answers.read(size), np.float32)
        seconds = len(samples) / SAMPLE_RATE
        yield Clip(samples, seconds, report["start"] + seconds, report["start"])
