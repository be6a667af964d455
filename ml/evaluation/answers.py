"""What a network's folds said of clips they had not seen, kept beside its weights.

So a figure can be computed anew from the answers of the very weights that ship. Neither names nor
audio are in it: clips and artists are short digests.
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ml.calibration import Floats
from ml.datasets.labels_file import LabelRow
from ml.errors import DataError
from ml.labels import EMOTIONS
from ml.metrics import Integers

FILE = "answers.json"
DIGITS = 4
SHORT = 8  # digits of a digest

Kept = tuple[Floats, Integers, list[str], list[int]]


def write_answers(
    folder: Path, rows: Sequence[LabelRow], folds: Sequence[int], probabilities: Floats, sha256: str
) -> None:
    """Keep calibrated answers beside the weights whose digest is `sha256`."""
    table = {
        "weights": sha256,
        "clips": [_short(row.key) for row in rows],
        "groups": [_short(f"{row.source}/{row.group}") for row in rows],
        "folds": list(folds),
        "truth": [EMOTIONS.index(row.emotion) for row in rows],
        "probabilities": np.round(probabilities, DIGITS).tolist(),
    }
    text = json.dumps(table, separators=(",", ":"))
    (folder / FILE).write_text(text + "\n", encoding="utf-8")


def read_answers(folder: Path) -> Kept | None:
    """Return probabilities, truth, groups and folds; None where nothing is kept."""
    path = folder / FILE
    if not path.is_file():
        return None
    table: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return (
        np.array(table["probabilities"]),
        np.array(table["truth"], dtype=np.int64),
        table["groups"],
        table["folds"],
    )


def answers_to(folder: Path, rows: Sequence[LabelRow]) -> Floats:
    """Return the probabilities that are kept of these clips, (N, 4); DataError where one lacks."""
    table: dict[str, Any] = json.loads((folder / FILE).read_text(encoding="utf-8"))
    known = dict(zip(table["clips"], table["probabilities"], strict=True))
    try:
        return np.array([known[_short(row.key)] for row in rows])
    except KeyError as error:
        raise DataError(f"{folder.name} keeps no answers to the clips of this folder.") from error


def _short(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:SHORT]
