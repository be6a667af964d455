"""Decode strangers' files, one by one, in a process that bounds itself (`ml.audio.decoding`).

    python -m ml.audio.decode_child

A request is a line of JSON on standard input: an `id`, a `path`, whether `samples` are wanted, and
the `seconds` and `memory` (bytes) that it may take. An answer on standard output is two lengths, a
JSON object with the same `id`, and the samples. With `clips`, a song is read from its beginning and
answered by up to so many clips (`ml.audio.whole`). Nothing heavy may be imported here: the child's
start is a listener's wait.
"""

import json
import os
import resource
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from ml.audio.loading import container_of, load_clip, load_parts
from ml.clip import LENGTHS, Clip
from ml.errors import SENTENCES, ClipError
from ml.memory import keep_freed_memory

ANSWER_BYTES = 4_000_000  # more than a clip of 30 s takes


def main() -> None:
    """Answer requests until standard input ends, which it does when the parent dies."""
    answers = _own_output()
    keep_freed_memory()
    _limit(resource.RLIMIT_CORE, 0)
    for line in sys.stdin.buffer:
        request = json.loads(line)
        _bound_resources(seconds=request["seconds"], memory=request["memory"])
        # a decoder has nothing to write, but for the clips of a song, which go into a file
        _limit(resource.RLIMIT_FSIZE, ANSWER_BYTES * request.get("clips", 0))
        for report, samples in _answers(request):
            header = json.dumps(report | {"id": request["id"]}).encode()
            answers.write(LENGTHS.pack(len(header), len(samples)) + header)
            answers.write(samples)
        answers.flush()
        signal.setitimer(signal.ITIMER_REAL, 0)


def _bound_resources(*, seconds: float, memory: int) -> None:
    """Have the kernel end this process when one file takes more than this.

    The parent watches the clock, too; this also holds where the parent is gone.
    """
    _limit(resource.RLIMIT_AS, memory)
    used = resource.getrusage(resource.RUSAGE_SELF)
    _limit(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime + seconds) + 1)
    signal.setitimer(signal.ITIMER_REAL, seconds + 1)


def _answers(request: dict[str, Any]) -> Iterator[tuple[dict[str, Any], bytes]]:
    """Describe the clips of a file, with their samples where they are wanted, or say why not."""
    path = Path(request["path"])
    try:
        if "clips" in request:
            for clip in load_parts(path, most=request["clips"]):
                yield _described(clip), clip.samples.tobytes()
            return
        clip = load_clip(path)
        report = _described(clip) | {"format": container_of(path)}
        yield report, clip.samples.tobytes() if request["samples"] else b""
    except ClipError as error:
        yield {"code": error.code, "message": str(error)}, b""
    except MemoryError:
        yield {"code": "too-heavy", "message": SENTENCES["too-heavy"]}, b""
    except Exception as error:
        refusal = {"code": "unreadable", "message": SENTENCES["unreadable"]}
        yield refusal | {"detail": repr(error)[:500]}, b""


def _described(clip: Clip) -> dict[str, Any]:
    return {
        "code": "",
        "source_seconds": clip.source_seconds,
        "start": clip.start,
        "is_middle": clip.is_middle,
        "title": clip.title,
        "artist": clip.artist,
    }


def _own_output() -> BinaryIO:
    """Keep standard output for answers: what a library prints must not mix with them."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return answers


def _limit(which: int, amount: int) -> None:
    """Set a soft limit; it can be moved for the next file, as the hard one could not."""
    _soft, hard = resource.getrlimit(which)
    if hard != resource.RLIM_INFINITY:
        amount = min(amount, hard)
    resource.setrlimit(which, (amount, hard))


if __name__ == "__main__":
    main()
