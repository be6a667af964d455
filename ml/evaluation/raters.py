"""Measure what a listener's own labels teach, on a table of ratings and a folder of clips.

    manage.py evaluate_personal --ratings ratings.csv --data clips

`ml.datasets.ratings` says what the table looks like. Of each rater some labels are drawn, again
and again; what the layer learns from them is judged on the rater's other clips, beside the global
network.
"""

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table
from scipy.special import softmax

from ml.calibration import Floats, UnseenAnswers, fit_temperature, temperatures_of_others
from ml.datasets.ratings import Rating, read_ratings
from ml.digests import file_digest
from ml.errors import DataError
from ml.labels import EMOTIONS, Emotion
from ml.metrics import Integers, accuracy, calibration_error, reliability
from ml.personal import MAX_LABELS, axes_of, center_of, fit_layer, probabilities_of
from ml.training.experiment import (
    PREDICTIONS,
    FoldPrediction,
    fold_folder,
    read_prediction,
    read_predictions,
)

COUNTS = (0, 5, 10, 20, 50)
DRAWS = 40
MIN_HELD_OUT = 10  # clips that a draw is judged on
WORSE_BY = 0.02
RESAMPLES = 2000
LISTED = 5  # names that an error shows
Probabilities = Mapping[str, Sequence[float]]


@dataclass(frozen=True)
class Score:
    """How a layer did after so many labels."""

    labels: int
    # (raters,): share of held-out labels that agree, without the layer and with it
    without: Floats
    within: Floats
    # expected calibration error over all that was held out
    ece_without: float
    ece_within: float

    @property
    def gains(self) -> Floats:
        gained: Floats = self.within - self.without
        return gained

    @property
    def worse(self) -> float:
        """Share of raters made worse by more than two points."""
        return float(np.mean(self.gains < -WORSE_BY))

    def interval(self) -> tuple[float, float] | None:
        """Return a 95 % interval of the mean gain, raters drawn with replacement."""
        if len(self.gains) < 2:
            return None
        chance = np.random.default_rng(0)
        drawn = chance.integers(0, len(self.gains), (RESAMPLES, len(self.gains)))
        low, high = np.quantile(self.gains[drawn].mean(axis=1), [0.025, 0.975])
        return float(low), float(high)

    def cells(self) -> list[str]:
        interval = self.interval()
        span = "-" if interval is None else f"{100 * interval[0]:+.1f}…{100 * interval[1]:+.1f}"
        return [
            str(self.labels),
            f"{self.without.mean():.3f}",
            f"{self.within.mean():.3f}",
            f"{100 * self.gains.mean():+.1f}",
            span,
            f"{self.worse:.0%}",
            f"{self.ece_without:.3f}→{self.ece_within:.3f}",
            str(len(self.gains)),
        ]


def hear(files: Sequence[str], data: Path, model: str, cache: Path) -> dict[str, list[float]]:
    """Return what the shipped network `model` says of clips; those heard before are not again.

    Raises DataError: a file is not there.
    """
    from ml.evaluation.judge import probabilities_of_files, refuse_tracks
    from ml.predictor import Predictor
    from ml.weights import WEIGHTS, read_meta

    missing = [file for file in files if not (data / file).is_file()]
    if missing:
        more = f" and {len(missing) - LISTED} more" if len(missing) > LISTED else ""
        raise DataError(f"Not in {data}: {', '.join(missing[:LISTED])}{more}.")
    digests = {file: file_digest(data / file) for file in files}
    kept = cache / f"{model}-{read_meta(WEIGHTS / model).version}.json"
    said: dict[str, list[float]] = {}
    if kept.is_file():
        said = json.loads(kept.read_text(encoding="utf-8"))
    if new := [file for file in files if digests[file] not in said]:
        predictor = Predictor.load(model)
        refuse_tracks(predictor)
        paths = [data / file for file in new]
        for places, answers in probabilities_of_files(predictor, paths):
            said |= {digests[new[at]]: line for at, line in zip(places, answers, strict=True)}
            _keep(kept, said)
    return {file: said[digests[file]] for file in files if digests[file] in said}


