"""Decode a whole song in clips of 30 s, in a process that bounds itself: see `ml.audio.whole`.

    python -m ml.audio.whole_child PATH CLIPS SECONDS MEMORY

Each clip on standard output is two lengths, a JSON object and samples; the last object has a `code`
where the song could not be read. Nothing heavy may be imported here.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path
from typing import BinaryIO

from ml.audio.decode_child import bound_resources
from ml.audio.loading import load_parts
from ml.clip import LENGTHS
from ml.errors import SENTENCES, ClipError


def main() -> None:
    """Write the clips of one song."""
    path, clips, seconds, memory = sys.argv[1:]
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what a library prints
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    bound_resources(seconds=float(seconds), memory=int(memory))
    try:
        for clip in load_parts(Path(path), most=int(clips)):
            _write(answers, {"code": "", "start": clip.start}, clip.samples.tobytes())
    except ClipError as error:
        _write(answers, {"code": error.code, "message": str(error)}, b"")
    except MemoryError:
        _write(answers, {"code": "too-heavy", "message": SENTENCES["too-heavy"]}, b"")
    except Exception:
        _write(answers, {"code": "unreadable", "message": SENTENCES["unreadable"]}, b"")
    answers.close()


def _write(answers: BinaryIO, report: dict[str, str | float], samples: bytes) -> None:
    header = json.dumps(report).encode()
    answers.write(LENGTHS.pack(len(header), len(samples)) + header + samples)


if __name__ == "__main__":
    main()
