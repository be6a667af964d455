"""What stands in an archive: names, limits, and the shape of `journify.json`.

Nothing in it is known by a key of the database: a song by what it is (the hash of its audio, its
number at a platform), a day by its date, a phrase by its text. So it means the same everywhere.
"""

import datetime as dt
import re
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath
from typing import Any

from django.conf import settings

from classifier.emotions.words import NORMS, WORDS
from classifier.models import Classification, name_of
from journal.archive import fields
from journal.archive.fields import NEEDED, Row
from journal.day.feelings import tags_from
from journal.day.pages import today
from journal.models import MAX_FELT, MAX_TAGS, TAG_LENGTH, Preferences, validate_time_zone
from journal.models.days import NAMES

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


# Of a day, which imports may have made fuller than a page lets one; of all days, twelve phrases on
# each of a long life.
MOST_OF_A_DAY, MOST_ENTRIES = 2_000, 600_000
MOST = {"phrases": 50_000, "songs": 50_000, "labels": 50_000, "days": 40_000}
HASH = re.compile(r"[0-9a-f]{64}|")
HIGHEST = 2**31 - 1


def _zone(name: str) -> str:
    if name:
        validate_time_zone(name)
    return name


def _language(code: str) -> str:
    """Leave out what this machine does not speak; another may speak more."""
    return code if code in dict(settings.LANGUAGES) else ""


def _said(text: str) -> str:
    if not text.strip():
        raise ValueError(text)
    return text


def _hash(digest: str) -> str:
    if not HASH.fullmatch(digest):
        raise ValueError(digest)
    return digest


def _tag(text: str) -> str:
    if tags_from(text, []) != [text]:
        raise ValueError(text)
    return text


def _link(link: str, *, beginning: str) -> str:
    """A link to a platform's own pages; one to anywhere else is left out."""
    is_one = link.startswith(beginning) and link.isprintable() and " " not in link
    return link if is_one else ""


@dataclass(frozen=True, kw_only=True)
class ArchivedSegment(Row):
    """What a model said of a part of a song, between seconds."""

    start: float = fields.number(0, 36_000, default=NEEDED)
    end: float = fields.number(0, 36_000, default=NEEDED)
    probabilities: dict[str, float] = fields.numbers(NAMES, 0, 1)


@dataclass(frozen=True, kw_only=True)
class ArchivedReading(Row):
    model: str = fields.text(40)
    version: str = fields.text(30)
    emotion: str = fields.text(10, choices=NAMES, default=NEEDED)
    probabilities: dict[str, float] = fields.numbers(NAMES, 0, 1)
    segments: list[Any] = fields.parts(ArchivedSegment, most=20)
    word_odds: dict[str, float] = fields.numbers(WORDS, -50, 50)
    clip_source: str = fields.text(20)
    clip_start: float | None = fields.number(0, 36_000)
    is_middle: bool = fields.flag(default=True)
    input: str = fields.text(10, choices=Classification.Input.values, default=NEEDED)
    seconds: float | None = fields.number(0, 1e6)
    finished_at: dt.datetime = fields.moment(default=NEEDED)


@dataclass(frozen=True, kw_only=True)
class ArchivedSong(Row):
    """A song, by what it is; `sha256` only where it is the listener's own file."""

    ref: str = fields.text(40)
    title: str = fields.text(200)
    artist: str = fields.text(200)
    album: str = fields.text(200)
    isrc: str = fields.text(12)
    duration_ms: int | None = fields.integer(0, HIGHEST)
    sha256: str = fields.text(64, clean=_hash)
    audio: str = fields.text(80)
    catalogue_key: str = fields.text(50)
    spotify_id: str = fields.text(22)
    spotify_url: str = fields.text(200, clean=partial(_link, beginning="https://open.spotify.com/"))
    deezer_id: int | None = fields.integer(0, 2**53)
    deezer_url: str = fields.text(200, clean=partial(_link, beginning="https://www.deezer.com/"))
    added_at: dt.datetime | None = fields.moment()  # own songs only
    readings: list[ArchivedReading] = fields.parts(ArchivedReading, most=50)
    # what it counted as for the listener: told, and worked out anew by whoever imports it
    emotion: str = ""
    said_by: str = ""

    @property
    def name(self) -> str:
        return name_of(self.title, is_of_spotify=bool(self.spotify_id or self.spotify_url))

    def problem(self) -> str:
        """Only a platform's song may lack its title, and audio is called by its hash."""
        is_of_platform = bool(self.spotify_id or self.deezer_id)
        if not self.title.strip() and (self.title or not is_of_platform):
            return "title"
        return "audio" if self.audio and PurePosixPath(self.audio).stem != self.sha256 else ""


