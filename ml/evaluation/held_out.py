"""Judge networks on whole sets that they were not trained on, beside simpler ways.

    manage.py evaluate resnet18_bilstm ann --held-out --data data/4q --also data/emotify

Each further folder is left out in turn. What was trained without it answers for its clips, or for
its test part where its publishers named one; temperatures, and the numbers that join two networks,
come from the folds of the other sets.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from rich.table import Table
from scipy.special import softmax
from scipy.stats import spearmanr

from ml.audio.loading import load_clip
from ml.calibration import Floats, UnseenAnswers, fit_temperature
from ml.datasets.labels_file import LabelRow
from ml.datasets.ratings import QUADRANTS
from ml.errors import DataError
from ml.evaluation.folds import fold_answers
from ml.labels import EMOTIONS, HIGH_AROUSAL, POSITIVE_VALENCE
from ml.metrics import calibration_error, macro_f1, reliability
from ml.training.experiment import (
    PREDICTIONS,
    DataFolders,
    fold_folder,
    read_experiment,
    read_prediction,
    read_predictions,
)
from ml.training.train import TrainOptions, train_experiment

AROUSAL, VALENCE = (
    np.array([1.0 if emotion in positive else -1.0 for emotion in EMOTIONS])
    for positive in (HIGH_AROUSAL, POSITIVE_VALENCE)
)
HELD_OUT = "held-out.json"
PEERS = "peers"  # folder of what other packages say, written by `make peers`


@dataclass(frozen=True)
class HeldOutScore:
    """How well something answers for a set that it was not made from."""

    arousal: float
    valence: float
    macro_f1: float
    ece: float | None

    def cells(self) -> list[str]:
        """Return the numbers as a table shows them."""
        ece = "-" if self.ece is None else f"{self.ece:.3f}"
        return [f"{self.arousal:.3f}", f"{self.valence:.3f}", f"{self.macro_f1:.3f}", ece]


def judge_held_out(names: Sequence[str], data: DataFolders, runs: Path) -> Table:
    """Return the table, training what has not been trained without a set."""
    table = Table("left out", "judged", "arousal ρ", "valence ρ", "macro-F1", "ECE", "clips")
    rows = data.rows()
    scores: dict[str, dict[str, dict[str, float | None]]] = {}
    for folder in data.also:
        source = folder.resolve().name
        mine = [row for row in rows if row.source == source and row.is_kept_apart]
        clear = sum(row.is_clear for row in mine)
        judged = {name: _network_score(name, data, runs, source) for name in names}
        judged |= _others(mine, folder, runs, source)
        for name, score in judged.items():
            table.add_row(source, name, *score.cells(), f"{len(mine)}, {clear} clear")
        scores[source] = {name: vars(score) for name, score in judged.items()}
    (runs / HELD_OUT).write_text(json.dumps(scores, indent=1) + "\n", encoding="utf-8")
    return table


def _score_of(probabilities: Floats, rows: Sequence[LabelRow]) -> HeldOutScore:
    """Score calibrated probabilities, shape (n, 4)."""
    truth = np.array([EMOTIONS.index(row.emotion) for row in rows])
    clear = np.array([row.is_clear for row in rows])
    arousal, valence = (
        _correlation(probabilities @ axis, [getattr(row, name) for row in rows], axis[truth])
        for name, axis in (("arousal", AROUSAL), ("valence", VALENCE))
    )
    return HeldOutScore(
        arousal,
        valence,
        macro_f1(truth[clear], probabilities[clear].argmax(axis=1)),
        calibration_error(reliability(probabilities[clear], truth[clear])),
    )


def _correlation(said: Floats, labels: Sequence[float], sides: Floats) -> float:
    """Return the rank correlation with a set's axis, or with the sides of its quadrants."""
    known = np.array(labels, dtype=np.float64)
    return float(spearmanr(said, sides if np.isnan(known).any() else known)[0])


def _network_score(name: str, data: DataFolders, runs: Path, source: str) -> HeldOutScore:
    """Score a network that was trained without a set."""
    experiment = read_experiment(name)
    folder = fold_folder(runs / name, source)
    if not (folder / PREDICTIONS).exists():
        options = TrainOptions(data, (source,), runs, runs / "packs", resume=True)
        train_experiment(experiment, options)
    row_of = {row.key: row for row in data.rows()}
    others = {key: row for key, row in row_of.items() if row.source != source}
    folds = [each.only(others) for each in read_predictions(runs / name)]
    if not folds or not (folder / PREDICTIONS).exists():
        raise DataError(f"Train {name} on all folds first: its temperature comes from them.")
    temperature = fit_temperature(
        UnseenAnswers.joined(fold_answers(each, others) for each in folds)
    )
    answer = read_prediction(folder)
    probabilities = softmax(np.array(answer.logits) / temperature, axis=1)
    return _score_of(probabilities, [row_of[key] for key in answer.files])


def _others(
    rows: Sequence[LabelRow], folder: Path, runs: Path, source: str
) -> dict[str, HeldOutScore]:
    """Score the rule that loud is happy and quiet is sad, and packages of others."""
    loudness = np.array([_level(folder / row.file) for row in rows])
    scores = {"loud is happy": _plain(loudness, loudness, np.median(loudness), rows)}
    for path in sorted((runs / PEERS).glob(f"*-{source}.json")):
        said = json.loads(path.read_text(encoding="utf-8"))
        energy, valence = (np.array([said[row.file][at] for row in rows]) for at in (0, 1))
        middle = (np.median(energy), np.median(valence))
        name = path.stem.removesuffix(f"-{source}")
        scores[name] = _plain(energy - middle[0], valence - middle[1], 0.0, rows)
    return scores


def _plain(
    arousal: Floats, valence: Floats, middle: np.floating | float, rows: Sequence[LabelRow]
) -> HeldOutScore:
    """Score two numbers that are no probabilities: their sides of the middle say the quadrant."""
    sides = zip((arousal >= middle).tolist(), (valence >= middle).tolist(), strict=True)
    said = [EMOTIONS.index(QUADRANTS[each]) for each in sides]
    score = _score_of(np.eye(len(EMOTIONS))[said], rows)
    truth = np.array([EMOTIONS.index(row.emotion) for row in rows])
    return HeldOutScore(
        _correlation(arousal, [row.arousal for row in rows], AROUSAL[truth]),
        _correlation(valence, [row.valence for row in rows], VALENCE[truth]),
        score.macro_f1,
        None,
    )


def _level(path: Path) -> float:
    samples = load_clip(path).samples
    return float(np.sqrt(np.mean(np.square(samples))))
