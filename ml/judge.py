"""Judge shipped weights on a folder of labelled clips, such as one's own.

The clips must be ones that the weights were not trained on: nothing here can
tell. Nothing is fitted, the temperature is the one that ships.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ml.audio import load_clip
from ml.clip import Clip
from ml.errors import ClipError, DataError
from ml.labels import EMOTIONS
from ml.labels_file import LabelRow, read_labels
from ml.metrics import describe_answers
from ml.predictor import Predictor

logger = logging.getLogger(__name__)

PROTOCOL = "The weights that ship, {version}, on every readable clip of {folder}."
TOGETHER = 8  # clips in one pass of the network


def judge(predictor: Predictor, data: Path) -> dict[str, Any]:
    """Return what `metrics.json` holds, of shipped weights on the clips of a folder.

    Raises
    ------
    DataError
        If the weights do not listen to clips, or no clip can be read.
    """
    if predictor.input != "audio":
        raise DataError(f"{predictor.name} reads track features, not clips.")
    rows: list[LabelRow] = []
    probabilities: list[list[float]] = []
    for part, clips in _batches(data, read_labels(data)):
        rows += part
        probabilities += [
            [each.probabilities[emotion] for emotion in EMOTIONS]
            for each in predictor.predict_many(clips)
        ]
    if not rows:
        raise DataError(f"No clip of {data} can be read.")
    return {
        "protocol": PROTOCOL.format(version=predictor.version, folder=data.name),
        "folds": [],
        "temperature": predictor.meta.temperature,
        **describe_answers(
            np.array(probabilities),
            np.array([EMOTIONS.index(row.emotion) for row in rows], dtype=np.int64),
            groups=[row.group for row in rows],
            genres=[row.genres for row in rows],
        ),
    }


def _batches(data: Path, rows: Sequence[LabelRow]) -> Iterator[tuple[list[LabelRow], list[Clip]]]:
    """Yield rows with their clips, a few at a time; what cannot be read is logged."""
    waiting: list[tuple[LabelRow, Clip]] = []
    for row in rows:
        try:
            waiting.append((row, load_clip(data / row.file)))
        except ClipError as error:
            logger.warning("left out %s: %s", row.file, error)
        if len(waiting) == TOGETHER:
            yield [row for row, _ in waiting], [clip for _, clip in waiting]
            waiting = []
    if waiting:
        yield [row for row, _ in waiting], [clip for _, clip in waiting]
