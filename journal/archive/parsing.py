"""Make an `Archive` of a stranger's `journify.json`, or refuse it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from classifier.emotions.words import NORMS
from classifier.models import Classification
from journal.archive.fields import YEARS, Fields, load
from journal.archive.schema import (
    FORMAT,
    PARTS_MAX,
    VERSION,
    Archive,
    ArchivedDay,
    ArchivedEntry,
    ArchivedFeeling,
    ArchivedLabel,
    ArchivedLearnt,
    ArchivedPhrase,
    ArchivedPreferences,
    ArchivedReading,
    ArchivedSong,
    ArchiveRejectedError,
)
from journal.day.feelings import tags_from
from journal.day.pages import today
from journal.models import MAX_FELT, MAX_TAGS, TAG_LENGTH, Preferences, validate_time_zone
from ml.labels import EMOTIONS

NAMES = [emotion.value for emotion in EMOTIONS]
MOST = {"phrases": 50_000, "songs": 50_000, "labels": 50_000, "days": 40_000}
# Of a day, which imports may have made fuller than a page lets one; of all days, twelve phrases on
# each of a long life.
MOST_OF_A_DAY, MOST_ENTRIES = 2_000, 600_000
HASH = re.compile(r"[0-9a-f]{64}")
SPOTIFY_LINK = "https://open.spotify.com/"
DEEZER_LINK = "https://www.deezer.com/"
HIGHEST = 2**31 - 1


def parse(files: Iterable[bytes]) -> Archive:
    """Read and check all parts, before anything is written.

    Raises
    ------
    ArchiveRejectedError
        It is not a journal, not of a version that we know, or a value in it cannot be.
    """
    rest = iter(files)
    archive, parts = _first_part(_top(next(rest)))
    found = 1
    for data in rest:
        _add_part(archive, _top(data))
        found += 1
    if found != parts:
        raise ArchiveRejectedError(_("A part of this archive is missing."))
    return archive


def _top(data: bytes) -> Fields:
    """What a file of JSON holds, if it is one of ours."""
    top = Fields(load(data), "")
    if top.values.get("format") != FORMAT:
        raise ArchiveRejectedError(_("This ZIP file holds no journal."))
    if top.values.get("version") != VERSION:
        raise ArchiveRejectedError(
            _("This archive was made by another version of Journify, and this one cannot read it.")
        )
    return top


def _first_part(top: Fields) -> tuple[Archive, int]:
    """What `journify.json` holds, and in how many files the rows are."""
    archive = Archive(
        preferences=_preferences(top.item("preferences")),
        learnt=_learnt(top.item("learnt")),
        phrases=[_phrase(row) for row in top.items("phrases", most=MOST["phrases"])],
        songs=[],
        labels=[],
        days=[],
    )
    _add_part(archive, top)
    return archive, top.integer("parts", least=1, most=PARTS_MAX) or 1


def _add_part(archive: Archive, top: Fields) -> None:
    """Add the rows of a file, which may refer to songs of those before it."""
    songs, labels, days = archive.songs, archive.labels, archive.days
    songs += [_song(row) for row in top.items("songs", most=MOST["songs"] - len(songs))]
    refs = {song.ref for song in songs}
    if len(refs) != len(songs):
        raise top.wrong("songs")
    labels += [_label(row, refs) for row in top.items("labels", most=MOST["labels"] - len(labels))]
    days += [_day(row, refs) for row in top.items("days", most=MOST["days"] - len(days))]
    is_full = sum(len(day.entries) for day in days) > MOST_ENTRIES
    if is_full or len({day.date for day in days}) != len(days):
        raise top.wrong("days")


def _learnt(row: Fields) -> ArchivedLearnt:
    counts = {
        name: row.integer(name, most=MOST["labels"]) or 0 for name in ("labels", "before", "after")
    }
    scale = row.number("scale", least=0.1, most=10.0)
    return ArchivedLearnt(
        is_on=row.flag("is_on", default=True),
        forgotten_at=row.moment("forgotten_at"),
        arousal=row.number("arousal", least=-50.0, most=50.0) or 0.0,
        valence=row.number("valence", least=-50.0, most=50.0) or 0.0,
        scale=1.0 if scale is None else scale,
        strength=row.number("strength", most=1.0) or 0.0,
        **counts,
    )


def _preferences(row: Fields) -> ArchivedPreferences:
    zone = row.text("time_zone", longest=64)
    try:
        if zone:
            validate_time_zone(zone)
    except ValidationError as error:
        raise row.wrong("time_zone") from error
    languages = {"", *dict(settings.LANGUAGES)}
    language = row.text("language", longest=10)
    theme = row.text("theme", longest=10, choices=["", *Preferences.Theme.values])
    return ArchivedPreferences(
        time_zone=zone,
        # another machine may speak more languages than this one
        language=language if language in languages else "",
        theme=theme or Preferences.Theme.AUTO,
        phrases_per_day=row.integer("phrases_per_day", least=1, most=24) or 12,
        large_phrases=row.integer("large_phrases", least=1, most=12) or 3,
        leave_hard_days_out=row.flag("leave_hard_days_out"),
        search=row.text("search", longest=10, choices=Preferences.Search.values),
    )


def _phrase(row: Fields) -> ArchivedPhrase:
    text = row.text("text", longest=140)
    if not text.strip():
        raise row.wrong("text")
    return ArchivedPhrase(text, row.text("theme", longest=40), row.flag("active"))


def _song(row: Fields) -> ArchivedSong:
    sha256 = row.text("sha256", longest=64)
    if sha256 and not HASH.fullmatch(sha256):
        raise row.wrong("sha256")
    title = row.text("title", longest=200)
    is_of_platform = bool(row.values.get("spotify_id") or row.values.get("deezer_id"))
    if not title.strip() and not (is_of_platform and title == ""):
        raise row.wrong("title")
    audio = row.text("audio", longest=80)
    if audio and PurePosixPath(audio).stem != sha256:
        raise row.wrong("audio")
    return ArchivedSong(
        ref=row.text("ref", longest=40),
        title=title,
        artist=row.text("artist", longest=200),
        album=row.text("album", longest=200),
        isrc=row.text("isrc", longest=12),
        duration_ms=row.integer("duration_ms", most=HIGHEST),
        sha256=sha256,
        audio=audio,
        catalogue_key=row.text("catalogue_key", longest=50),
        spotify_id=row.text("spotify_id", longest=22),
        spotify_url=_link(row, "spotify_url", SPOTIFY_LINK),
        deezer_id=row.integer("deezer_id", most=2**53),
        deezer_url=_link(row, "deezer_url", DEEZER_LINK),
        added_at=row.moment("added_at"),
        readings=[_reading(each) for each in row.items("readings", most=50)],
    )


def _link(row: Fields, name: str, beginning: str) -> str:
    """A link to a platform's own pages; one to anywhere else is left out."""
    link = row.text(name, longest=200)
    is_one = link.startswith(beginning) and link.isprintable() and " " not in link
    return link if is_one else ""


