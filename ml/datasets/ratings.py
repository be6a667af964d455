"""Read what people heard in clips: a table with a line a rating.

`rater,file,emotion`, or `rater,file,valence,arousal`: two numbers whose middle is 0, or another.
"""

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ml.datasets.labels_file import emotion_in
from ml.errors import DataError
from ml.labels import Emotion

QUADRANTS = {
    (True, True): Emotion.HAPPY,
    (True, False): Emotion.ENERGETIC,
    (False, False): Emotion.SAD,
    (False, True): Emotion.CALM,
}


@dataclass(frozen=True)
class Rating:
    rater: str
    file: str
    emotion: Emotion


def read_ratings(path: Path, *, middle: float = 0.0) -> list[Rating]:
    """Read a table of ratings.

    Raises DataError: the file or a column is missing, an emotion is unknown, a number is none, the
    numbers lie on one side of the middle only, or a rater rates a file twice.
    """
    lines = _lines_of(path)
    has_emotion = "emotion" in lines[0]
    if not has_emotion:
        _check_sides(lines, middle)
    ratings = []
    seen: dict[tuple[str, str], int] = {}
    for number, line in enumerate(lines, start=2):
        rater, file = (_cell(line, name, number) for name in ("rater", "file"))
        if (rater, file) in seen:
            first = seen[rater, file]
            raise DataError(f"Line {number}: {rater!r} rates {file!r} again, as on line {first}.")
        seen[rater, file] = number
        emotion = (
            emotion_in(_cell(line, "emotion", number), number)
            if has_emotion
            else _quadrant(line, number, middle)
        )
        ratings.append(Rating(rater, file, emotion))
    return ratings


def _lines_of(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        raise DataError(f"There is no table {path}.")
    try:
        with path.open(newline="", encoding="utf-8-sig") as source:
            lines = list(csv.DictReader(source))
    except (UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path} is not a table of comma-separated values in UTF-8.") from error
    columns = set(lines[0]) if lines else set()
    wanted = ({"rater", "file", "emotion"}, {"rater", "file", "valence", "arousal"})
    if not any(each <= columns for each in wanted):
        raise DataError(
            f"{path} needs the columns rater, file and emotion, or rater, file, valence and "
            "arousal, and at least one rating."
        )
    return lines


def _cell(line: Mapping[str, str | None], name: str, number: int) -> str:
    value = (line.get(name) or "").strip()
    if not value:
        raise DataError(f"Line {number}: {name} is empty.")
    return value


def _number(line: Mapping[str, str], name: str, number: int) -> float:
    text = _cell(line, name, number)
    try:
        value = float(text)
    except ValueError as error:
        raise DataError(f"Line {number}: {name} {text!r} is not a number.") from error
    if not math.isfinite(value):
        raise DataError(f"Line {number}: {name} {text!r} is not a number.")
    return value


def _quadrant(line: Mapping[str, str], number: int, middle: float) -> Emotion:
    arousal, valence = (_number(line, name, number) for name in ("arousal", "valence"))
    return QUADRANTS[arousal > middle, valence > middle]


def _check_sides(lines: Sequence[Mapping[str, str]], middle: float) -> None:
    """A scale from 1 to 9 read around 0 would make everything happy."""
    for name in ("valence", "arousal"):
        values = [_number(line, name, number) for number, line in enumerate(lines, start=2)]
        if len(values) > 1 and (min(values) > middle or max(values) < middle):
            raise DataError(
                f"Every {name} lies on one side of {middle:g} ({min(values):g} to {max(values):g})"
                ": say with --middle where the scale's middle is."
            )
