"""Say whether a file can be classified, in one line of JSON.

    python -m ml.check_audio song.mp3
    {"ok": true, "seconds": 30.0, "source_seconds": 214.3, "title": "", "artist": ""}

The exit status is 0 for a good file and 1 for a refused one. The web process
runs this as a child with limits, so nothing heavy may be imported here.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from ml.audio import load_clip
from ml.errors import ClipError


def report(path: Path) -> dict[str, object]:
    """Describe the clip at `path`, or why there is none."""
    try:
        clip = load_clip(path)
    except ClipError as error:
        return {"ok": False, "code": error.code, "message": str(error)}
    return {
        "ok": True,
        "seconds": round(clip.seconds, 3),
        "source_seconds": round(clip.source_seconds, 3),
        "title": clip.title,
        "artist": clip.artist,
    }


def main(arguments: list[str]) -> int:
    """Print the report on the one file named in `arguments`."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m ml.check_audio FILE\n")
        return 2
    answer = report(Path(arguments[0]))
    sys.stdout.write(json.dumps(answer) + "\n")
    return 0 if answer["ok"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
