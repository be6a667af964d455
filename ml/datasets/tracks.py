"""Track features as platforms publish them: from table rows to numbers, and what may be wrong.

Columns are those of the table that the thesis used. Nothing is scaled here: the
network keeps its scales (`ml.networks.ann.TrackFront`).
"""

import csv
import math
from collections.abc import Mapping
from pathlib import Path

from ml.datasets.labels_file import FOLDS, LabelRow
from ml.errors import DataError, MlError
from ml.labels import Emotion

# What the features of a track may be: anything else is a mistake in the table. Units and sense are
# those of Spotify's Web API reference ("Audio Features").
RANGES = {
    "danceability": (0.0, 1.0),  # how well one can dance to it, 0 to 1
    "energy": (0.0, 1.0),  # perceived intensity, 0 to 1
    "key": (-1.0, 11.0),  # pitch class of the key, C is 0; -1 where none was found
    "loudness": (-80.0, 10.0),  # mean loudness in dB of full scale
    "speechiness": (0.0, 1.0),  # share of speech, 0 to 1
    "acousticness": (0.0, 1.0),  # confidence that it is acoustic, 0 to 1
    "instrumentalness": (0.0, 1.0),  # confidence that nobody sings, 0 to 1
    "liveness": (0.0, 1.0),  # confidence that an audience is heard, 0 to 1
    "valence": (0.0, 1.0),  # how positive it sounds, 0 to 1
    "tempo": (0.0, 400.0),  # beats per minute; 0 where none was found
    "time signature": (0.0, 12.0),  # beats per bar
    "duration (ms)": (1.0, 86_400_000.0),  # length in milliseconds
}
TRACK_COLUMNS: tuple[str, ...] = tuple(RANGES)
# Without these two, hardly anything is known of a track's emotion.
NEEDED = ("energy", "valence")
UNKNOWN = {"", "na", "nan", "none", "null"}
# What other exports of the same features call these columns.
ALIASES = {"time_signature": "time signature", "duration_ms": "duration (ms)"}


class TrackError(MlError):
    """A row of track features cannot be used; the text says why."""


def track_values(row: Mapping[str, object]) -> list[float]:
    """Read the features of one row in the order of `TRACK_COLUMNS`, NaN for what is not known.

    Raises TrackError: a cell is no number or out of range, or energy or valence is missing.
    """
    cells = {ALIASES.get(name, name): cell for name, cell in row.items()}
    values = [_value(name, cells.get(name)) for name in TRACK_COLUMNS]
    for name in NEEDED:
        if math.isnan(values[TRACK_COLUMNS.index(name)]):
            raise TrackError(f"The row says nothing about {name}.")
    return values


def _value(name: str, cell: object) -> float:
    text = "" if cell is None else str(cell).strip()
    if text.lower() in UNKNOWN:
        return math.nan
    try:
        value = float(text)
    except ValueError:
        raise TrackError(f"{name} is {text!r}, which is no number.") from None
    low, high = RANGES[name]
    if not low <= value <= high:
        raise TrackError(f"{name} is {text}, which is not between {low:g} and {high:g}.")
    return value


def read_tracks(folder: Path) -> tuple[list[LabelRow], list[list[float]]]:
    """Read the labelled tracks of `folder`'s tracks.csv, and each one's `track_values`.

    Tracks that stand there twice keep both rows: where these disagree, so did the people who made
    the playlists. Raises DataError: the file, a column or a label is missing or wrong.
    """
    path = folder / "tracks.csv"
    if not path.is_file():
        raise DataError(f"There is no tracks.csv in {folder}.")
    with path.open(newline="", encoding="utf-8") as source:
        table = list(csv.DictReader(source))
    rows, values = [], []
    for number, line in enumerate(table, start=2):
        try:
            values.append(track_values(line))
            rows.append(_label(line, number))
        except (TrackError, ValueError, KeyError) as error:
            raise DataError(f"Line {number} of {path.name}: {error}") from error
    return rows, values


def _label(line: Mapping[str, str], number: int) -> LabelRow:
    fold = int(line["fold"])
    if not 0 <= fold < FOLDS:
        raise ValueError(f"the fold {fold} is not 0 to {FOLDS - 1}")
    return LabelRow(
        file=f"{number}: {line.get('track', '')}",
        emotion=Emotion(line["emotion"].strip().lower()),
        group=line.get("artist", str(number)),
        fold=fold,
    )
