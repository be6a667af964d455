"""What stands in an archive: names, limits, and the shape of `journify.json`.

Nothing in it is known by a key of the database: a song by what it is (the hash of its audio, its
number at a platform), a day by its date, a phrase by its text. So it means the same everywhere.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from classifier.models import name_of

FORMAT = "journify"
VERSION = 1

MAIN_FILE = "journify.json"
TABLE_FILE = "entries.csv"
TEXT_FILE = "journal.md"
AUDIO_FOLDER = "audio/"

# Readers hold one file of JSON at a time in memory, of at most `MAIN_MAX_BYTES`. What does not fit
# goes on in further parts: twelve are a century of full pages.
MAIN_MAX_BYTES = 32_000_000
PARTS_MAX = 12

# What a song counts as that no model was sure of, and who said what it counts as.
NOT_SURE = "not sure"
YOU, MODEL = "you", "model"

# An answer that came with an archive: nobody here can vouch for it, so it counts for its owner's
# own songs only and under a version of its own.
IMPORTED = "+import"


def part_name(number: int) -> str:
    """The name of the JSON file with that number, from 1 on."""
    return MAIN_FILE if number == 1 else MAIN_FILE.replace(".", f"-{number}.")


class ArchiveRejectedError(Exception):
    """The file is not an archive that we can take; `str(error)` says why to the listener."""


@dataclass(frozen=True)
class ArchivedReading:
    """What a model said of a song."""

    model: str
    version: str
    emotion: str
    probabilities: dict[str, float]
    segments: list[dict[str, Any]]
    clip_source: str
    clip_start: float | None
    is_middle: bool
    input: str
    seconds: float | None
    finished_at: dt.datetime


@dataclass(frozen=True)
class ArchivedSong:
    """A song, by what it is; `sha256` only where it is the listener's own file."""

    ref: str
    title: str
    artist: str
    album: str
    isrc: str
    duration_ms: int | None
    sha256: str
    audio: str
    catalogue_key: str
    spotify_id: str
    spotify_url: str
    deezer_id: int | None
    deezer_url: str
    added_at: dt.datetime | None  # own songs only
    readings: list[ArchivedReading] = field(default_factory=list)
    # what it counted as for the listener: told, and worked out anew by whoever imports it
    emotion: str = ""
    said_by: str = ""

    @property
    def name(self) -> str:
        """The title as a table says it."""
        return name_of(self.title, is_of_spotify=bool(self.spotify_id or self.spotify_url))


@dataclass(frozen=True)
class ArchivedEntry:
    """A phrase of a day, with or without a song."""

    position: int
    phrase: str
    phrase_key: str
    song: str
    note: str
    answered_at: dt.datetime | None


@dataclass(frozen=True)
class ArchivedFeeling:
    """What the listener said of a day itself."""

    emotions: list[str]
    tags: list[str]


@dataclass(frozen=True)
class ArchivedDay:
    """A day of the listener's calendar."""

    date: dt.date
    entries: list[ArchivedEntry]
    felt: ArchivedFeeling | None = None
    is_favourite: bool = False


@dataclass(frozen=True)
class ArchivedLabel:
    """What the listener said of a song."""

    song: str
    emotion: str
    changed_at: dt.datetime
    word: str = ""


@dataclass(frozen=True)
class ArchivedPhrase:
    """A phrase the listener wrote."""

    text: str
    theme: str
    active: bool


@dataclass(frozen=True)
class ArchivedPreferences:
    """How the listener wants the journal."""

    time_zone: str
    language: str
    theme: str
    phrases_per_day: int
    large_phrases: int
    leave_hard_days_out: bool
    search: str


@dataclass(frozen=True)
class ArchivedLearnt:
    """What the listener's labels taught; whoever imports it learns it anew from the labels."""

    is_on: bool = True
    forgotten_at: dt.datetime | None = None
    arousal: float = 0.0
    valence: float = 0.0
    scale: float = 1.0
    strength: float = 0.0
    labels: int = 0
    before: int = 0
    after: int = 0


@dataclass(frozen=True)
class Archive:
    """Everything a listener put into a journal, and what came of it."""

    preferences: ArchivedPreferences
    phrases: list[ArchivedPhrase]
    songs: list[ArchivedSong]
    labels: list[ArchivedLabel]
    days: list[ArchivedDay]
    learnt: ArchivedLearnt = ArchivedLearnt()
