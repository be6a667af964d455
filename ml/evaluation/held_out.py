"""Judge networks on whole sets that they were not trained on, beside simpler ways.

    manage.py evaluate resnet18_bilstm ann --held-out --data data/4q --also data/emotify

Each further folder is left out in turn. What was trained without it answers for its clips, or for
its test part where its publishers named one; temperatures come from the folds of the other sets.
The first network is then compared with each other one, there and on the folds.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from rich.table import Table
from scipy.special import softmax
from scipy.stats import spearmanr

from ml.audio.loading import load_clip
from ml.calibration import Floats, UnseenAnswers, fit_temperature
from ml.datasets.labels_file import LabelRow
from ml.datasets.ratings import QUADRANTS
from ml.errors import DataError
from ml.evaluation.folds import fold_answers, judged
from ml.labels import EMOTIONS, HIGH_AROUSAL, POSITIVE_VALENCE
from ml.metrics import Integers, calibration_error, difference_text, draws, macro_f1, reliability
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
PAIRED = "paired.json"
MEASURES = ("macro_f1", "arousal", "valence")
Differences = dict[str, dict[str, dict[str, list[float]]]]  # by set, network and measure
PEERS = "peers"  # folder of what other packages say, written by `make peers`


@dataclass(frozen=True)
class HeldOutScore:
    """How well something answers for a set that it was not made from."""

    arousal: float
    valence: float
    macro_f1: float
    ece: float | None

    def cells(self) -> list[str]:
        ece = "-" if self.ece is None else f"{self.ece:.3f}"
        return [f"{self.arousal:.3f}", f"{self.valence:.3f}", f"{self.macro_f1:.3f}", ece]


@dataclass(frozen=True)
class Said:
    """What a network said of clips that it had not seen: calibrated, shape (n, 4)."""

    rows: list[LabelRow]
    probabilities: Floats

    def score(self, chosen: Sequence[int] | Integers) -> HeldOutScore:
        return _score_of(self.probabilities[chosen], [self.rows[index] for index in chosen])


def judge_held_out(names: Sequence[str], data: DataFolders, runs: Path) -> list[Table]:
    """Return the tables, training what has not been trained without a set."""
    table = Table("left out", "judged", "arousal ρ", "valence ρ", "macro-F1", "ECE", "clips")
    rows = data.rows()
    scores: dict[str, dict[str, dict[str, float | None]]] = {}
    said = {rows[0].source: [_said_by_folds(name, rows, runs) for name in names]}
    for folder in data.also:
        source = folder.resolve().name
        mine = [row for row in rows if row.source == source and row.is_kept_apart]
        clear = sum(row.is_clear for row in mine)
        said[source] = [_said(name, data, runs, source) for name in names]
        of_source = {
            name: each.score(range(len(each.rows)))
            for name, each in zip(names, said[source], strict=True)
        }
        of_source |= _others(mine, folder, runs, source)
        for name, score in of_source.items():
            table.add_row(source, name, *score.cells(), f"{len(mine)}, {clear} clear")
        scores[source] = {name: vars(score) for name, score in of_source.items()}
    differences = {
        source: dict(zip(names[1:], beyond_first(networks), strict=True))
        for source, networks in said.items()
    }
    _write(runs / HELD_OUT, scores)
    _write(runs / PAIRED, {names[0]: differences})
    return [table, _paired_table(names[0], differences)]


def _write(path: Path, table: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


def beyond_first(networks: Sequence[Said]) -> list[dict[str, list[float]]]:
    """Say by how much the first is better than each other one, with a 95 % interval."""
    rows = networks[0].rows
    keys = [row.key for row in rows]
    if any([row.key for row in each.rows] != keys for each in networks):
        raise DataError("The networks were not judged on the same clips; train them anew.")
    drawn = [np.arange(len(rows)), *draws([row.group for row in rows])]
    first, *others = (_measures(each, drawn) for each in networks)
    return [_with_intervals(first - each) for each in others]


def _measures(said: Said, chosen: Sequence[Integers]) -> Floats:
    """Score each choice of clips, shape (choices, measures)."""
    scores = [vars(said.score(each)) for each in chosen]
    return np.array([[score[name] for name in MEASURES] for score in scores])


def _with_intervals(differences: Floats) -> dict[str, list[float]]:
    """Lay out differences of all clips, and then of draws, shape (1 + draws, measures)."""
    table = np.stack([differences[0], *np.quantile(differences[1:], [0.025, 0.975], axis=0)])
    return {name: table[:, at].round(4).tolist() for at, name in enumerate(MEASURES)}


def _paired_table(first: str, differences: Differences) -> Table:
    table = Table("judged on", f"{first} beyond", *MEASURES)
    for source, others in differences.items():
        for other, each in others.items():
            table.add_row(source, other, *(difference_text(each[name]) for name in MEASURES))
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
        calibration_error(reliability(probabilities[clear], truth[clear])) if any(clear) else None,
    )


def _correlation(said: Floats, labels: Sequence[float], sides: Floats) -> float:
    """Return the rank correlation with a set's axis, or with the sides of its quadrants."""
    known = np.array(labels, dtype=np.float64)
    truth = sides if np.isnan(known).any() else known
    if np.ptp(truth) == 0 or np.ptp(said) == 0:
        return 0.0
    return float(spearmanr(said, truth)[0])


def _said_by_folds(name: str, rows: Sequence[LabelRow], runs: Path) -> Said:
    answers = judged(read_predictions(runs / name), rows)
    return Said(answers.rows, answers.probabilities)


def _said(name: str, data: DataFolders, runs: Path, source: str) -> Said:
    """Return what a network that was trained without a set says of it."""
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
    return Said([row_of[key] for key in answer.files], probabilities)


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
