"""A journal for people: a table for spreadsheets, and a text with a heading for every day."""

from __future__ import annotations

import csv
import datetime as dt
import io
from typing import TYPE_CHECKING

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from classifier.emotions.readings import WORDS, candidates_of, not_sure_between
from journal.archive.schema import NOT_SURE, YOU, Archive, ArchivedEntry, ArchivedSong
from journify.web.spreadsheets import guard
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
    for date, entry, song in _rows(archive):
        best = song.readings[0].probabilities if song and song.readings else {}
        cells = [
            date.isoformat(),
            entry.answered_at.isoformat() if entry.answered_at else "",
            entry.phrase,
            *((song.name, song.artist, song.album) if song else ("", "", "")),
            *((song.emotion, song.said_by) if song else ("", "")),
            *(best.get(each.value, "") for each in EMOTIONS),
            entry.note,
        ]
        writer.writerow([_harmless(cell) for cell in cells])
    return file.getvalue()


def as_markdown(archive: Archive, *, name: str) -> str:
    """Write the answered phrases and notes, day by day, in the active language and time zone."""
    lines = [f"# {_plain(_('The journal of %(name)s') % {'name': name})}"]
    last: dt.date | None = None
    for date, entry, song in _rows(archive):
        if song is None and not entry.note:
            continue
        if date != last:
            lines += ["", f"## {formats.date_format(date, 'DAY_FORMAT')}"]
            last = date
        lines += ["", f"**{_plain(entry.phrase)}**  "]
        if song is not None:
            lines.append(_line_of(song, entry))
        lines += [f"> {_plain(line)}" for line in entry.note.splitlines()]
    return "\n".join(lines) + "\n"


def _rows(archive: Archive) -> Iterator[tuple[dt.date, ArchivedEntry, ArchivedSong | None]]:
    """Every phrase with its date and its song."""
    songs = {song.ref: song for song in archive.songs}
    for day in archive.days:
        for entry in day.entries:
            yield day.date, entry, songs.get(entry.song)


def _line_of(song: ArchivedSong, entry: ArchivedEntry) -> str:
    title = f"*{_plain(song.name)}*" + (f" – {_plain(song.artist)}" if song.artist else "")
    parts = [title]
    if song.emotion:
        parts.append(_word_of(song))
    if entry.answered_at:
        parts.append(formats.time_format(timezone.localtime(entry.answered_at), "TIME_FORMAT"))
    return " · ".join(parts)


def _word_of(song: ArchivedSong) -> str:
    """What a song counts as, as a page says it."""
    if song.emotion == NOT_SURE:
        likely = [bar.word for bar in candidates_of(song.readings[0].probabilities)]
        return not_sure_between(likely)
    word = str(WORDS[song.emotion])
    return _("%(word)s (your word)") % {"word": word} if song.said_by == YOU else word


def _harmless(cell: object) -> object:
    return guard(cell) if isinstance(cell, str) else cell


def _plain(text: str) -> str:
    """Text that Markdown takes literally."""
    return text.translate(MARKS)
