"""Judge shipped weights on a folder of labelled clips, such as one's own.

The clips must be ones that the weights were not trained on: nothing here can
tell. Nothing is fitted, the temperature is the one that ships.
"""

from collections.abc import Iterator, Sequence
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


def refuse_tracks(predictor: Predictor) -> None:
    """Raise DataError where the weights do not listen to clips."""
    if predictor.input != "audio":
        raise DataError(f"{predictor.name} reads track features, not clips.")


def probabilities_of_files(
    predictor: Predictor, paths: Sequence[Path]
) -> Iterator[tuple[list[int], list[list[float]]]]:
    """Yield some places in `paths` at a time, and how likely each emotion is there."""
    for places, clips in load_many(paths):
        answers = predictor.predict_many(clips)
        yield places, [[each.probabilities[emotion] for emotion in EMOTIONS] for each in answers]


def judge(predictor: Predictor, data: Path) -> dict[str, Any]:
    """Return what `metrics.json` holds, of shipped weights on the readable clips of a folder."""
    refuse_tracks(predictor)
    rows: list[LabelRow] = []
    probabilities: list[list[float]] = []
    table = read_labels(data)
    for places, said in probabilities_of_files(predictor, [data / row.file for row in table]):
        rows += [table[place] for place in places]
        probabilities += said
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
