"""What networks said of clips that they had not seen, calibrated."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import softmax

from ml.calibration import Floats, UnseenAnswers, fit_temperature, temperatures_of_others
from ml.datasets.batches import emotion_index, emotion_targets
from ml.datasets.labels_file import LabelRow
from ml.errors import DataError
from ml.labels import EMOTIONS
from ml.metrics import accuracy, describe_answers, macro_f1
from ml.training.experiment import FoldPrediction

TRUST_POWER = 1.5  # labels that are trusted by half move a temperature by a third

PROTOCOL = (
    "Each fold is judged by a network trained on the other folds; no artist is in two folds. "
    "Each fold's temperature is fitted on the other folds, of all sets that were trained on; what "
    "is labelled less surely moves it less."
)


@dataclass(frozen=True)
class Judged:
    """What networks said, calibrated, of clips of one set that they had not seen."""

    rows: list[LabelRow]
    folds: list[int]
    probabilities: Floats
    temperature: float

    def metrics(self) -> dict[str, Any]:
        """Return everything that `metrics.json` holds."""
        truth = emotion_index(self.rows).numpy()
        answers, fold_of = self.probabilities.argmax(axis=1), np.array(self.folds)
        return {
            "protocol": PROTOCOL,
            "folds": sorted(set(self.folds)),
            "temperature": round(self.temperature, 4),
            **describe_answers(
                self.probabilities,
                truth,
                groups=[row.group for row in self.rows],
                genres=[row.genres for row in self.rows],
            ),
            "by_fold": [
                {
                    "fold": fold,
                    "macro_f1": round(macro_f1(truth[fold_of == fold], chosen), 4),
                    "accuracy": round(accuracy(truth[fold_of == fold], chosen), 4),
                }
                for fold in sorted(set(self.folds))
                for chosen in [answers[fold_of == fold]]
            ],
        }


def judged(predictions: Sequence[FoldPrediction], rows: Sequence[LabelRow]) -> Judged:
    """Calibrate what the folds said, by temperatures of other folds, and keep the main set's.

    Raises DataError: no fold has been finished, or predictions are of other clips.
    """
    if not predictions:
        raise DataError("No fold has been trained yet.")
    row_of = {row.key: row for row in rows}
    main = {row.key for row in rows if row.source == rows[0].source}
    answers = {int(each.fold): fold_answers(each, row_of) for each in predictions}
    temperatures = temperatures_of_others(answers)
    own = [(each, int(each.fold)) for each in (part.only(main) for part in predictions)]
    logits = [np.array(each.logits) / temperatures[fold] for each, fold in own]
    return Judged(
        rows=[row_of[key] for each, _ in own for key in each.files],
        folds=[fold for each, fold in own for _ in each.files],
        probabilities=softmax(np.concatenate(logits), axis=1),
        temperature=fit_temperature(UnseenAnswers.joined(answers.values())),
    )


def fold_answers(prediction: FoldPrediction, rows: Mapping[str, LabelRow]) -> UnseenAnswers:
    """Lay what a fold's network said beside the labels; DataError where a clip has none."""
    unknown = [key for key in prediction.files if key not in rows]
    if unknown:
        raise DataError(f"{unknown[0]} is not in labels.csv; say with --also what was trained on.")
    mine = [rows[key] for key in prediction.files]
    return UnseenAnswers(
        logits=np.array(prediction.logits, dtype=np.float64).reshape(len(mine), len(EMOTIONS)),
        truth=emotion_targets(mine, smoothing=0.0).double().numpy(),
        weights=np.array([row.trust**TRUST_POWER for row in mine]),
    )
