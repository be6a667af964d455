"""The demo songs: one TOML file each, in the folder `songs`."""

import re
import tomllib
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from ml.labels import Emotion
from tools.demo_songs.score import Meter, Note, ScoreError, parse_length, parse_voice
from tools.demo_songs.tempo import TempoMap, TempoPoint, build_tempo_map

SONGS = Path(__file__).resolve().parent / "songs"

TUNE = re.compile(r"\$(\w+)")

# General MIDI programs, counted from 0, of the instruments the songs ask for.
INSTRUMENTS = {
    "piano": 0,
    "electric piano": 4,
    "harpsichord": 6,
    "music box": 10,
    "marimba": 12,
    "church organ": 19,
    "nylon guitar": 24,
    "steel guitar": 25,
    "muted guitar": 28,
    "overdriven guitar": 29,
    "distortion guitar": 30,
    "electric bass": 33,
    "synth bass": 38,
    "violin": 40,
    "cello": 42,
    "double bass": 43,
    "pizzicato strings": 45,
    "harp": 46,
    "timpani": 47,
    "strings": 48,
    "slow strings": 49,
    "trumpet": 56,
    "trombone": 57,
    "horn": 60,
    "brass": 61,
    "oboe": 68,
    "bassoon": 70,
    "piccolo": 72,
    "flute": 73,
    "whistle": 78,
    "saw lead": 81,
    "warm pad": 89,
    "percussion": 0,
}


@dataclass(frozen=True)
class InstrumentPart:
    """What one instrument plays; `pan` runs from -1 (left) to 1, `volume` from 0 to 127."""

    name: str
    instrument: str
    notes: tuple[Note, ...]
    volume: int = 100
    pan: float = 0.0
    pedal: Fraction | None = None

    @property
    def is_percussion(self) -> bool:
        """Say whether pitches stand for drums and cymbals."""
        return self.instrument == "percussion"


@dataclass(frozen=True)
class DemoSong:
    """A piece of the demo, read and checked."""

    slug: str
    title: str
    composer: str
    year: int
    emotion: Emotion
    meter: Meter
    tempo: TempoMap
    parts: tuple[InstrumentPart, ...]

    @property
    def end(self) -> Fraction:
        """Return where the last note ends, in whole notes."""
        return max(note.end for part in self.parts for note in part.notes)

    @property
    def seconds(self) -> float:
        """Return how long the written notes last."""
        return self.tempo.seconds_at(self.end)


def song_names() -> list[str]:
    """List the slugs of all demo songs."""
    return sorted(path.stem for path in SONGS.glob("*.toml"))


def load_song(slug: str, *, folder: Path = SONGS) -> DemoSong:
    """Read and check a song.

    Raises
    ------
    ScoreError
        If there is no such song or its file has a mistake; the message says where.
    """
    path = folder / f"{slug}.toml"
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        return _build_song(slug, data)
    except FileNotFoundError:
        known = ", ".join(sorted(each.stem for each in folder.glob("*.toml")))
        raise ScoreError(f"There is no song “{slug}”. There are: {known}.") from None
    except tomllib.TOMLDecodeError as error:
        raise ScoreError(f"{path.name} is no valid TOML: {error}") from error
    except KeyError as error:
        raise ScoreError(f"{path.name} lacks {error}") from error


def _build_song(slug: str, data: dict[str, Any]) -> DemoSong:
    bar = Fraction(data["meter"])
    meter = Meter(bar, parse_length(data["pickup"]) if "pickup" in data else Fraction(0))
    tunes: dict[str, str] = data.get("tunes", {})
    parts = tuple(_build_part(slug, row, meter=meter, tunes=tunes) for row in data["part"])
    end = max(note.end for part in parts for note in part.notes)
    tempo = build_tempo_map(
        [TempoPoint(**point) for point in data["tempo"]],
        meter=meter,
        beat=parse_length(data.get("beat", "4")),
        end=end,
    )
    return DemoSong(
        slug=slug,
        title=data["title"],
        composer=data["composer"],
        year=data["year"],
        emotion=Emotion(data["emotion"]),
        meter=meter,
        tempo=tempo,
        parts=parts,
    )


def _build_part(
    slug: str, row: dict[str, Any], *, meter: Meter, tunes: dict[str, str]
) -> InstrumentPart:
    where = f"{slug}, {row['name']}"
    if row["instrument"] not in INSTRUMENTS:
        raise ScoreError(f"{where}: no instrument “{row['instrument']}”")
    notes: list[Note] = []
    for voice in row["voices"]:
        text = _with_tunes(voice, tunes=tunes, where=where)
        notes.extend(parse_voice(text, meter=meter, where=where))
    if not notes:
        raise ScoreError(f"{where}: this part has no notes")
    return InstrumentPart(
        name=row["name"],
        instrument=row["instrument"],
        notes=tuple(sorted(notes, key=lambda note: (note.start, note.pitch))),
        volume=row.get("volume", 100),
        pan=row.get("pan", 0.0),
        pedal=parse_length(row["pedal"]) if "pedal" in row else None,
    )


def _with_tunes(text: str, *, tunes: dict[str, str], where: str) -> str:
    """Put the named tunes in for words such as ``$theme``."""

    def tune(match: re.Match[str]) -> str:
        if match[1] not in tunes:
            raise ScoreError(f"{where}: no tune “{match[0]}”")
        return tunes[match[1]]

    return TUNE.sub(tune, text)
