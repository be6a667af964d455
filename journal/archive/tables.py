"""A journal for people: a table for spreadsheets, and a text with a heading for every day."""

from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from classifier.emotions.readings import WORDS, candidates_of, not_sure_between
from journal.archive import schema
from journify.web.spreadsheets import csv_of
from ml.labels import EMOTIONS

COLUMNS = [
    *("date", "answered_at", "phrase", "title", "artist", "album"),
    *("emotion", "said_by", "sad", "happy", "energetic", "calm", "note"),
    *("felt", "tags"),
]
MARKS = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_[]<>#|"})


def as_csv(archive: schema.Archive) -> str:
    """Write a row for every phrase."""
    rows: list[list[Any]] = [list(COLUMNS)]
    songs = {song.ref: song for song in archive.songs}
    entries = [(day, entry) for day in archive.days for entry in day.entries]
    for day, entry in entries:
        song = songs.get(entry.song)
        best = song.readings[0].probabilities if song and song.readings else {}
        rows.append(
            [
                day.date.isoformat(),
                entry.answered_at.isoformat() if entry.answered_at else "",
                entry.phrase,
                *((song.name, song.artist, song.album) if song else ("", "", "")),
                *((song.emotion, song.said_by) if song else ("", "")),
                *(best.get(each.value, "") for each in EMOTIONS),
                entry.note,
                " ".join(day.felt.emotions) if day.felt else "",
                ", ".join(day.felt.tags) if day.felt else "",
            ]
        )
    return csv_of(rows)


def as_markdown(archive: schema.Archive, *, name: str) -> str:
    """Write what was answered, noted and felt, by day, in the active language and time zone."""
    lines = [f"# {_plain(_('The journal of %(name)s') % {'name': name})}"]
    songs = {song.ref: song for song in archive.songs}
    for day in archive.days:
        told = [line for entry in day.entries for line in _lines_of(entry, songs.get(entry.song))]
        if day.felt:
            told = ["", _felt_line(day.felt), *told]
        if told:
            lines += ["", f"## {formats.date_format(day.date, 'DAY_FORMAT')}", *told]
    return "\n".join(lines) + "\n"


def _lines_of(entry: schema.ArchivedEntry, song: schema.ArchivedSong | None) -> list[str]:
    """An answer and its note; nothing where there is neither."""
    if song is None and not entry.note:
        return []
    lines = ["", f"**{_plain(entry.phrase)}**  "]
    if song is not None:
        lines.append(_line_of(song, entry))
    return [*lines, *(f"> {_plain(line)}" for line in entry.note.splitlines())]


def _felt_line(felt: schema.ArchivedFeeling) -> str:
    """How a day really was: its feelings, then its tags."""
    words = ", ".join(str(WORDS[name]) for name in felt.emotions)
    return _plain(" · ".join(filter(None, [words, ", ".join(felt.tags)])))


def _line_of(song: schema.ArchivedSong, entry: schema.ArchivedEntry) -> str:
    title = f"*{_plain(song.name)}*" + (f" – {_plain(song.artist)}" if song.artist else "")
    parts = [title]
    if song.emotion:
        parts.append(_word_of(song))
    if entry.answered_at:
        parts.append(formats.time_format(timezone.localtime(entry.answered_at), "TIME_FORMAT"))
    return " · ".join(parts)


def _word_of(song: schema.ArchivedSong) -> str:
    """What a song counts as, as a page says it."""
    if song.emotion == schema.NOT_SURE:
        likely = [bar.word for bar in candidates_of(song.readings[0].probabilities)]
        return not_sure_between(likely)
    word = str(WORDS[song.emotion])
    return _("%(word)s (your label)") % {"word": word} if song.said_by == schema.YOU else word


def _plain(text: str) -> str:
    """Text that Markdown takes literally."""
    return text.translate(MARKS)
