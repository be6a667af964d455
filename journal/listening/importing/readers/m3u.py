"""An M3U or M3U8 list: songs without times.

`#EXTINF:seconds,Artist - Title` before a location. Without one, the location's file name speaks:
with backslashes, `%20`, a track number in front, and an ending.
"""

import re
from collections.abc import Iterable, Iterator
from urllib.parse import unquote

from journal.listening.importing.plays import Play, play_of

NAME = "a list of songs (M3U)"
INFO = "#EXTINF:"
NUMBER = re.compile(r"^\d{1,3}[\s._-]+")


def read_m3u(lines: Iterable[str]) -> Iterator[Play | None]:
    """Read a list's lines; None for an entry that names no artist."""
    named = ""
    for line in (line.strip() for line in lines):
        if line.upper().startswith(INFO):
            named = line.partition(",")[2]
        elif line and not line.startswith("#"):
            yield _song(named or _file_name(line))
            named = ""


def _file_name(location: str) -> str:
    name = unquote(location).replace("\\", "/").rstrip("/").rpartition("/")[2]
    return NUMBER.sub("", name.rpartition(".")[0] or name)


def _song(text: str) -> Play | None:
    artist, dash, title = text.replace(" – ", " - ").partition(" - ")
    return play_of((artist, title), None) if dash else None
