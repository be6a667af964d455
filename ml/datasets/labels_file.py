"""Read a folder of labelled clips: a `labels.csv` with file, emotion and group.

Columns `fold`, `genres`, `moods` and `quadrant_share` are used where they stand; the columns of
three published sets are understood too (`ml.datasets.collections`). Where no fold is given, clips
are dealt to ten folds so that no group (an artist, an album) is in two of them.
"""

import csv
import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ml.datasets.collections import NO, with_our_columns
from ml.errors import DataError
from ml.labels import EMOTIONS, Emotion

FOLDS = 10


@dataclass(frozen=True)
class LabelRow:
    file: str
    emotion: Emotion
    group: str  # what must not be split between training and test, such as the artist
    fold: int  # 0 to 9
    genres: tuple[str, ...] = ()
    moods: tuple[str, ...] = ()
    agreement: float = 1.0  # share of the evidence that speaks for `emotion`, 0 to 1
    source: str = ""  # the folder that the row comes from
    trust: float = 1.0  # how much the label counts in training; 1 for labels as good as any
    # the label on the two axes where the data say one, in units of their own; else NaN
    arousal: float = math.nan
    valence: float = math.nan
    # how likely arousal and valence are on their positive sides, where a set says it
    shares: tuple[float, float] | None = None
    is_clear: bool = True  # whether the emotion is sure enough to be judged by
    # whether the row is of those that a set which nobody trained on is judged by
    is_kept_apart: bool = True
    # the same notes on another instrument, where a set was rendered (`tools.render_midi`)
    again: str = ""

    @property
    def key(self) -> str:
        """What no other row of any set is called."""
        return f"{self.source}/{self.file}"


def read_labels(folder: Path) -> list[LabelRow]:
    """Read a `labels.csv`; DataError without it or a column, or of an unknown emotion or fold."""
    path = folder / "labels.csv"
    if not path.is_file():
        raise DataError(f"There is no labels.csv in {folder}.")
    with path.open(newline="", encoding="utf-8") as source:
        table = with_our_columns(list(csv.DictReader(source)))
    if not table or not {"file", "emotion"} <= set(table[0]):
        raise DataError(f"{path} needs the columns file and emotion, and at least one row.")
    name = folder.resolve().name
    rows = [_row(line, number, name) for number, line in enumerate(table, start=2)]
    return rows if "fold" in table[0] else deal_folds(rows)


def deal_folds(rows: Sequence[LabelRow]) -> list[LabelRow]:
    """Give every row a fold, groups kept whole and emotions spread evenly.

    Groups are dealt from the largest to the smallest, each to the fold where its
    emotions are rarest; the same rows always get the same folds.
    """
    groups: dict[str, list[LabelRow]] = defaultdict(list)
    for row in rows:
        groups[row.group].append(row)
    counts: list[Counter[Emotion]] = [Counter() for _ in range(FOLDS)]
    fold_of: dict[str, int] = {}
    for name, members in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0])):
        emotions = [row.emotion for row in members]
        load = [(sum(count[emotion] for emotion in emotions), count.total()) for count in counts]
        fold_of[name] = load.index(min(load))
        counts[fold_of[name]].update(emotions)
    return [replace(row, fold=fold_of[row.group]) for row in rows]


def emotion_in(text: str, number: int) -> Emotion:
    """Read the emotion in a cell of line `number`; raises DataError where it is none."""
    try:
        return Emotion(text.strip().lower())
    except ValueError as error:
        raise DataError(f"Line {number}: {text!r} is none of {', '.join(EMOTIONS)}.") from error


def _row(line: dict[str, str], number: int, source: str) -> LabelRow:
    fold = line.get("fold") or "0"
    if not fold.isdigit() or int(fold) >= FOLDS:
        raise DataError(f"Line {number}: the fold {fold!r} is not 0 to {FOLDS - 1}.")
    return LabelRow(
        file=line["file"],
        emotion=emotion_in(line["emotion"], number),
        group=line.get("group") or line["file"],
        fold=int(fold),
        genres=_words(line.get("genres")),
        moods=_words(line.get("moods")),
        agreement=float(line.get("quadrant_share") or 1.0),
        source=source,
        trust=float(line.get("trust") or 1.0),
        arousal=float(line.get("arousal") or "nan"),
        valence=float(line.get("valence") or "nan"),
        shares=_shares(line),
        is_clear=line.get("clear") != NO,
        is_kept_apart=line.get("kept_apart") != NO,
        again=line.get("again") or "",
    )


def _shares(line: dict[str, str]) -> tuple[float, float] | None:
    if not line.get("arousal_share"):
        return None
    return float(line["arousal_share"]), float(line["valence_share"])


def _words(cell: str | None) -> tuple[str, ...]:
    return tuple(word.strip() for word in (cell or "").split(";") if word.strip())