def _keep(path: Path, said: Mapping[str, list[float]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(said), encoding="utf-8")
    part.replace(path)


def said_unseen(run: Path, source: str) -> dict[str, list[float]]:
    """Return what a run's networks said of a set's clips that they had not seen.

    By the network that was trained without the set, its temperature fitted on the folds of the
    others; else by the folds, each with the temperature of the others.

    Raises DataError: the run has nothing of that set.
    """
    folds = read_predictions(run)
    apart = fold_folder(run, source)
    if (apart / PREDICTIONS).is_file() and folds:
        others = [
            each.only([key for key in each.files if not key.startswith(f"{source}/")])
            for each in folds
        ]
        fitted = fit_temperature(UnseenAnswers.joined(map(_as_answers, others)))
        parts = [(read_prediction(apart), fitted)]
    else:
        warmth = temperatures_of_others({int(each.fold): _as_answers(each) for each in folds})
        parts = [(each, warmth[int(each.fold)]) for each in folds]
    said = {
        key.removeprefix(f"{source}/"): softmax(np.array(line) / temperature).tolist()
        for part, temperature in parts
        for key, line in zip(part.files, part.logits, strict=True)
        if key.startswith(f"{source}/")
    }
    if not said:
        raise DataError(
            f"{run} has not been judged without {source}: `manage.py evaluate --held-out` does it."
        )
    return said


def _as_answers(prediction: FoldPrediction) -> UnseenAnswers:
    truth = np.eye(len(EMOTIONS))[[EMOTIONS.index(Emotion(each)) for each in prediction.emotions]]
    count = len(prediction.files)
    return UnseenAnswers(
        np.array(prediction.logits).reshape(count, len(EMOTIONS)), truth, np.ones(count)
    )


def score(
    ratings: Sequence[Rating],
    said: Probabilities,
    *,
    counts: Sequence[int] = COUNTS,
    draws: int = DRAWS,
) -> list[Score]:
    """Judge what layers learn from `counts` labels; a rater with too few labels is left out there.

    A rater's clips that are held out are known to the layer as any of a listener's songs: by what
    the network says of them, never by their labels.

    Raises DataError: nobody has enough labels to learn from one and be judged.
    """
    by_rater: dict[str, list[Rating]] = defaultdict(list)
    for rating in ratings:
        if rating.file in said:
            by_rater[rating.rater].append(rating)
    raters = [_Rater(rows, said, seed) for seed, (_, rows) in enumerate(sorted(by_rater.items()))]
    scores = []
    for count in counts:
        enough = [rater for rater in raters if len(rater.truth) >= count + MIN_HELD_OUT]
        if enough:
            scores.append(_score(count, [rater.judged(count, draws) for rater in enough]))
    if not scores:
        raise DataError(f"Nobody has rated {MIN_HELD_OUT} clips or more that can be heard.")
    return scores


class _Judged(NamedTuple):
    """What was said of one rater's held-out clips in all draws, each array of shape (n, ...)."""

    truth: Integers
    without: Floats
    within: Floats


class _Rater:
    """One person, and what the network says of the clips they rated."""

    def __init__(self, rows: Sequence[Rating], said: Probabilities, seed: int) -> None:
        ordered = sorted(rows, key=lambda row: row.file)
        self.labels = [row.emotion for row in ordered]
        self.axes = [axes_of(said[row.file]) for row in ordered]
        self.truth = np.array([EMOTIONS.index(label) for label in self.labels])
        self._without = np.array([probabilities_of(axes) for axes in self.axes])
        self._center = center_of(self.axes)
        self._seed = seed

    def judged(self, count: int, draws: int) -> _Judged:
        parts = [self._judged_once(count, draw) for draw in range(draws if count else 1)]
        return _Judged(*map(np.concatenate, zip(*parts, strict=True)))

    def _judged_once(self, count: int, draw: int) -> _Judged:
        order = np.random.default_rng([self._seed, draw]).permutation(len(self.labels)).tolist()
        known, apart = order[:count], order[count:]
        layer = fit_layer(
            [self.axes[at] for at in known], [self.labels[at] for at in known], self._center
        ).layer
        return _Judged(
            self.truth[apart],
            self._without[apart],
            np.array([layer.said_of(self.axes[at]) for at in apart]),
        )


def _score(count: int, judged: Sequence[_Judged]) -> Score:
    everything = _Judged(*map(np.concatenate, zip(*judged, strict=True)))
    return Score(
        labels=count,
        without=np.array([accuracy(each.truth, each.without.argmax(axis=1)) for each in judged]),
        within=np.array([accuracy(each.truth, each.within.argmax(axis=1)) for each in judged]),
        ece_without=_ece(everything.without, everything.truth),
        ece_within=_ece(everything.within, everything.truth),
    )


def _ece(probabilities: Floats, truth: Integers) -> float:
    return calibration_error(reliability(probabilities, truth))


def milliseconds_of_learning(said: Probabilities) -> float:
    """Return what of the processor one label takes, with as many before as ever teach."""
    songs = list(islice(cycle(map(axes_of, said.values())), MAX_LABELS))
    labels = list(islice(cycle(EMOTIONS), MAX_LABELS))
    started = time.process_time()
    for _ in range(DRAWS):
        fit_layer(songs, labels, center_of(songs))
    return 1000.0 * (time.process_time() - started) / DRAWS


def table_of(scores: Sequence[Score]) -> Table:
    table = Table(
        *("labels", "without", "with", "points", "95 %", "worse", "ECE", "raters"),
        title="agreement with held-out labels, without the layer and with it",
        caption="worse: raters who lose more than 2 points",
        box=SIMPLE,
        pad_edge=False,
    )
    for each in scores:
        table.add_row(*each.cells())
    return table


def add_rating_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--ratings", type=Path, required=True, help="table of ratings (CSV)")
    parser.add_argument("--data", type=Path, required=True, help="folder with the clips")
    parser.add_argument("--model", default="resnet18_bilstm", help="which shipped network listens")
    parser.add_argument(
        "--middle", type=float, default=0.0, help="middle of the scales of valence and arousal"
    )
    parser.add_argument("--draws", type=int, default=DRAWS, help="draws of labels from each rater")
    parser.add_argument(
        "--run",
        type=Path,
        help="a run of training: take what it said of the folder's clips that it had not seen",
    )
    parser.add_argument(
        "--runs", type=Path, default=Path("runs"), help="where what was heard is kept"
    )


def evaluate_raters(options: Mapping[str, Any]) -> None:
    """Measure as the options say, and print; DataError for a bad table or missing clips."""
    ratings = read_ratings(options["ratings"], middle=options["middle"])
    files = sorted({rating.file for rating in ratings})
    data: Path = options["data"]
    if options["run"]:
        said = said_unseen(options["run"], data.resolve().name)
    else:
        said = hear(files, data, options["model"], options["runs"] / "heard")
    console = Console()
    console.print(table_of(score(ratings, said, draws=options["draws"])))
    taken = milliseconds_of_learning(said)
    console.print(f"Learning from {MAX_LABELS} labels takes {taken:.1f} ms of the processor.")
