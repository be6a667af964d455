"""Numbers that say how good a classifier is, and how sure one can be of them."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from ml.labels import EMOTIONS, HIGH_AROUSAL, POSITIVE_VALENCE, Emotion

Counts = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
BINS = 10
RESAMPLES = 1000
SURPRISE = 1e-9  # the least chance that the truth is given
FEW_CLIPS = 10  # a genre with fewer says nothing


def confusion_matrix(truth: Sequence[int] | Integers, answers: Sequence[int] | Integers) -> Counts:
    """Count answers: rows are the truth, columns what was said, shape (4, 4)."""
    matrix = np.zeros((len(EMOTIONS), len(EMOTIONS)), np.int64)
    np.add.at(matrix, (np.asarray(truth, int), np.asarray(answers, int)), 1)
    return matrix


def macro_f1(truth: Sequence[int] | Integers, answers: Sequence[int] | Integers) -> float:
    """Return the mean over emotions of the harmonic mean of precision and recall."""
    return float(np.mean(_f1(confusion_matrix(truth, answers))))


def accuracy(truth: Sequence[int] | Integers, answers: Sequence[int] | Integers) -> float:
    return float(np.mean(np.asarray(truth) == np.asarray(answers)))


def axis_accuracy(truth: Integers, answers: Integers, positive: frozenset[Emotion]) -> float:
    """Return how often an answer is on the right side of arousal or valence."""
    side = np.array([emotion in positive for emotion in EMOTIONS])
    return float(np.mean(side[truth] == side[answers]))


def per_class(truth: Integers, answers: Integers) -> dict[str, dict[str, float]]:
    """Return precision, recall, F1 and count of each emotion."""
    matrix = confusion_matrix(truth, answers)
    right = np.diag(matrix).astype(float)
    columns = {
        "precision": right / np.maximum(matrix.sum(axis=0), 1),
        "recall": right / np.maximum(matrix.sum(axis=1), 1),
        "f1": _f1(matrix),
        "count": matrix.sum(axis=1),
    }
    return {
        emotion: {name: _rounded(float(values[index])) for name, values in columns.items()}
        for index, emotion in enumerate(EMOTIONS)
    }


def reliability(probabilities: Floats, truth: Integers) -> list[dict[str, float]]:
    """Return, for ten ranges of confidence, how sure and how right the answers were."""
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == truth
    place = np.minimum((confidence * BINS).astype(int), BINS - 1)
    return [
        {
            "from": index / BINS,
            "to": (index + 1) / BINS,
            "count": int((place == index).sum()),
            "confidence": _rounded(float(confidence[place == index].mean())),
            "accuracy": _rounded(float(right[place == index].mean())),
        }
        for index in range(BINS)
        if (place == index).any()
    ]


def calibration_error(bins: Sequence[dict[str, float]]) -> float:
    """Return the expected calibration error of `reliability`'s ranges."""
    total = sum(each["count"] for each in bins)
    gaps = (each["count"] * abs(each["confidence"] - each["accuracy"]) for each in bins)
    return sum(gaps) / total


def _log_loss(probabilities: Floats, truth: Integers) -> float:
    """Return how surprising the truth is, in nats a clip."""
    chance = probabilities[np.arange(len(truth)), truth]
    return float(-np.log(np.maximum(chance, SURPRISE)).mean())


def interval(
    score: Callable[[Integers, Integers], float],
    truth: Integers,
    answers: Integers,
    groups: Sequence[str],
) -> tuple[float, float]:
    """Return a 95 % interval of `score` by drawing whole groups with replacement."""
    scores = [score(truth[chosen], answers[chosen]) for chosen in draws(groups)]
    low, high = np.quantile(scores, [0.025, 0.975])
    return _rounded(float(low)), _rounded(float(high))


def draws(groups: Sequence[str]) -> list[Integers]:
    """Return places of whole groups, drawn with replacement as often as an interval asks."""
    names, place = np.unique(np.asarray(groups), return_inverse=True)
    members = [np.flatnonzero(place == index) for index in range(len(names))]
    random = np.random.default_rng(0)
    drawn = (random.integers(0, len(members), len(members)) for _ in range(RESAMPLES))
    return [np.concatenate([members[index] for index in each]) for each in drawn]


def difference_text(values: Sequence[float]) -> str:
    value, low, high = values
    return f"{value:+.3f} ({low:+.3f} to {high:+.3f})"


def by_genre(
    truth: Integers, answers: Integers, genres: Sequence[Sequence[str]]
) -> dict[str, dict[str, float]]:
    """Return the accuracy within each genre that has enough clips.

    Not macro-F1: most genres lack some emotion altogether.
    """
    table = {}
    for genre in sorted({genre for present in genres for genre in present}):
        chosen = np.array([genre in present for present in genres])
        if chosen.sum() >= FEW_CLIPS:
            table[genre] = {
                "clips": int(chosen.sum()),
                "accuracy": _rounded(accuracy(truth[chosen], answers[chosen])),
            }
    return table


def describe_answers(
    probabilities: Floats,
    truth: Integers,
    *,
    groups: Sequence[str],
    genres: Sequence[Sequence[str]],
) -> dict[str, Any]:
    """Return every number of `metrics.json` that follows from the answers."""
    answers = probabilities.argmax(axis=1)
    bins = reliability(probabilities, truth)
    return {
        "clips": len(truth),
        "accuracy": _rounded(accuracy(truth, answers)),
        "accuracy_interval": interval(accuracy, truth, answers, groups),
        "macro_f1": _rounded(macro_f1(truth, answers)),
        "macro_f1_interval": interval(macro_f1, truth, answers, groups),
        "arousal_accuracy": _rounded(axis_accuracy(truth, answers, HIGH_AROUSAL)),
        "valence_accuracy": _rounded(axis_accuracy(truth, answers, POSITIVE_VALENCE)),
        "log_loss": _rounded(_log_loss(probabilities, truth)),
        "ece": _rounded(calibration_error(bins)),
        "per_class": per_class(truth, answers),
        "confusion": confusion_matrix(truth, answers).tolist(),
        "reliability": bins,
        "by_genre": by_genre(truth, answers, genres),
    }


def _f1(matrix: Counts) -> Floats:
    both = matrix.sum(axis=0) + matrix.sum(axis=1)
    scores: Floats = 2 * np.diag(matrix) / np.maximum(both, 1)
    return scores


def _rounded(value: float) -> float:
    return round(value, 4)


def ranked_right(scores: Floats, truth: npt.NDArray[np.bool_]) -> float:
    """Return how often what is true scores higher, ties by half: the area under the curve."""
    if truth.all() or not truth.any():
        return math.nan
    apart = scores[truth][:, None] - scores[~truth]
    return float((np.sign(apart).mean() + 1) / 2)
