"""A journal for people: a table for spreadsheets, and a text with a heading for every day."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import TYPE_CHECKING

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from classifier.readings import WORDS
from journal.archive.schema import Archive, ArchivedEntry, ArchivedSong
from journify.spreadsheets import guard
from ml.labels import EMOTIONS

if TYPE_CHECKING:
    from collections.abc import Iterator

COLUMNS = [
    *("date", "answered_at", "phrase", "title", "artist", "album"),
    *("emotion", "said_by", "sad", "happy", "energetic", "calm", "note"),
]
MARKS = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_[]<>#|"})


def as_csv(archive: Archive) -> str:
    """Write a row for every phrase."""
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    for date, entry, song, emotion, said_by in _rows(archive):
        best = song.readings[0].probabilities if song and song.readings else {}
        cells = [
            date.isoformat(),
            entry.answered_at.isoformat() if entry.answered_at else "",
            entry.phrase,
            *((song.name, song.artist, song.album) if song else ("", "", "")),
            *(emotion, said_by),
            *(best.get(each.value, "") for each in EMOTIONS),
            entry.note,
        ]
        writer.writerow([_harmless(cell) for cell in cells])
    return file.getvalue()


def as_markdown(archive: Archive, *, name: str) -> str:
    """Write the answered phrases and notes, day by day, in the active language and time zone."""
    lines = [f"# {_plain(_('The journal of %(name)s') % {'name': name})}"]
    last: dt.date | None = None
    for date, entry, song, emotion, said_by in _rows(archive):
        if song is None and not entry.note:
            continue
        if date != last:
            lines += ["", f"## {formats.date_format(date, 'DAY_FORMAT')}"]
            last = date
        lines += ["", f"**{_plain(entry.phrase)}**  "]
        if song is not None:
            lines.append(_line_of(song, emotion, said_by, entry))
        lines += [f"> {_plain(line)}" for line in entry.note.splitlines()]
    return "\n".join(lines) + "\n"


def _rows(
    archive: Archive,
) -> Iterator[tuple[dt.date, ArchivedEntry, ArchivedSong | None, str, str]]:
    """Every phrase with its date, its song, the emotion that counts, and who said it."""
    songs = {song.ref: song for song in archive.songs}
    labels = {label.song: label.emotion for label in archive.labels}
    for day in archive.days:
        for entry in day.entries:
            song = songs.get(entry.song)
            emotion, said_by = "", ""
            if entry.song in labels:
                emotion, said_by = labels[entry.song], "you"
            elif song is not None and song.readings:
                emotion, said_by = song.readings[0].emotion, "model"
            yield day.date, entry, song, emotion, said_by


def _line_of(song: ArchivedSong, emotion: str, said_by: str, entry: ArchivedEntry) -> str:
    title = f"*{_plain(song.name)}*" + (f" – {_plain(song.artist)}" if song.artist else "")
    parts = [title]
    if emotion:
        word = str(WORDS[emotion])
        parts.append(_("%(word)s (your word)") % {"word": word} if said_by == "you" else word)
    if entry.answered_at:
        parts.append(formats.time_format(timezone.localtime(entry.answered_at), "TIME_FORMAT"))
    return " · ".join(parts)


def _harmless(cell: object) -> object:
    return guard(cell) if isinstance(cell, str) else cell


def _plain(text: str) -> str:
    """Text that Markdown takes literally."""
    return text.translate(MARKS)
