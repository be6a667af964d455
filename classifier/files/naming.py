"""What a file's name says of the song in it, where the file itself says nothing."""

import re
import unicodedata
from pathlib import PurePath
from typing import NamedTuple

from django.utils.translation import gettext as _

MAX_NAME = 200
BETWEEN = re.compile(r"\s+[-–—]+\s+")
TRACK = re.compile(r"\d{1,3}|[A-D]\d{1,2}")
# A number is a track's where something ends it, "03. ", "3) ", "[03] ", "1-03 ", "03-"; or where it
# begins with a zero: "99 Problems" and "7 rings" are titles.
NUMBERED = re.compile(
    r"""(?: \[\d{1,3}\] | \(\d{1,3}\) | \d{1,2}-\d{1,2}(?=[ .)-]) | 0\d{1,2}(?=\s)
        | \d{1,3}[.)](?!\d) | 0\d{1,2}-(?=\S) )[\s.)-]*""",
    re.VERBOSE,
)


class Names(NamedTuple):
    title: str
    artist: str = ""


def title_from(filename: str) -> str:
    """Make a title of a file name: no extension, no control characters, underscores as blanks."""
    return _stem(filename)[:MAX_NAME] or _("Untitled")


def names_from(filename: str) -> Names:
    """Split a file name as people write them: "Artist - Title", "03 - Title", "03. Artist - Title".

    Of "Artist - Album - 03 - Title" the album is left out.
    """
    stem = _stem(filename)
    parts = [part for part in BETWEEN.split(_without_number(stem)) if part]
    if len(parts) > 1 and TRACK.fullmatch(parts[0]):
        parts = [_without_number(part) for part in parts[1:]]
    artist, rest = (parts[0], parts[1:]) if len(parts) > 1 else ("", parts)
    number = next((at for at, part in enumerate(rest[:-1]) if TRACK.fullmatch(part)), -1)
    title = " - ".join(rest[number + 1 :])
    if not title:
        return Names(title_from(filename))
    return Names(_without_number(title)[:MAX_NAME], artist[:MAX_NAME])


def completed(named: Names, filename: str) -> Names:
    """Take from a file's name what its tags leave out."""
    guessed = names_from(filename)
    is_same = guessed.title.casefold() == named.title.casefold()
    artist = named.artist or (guessed.artist if is_same or not named.title else "")
    return Names(named.title or guessed.title, artist)


def _without_number(text: str) -> str:
    """Leave out a track's number in front, unless nothing else is there."""
    found = NUMBERED.match(text)
    return (found and text[found.end() :]) or text


def _stem(filename: str) -> str:
    stem = PurePath(filename.replace("\\", "/")).stem.replace("_", " ")
    printable = "".join(c for c in stem if unicodedata.category(c)[0] != "C")
    return " ".join(printable.split())
