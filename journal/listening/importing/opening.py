"""Open what a listener sends: one file or the ZIP it came in, whichever of the formats it is.

What a file is, its content says, not its name: exports are renamed, and their folders speak the
listener's language. Everything is read as a stream: a million plays never stand in memory at once.
"""

import codecs
import csv
import io
import itertools
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import IO, Any

import ijson
from django.conf import settings
from django.utils.translation import gettext as _

from journal.listening.importing.plays import NOT_RECOGNISED, HistoryRejectedError, Play
from journal.listening.importing.readers import (
    apple_music,
    itunes,
    lastfm,
    listenbrainz,
    m3u,
    spotify_account,
    spotify_extended,
    youtube_music,
)

# Readers of JSON objects and of CSV rows, known by the keys that they need.
OBJECTS = {
    spotify_extended: spotify_extended.read_spotify_extended,
    spotify_account: spotify_account.read_spotify_account,
    listenbrainz: listenbrainz.read_listenbrainz,
    youtube_music: youtube_music.read_youtube_music,
}
TABLES = {lastfm: lastfm.read_lastfm, apple_music: apple_music.read_apple_music}

# What a broken file makes its readers raise.
DAMAGE = (ijson.JSONError, UnicodeError, csv.Error, zipfile.BadZipFile, zlib.error, EOFError)
ENDINGS = (".json", ".jsonl", ".csv", ".m3u", ".m3u8", ".xml")
HEAD_BYTES = 4096
MAX_MEMBERS = 20_000
MAX_FIELD_CHARACTERS = 131_072
BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class History:
    """A file that was opened: its plays, and what was recognised and left out on the way.

    `formats`: how many files of each format were recognised; `problem`: why a file could not be
    read to its end, as a sentence; what came before it counts; `unusable`, `skipped`: rows that are
    no songs (podcasts, broken rows), and plays that were ended at once; `bytes_read`: how much was
    read, unpacked.
    """

    def __init__(self) -> None:
        self.formats: Counter[str] = Counter()
        self.problem = ""
        self.unusable = 0
        self.skipped = 0
        self.bytes_read = 0

    def plays(self, path: Path, *, folder: str = "") -> Iterator[Play]:
        """Read all plays of a file, or of every file in a ZIP (in a folder of it)."""
        try:
            for name, opened in _files(path, folder):
                with opened() as file:
                    yield from self._of_file(name, file)
        except HistoryRejectedError as error:
            self.problem = str(error)
        except DAMAGE:
            self.problem = _("This ZIP file is damaged.")
        if not self.formats and not self.problem:
            self.problem = str(NOT_RECOGNISED)

    def _of_file(self, name: str, file: IO[bytes]) -> Iterator[Play]:
        found = _recognise(name, io.BufferedReader(_Counted(file, self), HEAD_BYTES * 16))
        if found is None:
            return
        reader, plays = found
        self.formats[reader] += 1
        try:
            for play in plays:
                if play is None:
                    self.unusable += 1
                elif play.is_skipped:
                    self.skipped += 1
                else:
                    yield play
        except DAMAGE:
            sentence = _("“%(name)s” is cut short or damaged. Everything before it was imported.")
            self.problem = sentence % {"name": name[-80:]}


class _Counted(io.RawIOBase):
    """A stream that knows how much of it was read, and ends where a ZIP bomb would go on."""

    def __init__(self, file: IO[bytes], history: History) -> None:
        self._file, self._history = file, history

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._file.read(len(buffer))
        self._history.bytes_read += len(data)
        if self._history.bytes_read > settings.HISTORY_UNPACKED_MAX_MB * 1_000_000:
            raise HistoryRejectedError(
                _("Unpacked, this is larger than %(max)s\xa0MB.")
                % {"max": settings.HISTORY_UNPACKED_MAX_MB}
            )
        buffer[: len(data)] = data
        return len(data)


def _files(path: Path, folder: str) -> Iterator[tuple[str, Callable[[], Any]]]:
    if not zipfile.is_zipfile(path):
        yield path.name, lambda: path.open("rb")
        return
    with zipfile.ZipFile(path) as archive:
        members = [one for one in archive.infolist() if not one.is_dir()]
        if len(members) > MAX_MEMBERS:
            raise HistoryRejectedError(_("This ZIP file holds too many files."))
        for member in members:
            base = member.filename.rpartition("/")[2]
            is_ours = (
                member.filename.startswith(folder)
                and not base.startswith("._")
                and not member.flag_bits & 0x1
            )
            if is_ours and base.lower().endswith(ENDINGS):
                yield base, partial(archive.open, member)


def _recognise(name: str, stream: io.BufferedReader) -> tuple[str, Iterable[Play | None]] | None:
    """Say which format a stream has, and begin to read it; None for what is no history."""
    head = stream.peek(HEAD_BYTES)[:HEAD_BYTES]
    encoding = next((code for bom, code in BOMS if head.startswith(bom)), "utf-8")
    start = head.decode(encoding, errors="replace").lstrip("\ufeff \t\r\n")
    if start.startswith("["):
        return _of_objects(_items(stream, head))
    if start.startswith("{"):
        # objects one a line, as in `.jsonl`; a file that is one object gives that
        return _of_objects(iter(ijson.items(stream, "", multiple_values=True, use_float=True)))
    if start.startswith("<?xml") and "plist" in start:
        return itunes.NAME, itunes.read_itunes(stream)
    lines = io.TextIOWrapper(stream, encoding=encoding, errors="replace", newline=None)
    if start.startswith(("#EXTM3U", m3u.INFO)) or name.lower().endswith((".m3u", ".m3u8")):
        return m3u.NAME, m3u.read_m3u(lines)
    return _of_table(lines)


def _items(stream: io.BufferedReader, head: bytes) -> Iterator[Any]:
    if head.startswith(codecs.BOM_UTF8):
        stream.read(len(codecs.BOM_UTF8))
    return iter(ijson.items(stream, "item", use_float=True))


def _of_objects(items: Iterator[Any]) -> tuple[str, Iterable[Play | None]] | None:
    """Take the first object's keys for those of all: an export is of one kind."""
    try:
        first = next(items, None)
    except ijson.JSONError:
        return None
    if not isinstance(first, dict):
        return None
    for reader, read in OBJECTS.items():
        if first.keys() >= reader.KEYS:
            rows = itertools.chain([first], items)
            return reader.NAME, (read(row) if isinstance(row, dict) else None for row in rows)
    return None


def _of_table(lines: io.TextIOWrapper) -> tuple[str, Iterable[Play | None]] | None:
    csv.field_size_limit(MAX_FIELD_CHARACTERS)
    rows = csv.reader(lines)
    try:
        first = next(rows, [])
    except (csv.Error, UnicodeError):
        return None
    header = [name.strip() for name in first]
    for reader, read in TABLES.items():
        if set(header) >= reader.HEADER:
            return reader.NAME, (read(dict(zip(header, row, strict=False))) for row in rows)
    if lastfm.is_bare(first):
        both = itertools.chain([first], rows)
        return lastfm.NAME, (lastfm.read_bare(row) for row in both)
    return None