def _reading(row: Fields) -> ArchivedReading:
    finished_at = row.moment("finished_at")
    if finished_at is None:
        raise row.wrong("finished_at")
    return ArchivedReading(
        model=row.text("model", longest=40),
        version=row.text("version", longest=30),
        emotion=row.text("emotion", longest=10, choices=NAMES),
        probabilities=_probabilities(row),
        segments=[_segment(each) for each in row.items("segments", most=20)],
        clip_source=row.text("clip_source", longest=20),
        clip_start=row.number("clip_start", most=36_000),
        is_middle=row.flag("is_middle", default=True),
        input=row.text("input", longest=10, choices=Classification.Input.values),
        seconds=row.number("seconds", most=1e6),
        finished_at=finished_at,
    )


def _probabilities(row: Fields) -> dict[str, float]:
    probabilities = row.item("probabilities")
    if set(probabilities.values) - set(NAMES):
        raise row.wrong("probabilities")
    return {
        name: value for name in NAMES if (value := probabilities.number(name, most=1)) is not None
    }


def _segment(row: Fields) -> dict[str, Any]:
    start, end = row.number("start", most=36_000), row.number("end", most=36_000)
    if start is None or end is None:
        raise row.wrong("start")
    return {"start": start, "end": end, "probabilities": _probabilities(row)}


def _label(row: Fields, refs: set[str]) -> ArchivedLabel:
    changed_at = row.moment("changed_at")
    if changed_at is None:
        raise row.wrong("changed_at")
    song = row.text("song", longest=40, choices=refs)
    emotion = row.text("emotion", longest=10, choices=NAMES)
    word = row.text("word", longest=16, choices={"", *NORMS[emotion]})
    return ArchivedLabel(song, emotion, changed_at, word)


def _day(row: Fields, refs: set[str]) -> ArchivedDay:
    date = row.day("date")
    # whoever is east of here may have a day that has not begun yet
    if date.year < YEARS.start or (date - today()).days > 1:
        raise row.wrong("date")
    entries = [_entry(each, refs) for each in row.items("entries", most=MOST_OF_A_DAY)]
    if len({entry.position for entry in entries}) != len(entries):
        raise row.wrong("entries")
    felt = _feeling(row.item("felt")) if row.values.get("felt") else None
    return ArchivedDay(date, entries, felt, is_favourite=row.flag("is_favourite"))


def _feeling(row: Fields) -> ArchivedFeeling:
    emotions = row.texts("emotions", most=MAX_FELT, longest=10, choices=NAMES)
    tags = row.texts("tags", most=MAX_TAGS, longest=TAG_LENGTH)
    if any(tags_from(tag, []) != [tag] for tag in tags):
        raise row.wrong("tags")
    return ArchivedFeeling(emotions, tags)


def _entry(row: Fields, refs: set[str]) -> ArchivedEntry:
    position = row.integer("position", most=32_000)
    if position is None:
        raise row.wrong("position")
    return ArchivedEntry(
        position=position,
        phrase=row.text("phrase", longest=140),
        phrase_key=row.text("phrase_key", longest=50),
        song=row.text("song", longest=40, choices=refs) if row.values.get("song") else "",
        note=row.text("note", longest=2000),
        answered_at=row.moment("answered_at"),
    )
