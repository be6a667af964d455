"""Judge shipped weights on a folder of labelled clips, such as one's own.

The clips must be ones that the weights were not trained on: nothing here can
tell. Nothing is fitted, the temperature is the one that ships.
"""

from pathlib import Path
from typing import Any

import numpy as np

from ml.audio.loading import load_many
from ml.datasets.labels_file import LabelRow, read_labels
from ml.errors import DataError
from ml.labels import EMOTIONS
from ml.metrics import describe_answers
from ml.predictor import Predictor

PROTOCOL = "The weights that ship, {version}, on every readable clip of {folder}."


def judge(predictor: Predictor, data: Path) -> dict[str, Any]:
    """Return what `metrics.json` holds, of shipped weights on the readable clips of a folder."""
    if predictor.input != "audio":
        raise DataError(f"{predictor.name} reads track features, not clips.")
    rows: list[LabelRow] = []
    probabilities: list[list[float]] = []
    table = read_labels(data)
    for places, clips in load_many([data / row.file for row in table]):
        rows += [table[place] for place in places]
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
