"""Say whether a file can be classified, in one line of JSON.

    python -m ml.check_audio song.mp3
    {"ok": true, "format": "mp3", "seconds": 30.0, "source_seconds": 214.3, "title": "", …}

The exit status is 0 for a good file and 1 for a refused one. The web process
runs this as a child that limits itself, so nothing heavy may be imported here.
"""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

from ml.audio import container_of, load_clip
from ml.errors import ClipError

MEMORY_BYTES = 1_500_000_000
CPU_SECONDS = 20


def report(path: Path) -> dict[str, object]:
    """Describe the clip at `path`, or why there is none."""
    try:
        clip = load_clip(path)
        container = container_of(path)
    except ClipError as error:
        return {"ok": False, "code": error.code, "message": str(error)}
    return {
        "ok": True,
        "format": container,
        "seconds": round(clip.seconds, 3),
        "source_seconds": round(clip.source_seconds, 3),
        "title": clip.title,
        "artist": clip.artist,
    }


def limit_resources() -> None:
    """Bound what a stranger's file can make this process take."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))


def main(arguments: list[str]) -> int:
    """Print the report on the one file named in `arguments`."""
    limit_resources()
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m ml.check_audio FILE\n")
        return 2
    answer = report(Path(arguments[0]))
    sys.stdout.write(json.dumps(answer) + "\n")
    return 0 if answer["ok"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