@dataclass(frozen=True, kw_only=True)
class ArchivedEntry(Row):
    position: int = fields.integer(0, 32_000, default=NEEDED)
    phrase: str = fields.text(140)
    phrase_key: str = fields.text(50)
    song: str = fields.text(40)
    note: str = fields.text(2000)
    answered_at: dt.datetime | None = fields.moment()


@dataclass(frozen=True)
class ArchivedFeeling(Row):
    emotions: list[str] = fields.texts(fields.text(10, choices=NAMES), most=MAX_FELT)
    tags: list[str] = fields.texts(fields.text(TAG_LENGTH, clean=_tag), most=MAX_TAGS)


@dataclass(frozen=True)
class ArchivedDay(Row):
    date: dt.date = fields.calendar_day()
    entries: list[ArchivedEntry] = fields.parts(ArchivedEntry, most=MOST_OF_A_DAY)
    felt: ArchivedFeeling | None = fields.part(ArchivedFeeling, default=None)
    is_favourite: bool = fields.flag(default=False)

    def problem(self) -> str:
        """No day of the future, though whoever is east of here may have one that begins later."""
        if (self.date - today()).days > 1:
            return "date"
        places = {entry.position for entry in self.entries}
        return "entries" if len(places) != len(self.entries) else ""


@dataclass(frozen=True)
class ArchivedLabel(Row):
    song: str = fields.text(40, default=NEEDED)
    emotion: str = fields.text(10, choices=NAMES, default=NEEDED)
    changed_at: dt.datetime = fields.moment(default=NEEDED)
    word: str = fields.text(16)

    def problem(self) -> str:
        """A finer word is one of its emotion's."""
        return "word" if self.word and self.word not in NORMS[self.emotion] else ""


@dataclass(frozen=True)
class ArchivedPhrase(Row):
    text: str = fields.text(140, clean=_said, default=NEEDED)
    theme: str = fields.text(40)
    active: bool = fields.flag(default=False)


@dataclass(frozen=True)
class ArchivedPreferences(Row):
    time_zone: str = fields.text(64, clean=_zone)
    language: str = fields.text(10, clean=_language)
    theme: str = fields.text(10, choices=Preferences.Theme.values, default=Preferences.Theme.AUTO)
    phrases_per_day: int = fields.integer(1, 24, default=12)
    large_phrases: int = fields.integer(1, 12, default=3)
    leave_hard_days_out: bool = fields.flag(default=False)
    search: str = fields.text(10, choices=Preferences.Search.values)


@dataclass(frozen=True)
class ArchivedLearnt(Row):
    """What the listener's labels taught; whoever imports it learns it anew from the labels."""

    is_on: bool = fields.flag(default=True)
    forgotten_at: dt.datetime | None = fields.moment()
    arousal: float = fields.number(-50, 50, default=0.0)
    valence: float = fields.number(-50, 50, default=0.0)
    scale: float = fields.number(0.1, 10, default=1.0)
    strength: float = fields.number(0, 1, default=0.0)
    labels: int = fields.integer(0, MOST["labels"], default=0)
    before: int = fields.integer(0, MOST["labels"], default=0)
    after: int = fields.integer(0, MOST["labels"], default=0)


@dataclass(frozen=True, kw_only=True)
class Archive(Row):
    """Everything a listener put into a journal, and what came of it."""

    preferences: ArchivedPreferences = fields.part(ArchivedPreferences, default=ArchivedPreferences)
    learnt: ArchivedLearnt = fields.part(ArchivedLearnt, default=ArchivedLearnt)
    phrases: list[ArchivedPhrase] = fields.parts(ArchivedPhrase, most=MOST["phrases"])
    songs: list[ArchivedSong] = fields.parts(ArchivedSong, most=MOST["songs"])
    labels: list[ArchivedLabel] = fields.parts(ArchivedLabel, most=MOST["labels"])
    days: list[ArchivedDay] = fields.parts(ArchivedDay, most=MOST["days"])
    parts: int = fields.integer(1, PARTS_MAX, default=1)
