"""`iTunes Library.xml`: an XML property list of songs, each with its last play at most.

Read as a stream, since a library may be larger than memory; without entities, which a property list
has no use for and an attacker has (defusedxml's rule, by expat's own switch).
"""

from collections.abc import Iterator
from typing import IO
from xml.parsers import expat

from django.utils.translation import gettext as _

from journal.listening.importing.plays import (
    HistoryRejectedError,
    Play,
    moment_of,
    play_of,
    seconds_of,
)

NAME = "an iTunes library"
CHUNK = 64 * 1024
# plist / dict / dict of tracks / dict of one track
DEPTH_OF_TRACK = 3


def read_itunes(stream: IO[bytes]) -> Iterator[Play | None]:
    """Read the songs of a library, one after the other.

    Raises HistoryRejectedError: it is broken XML, or declares entities.
    """
    library = _Library()
    try:
        while chunk := stream.read(CHUNK):
            library.parser.Parse(chunk)
            yield from library.take()
        library.parser.Parse(b"", True)  # noqa: FBT003 -- expat takes no keyword
    except expat.ExpatError as error:
        raise HistoryRejectedError(_("This iTunes library is damaged.")) from error
    yield from library.take()


class _Library:
    """What of the file was read so far."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.EntityDeclHandler = self._entity
        self._songs: list[Play | None] = []
        self._depth = 0
        self._within = ""
        self._key = ""
        self._words: list[str] = []
        self._track: dict[str, str] = {}

    def take(self) -> list[Play | None]:
        """Return the songs read since the last call."""
        songs, self._songs = self._songs, []
        return songs

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        self._words = []
        if name == "dict":
            self._depth += 1
            if self._depth == DEPTH_OF_TRACK - 1:
                self._within = self._key
            if self._depth == DEPTH_OF_TRACK:
                self._track = {}

    def _end(self, name: str) -> None:
        text = "".join(self._words)
        if name == "key":
            self._key = text
        elif name == "dict":
            if self._depth == DEPTH_OF_TRACK and self._within == "Tracks":
                self._songs.append(_song(self._track))
            self._depth -= 1
        elif self._depth == DEPTH_OF_TRACK:
            self._track[self._key] = text or name

    def _text(self, text: str) -> None:
        self._words.append(text)

    def _entity(self, *_declaration: object) -> None:
        raise HistoryRejectedError(_("This iTunes library declares entities, which are not read."))


def _song(track: dict[str, str]) -> Play | None:
    """Make a play of a track's keys; video, podcasts and audiobooks are no songs."""
    if {"Podcast", "Movie", "TV Show", "Has Video"} & track.keys():
        return None
    return play_of(
        (track.get("Artist"), track.get("Name")),
        moment_of(track.get("Play Date UTC")),
        seconds=seconds_of(track.get("Total Time")),
        album=track.get("Album"),
    )
