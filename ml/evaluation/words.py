"""Judge finer words by the mood words of editors, on clips that were not learnt from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.console import Console
from rich.table import Table
from scipy.special import softmax

from ml.calibration import Floats
from ml.datasets.labels_file import read_labels
from ml.datasets.pack import build_pack, open_pack, vector_recipe
from ml.evaluation.answers import answers_to
from ml.features.word_tags import tags_of, write_weights
from ml.labels import EMOTIONS
from ml.metrics import ranked_right
from ml.training.words import NAMES, SAID, Lesson, learn_words, unseen_odds
from ml.weights import WEIGHTS, read_meta

# From an answer's probabilities, and what tags say for words, to what speaks for each word.
Support = Callable[[Mapping[str, float], Mapping[str, float]], Mapping[str, float]]


@dataclass(frozen=True)
class WordFigures:
    # how often a word is said more of a clip that it fits than of others of its emotion (AUC)
    areas: dict[str, float]
    # of each emotion, how often the word that is said first fits, among clips that one fits
    first: dict[str, float]
    chance: dict[str, float]  # how often any of its words would
    of_all: float = 0.0  # how often the first of all words fits, as where no emotion is sure


def evaluate_words(options: Mapping[str, Any], support: Support) -> None:
    """Print how well words fit; with `write`, keep what all clips teach.

    Raises DataError: there are no labels, or the answers beside the weights are of other clips.
    """
    lesson, answers = _read(options["data"], options["model"], options["runs"])
    Console().print(words_table(lesson, answers, support))
    if options["write"]:
        learnt = zip(NAMES, learn_words(lesson).tolist(), strict=True)
        write_weights((name, values) for name, values in learnt if any(values))


def _read(data: Path, model: str, runs: Path) -> tuple[Lesson, Floats]:
    """Return a folder's clips with their words, and what a model's folds said of them, (N, 4)."""
    rows = read_labels(data)
    recipe = vector_recipe(read_meta(WEIGHTS / model).network.patches)
    records = open_pack(build_pack(data, [row.file for row in rows], recipe, runs / "packs"))
    usable = np.flatnonzero(records["filled"] > 0)
    rows = [rows[place] for place in usable]
    with torch.inference_mode():
        tags = tags_of(torch.from_numpy(records["values"][usable, 0]))
    return Lesson.of(rows, tags.double().numpy()), answers_to(WEIGHTS / model, rows)


def words_table(lesson: Lesson, answers: Floats, support: Support) -> Table:
    """Lay words by the point alone beside words by point and tags."""
    unseen = unseen_odds(lesson)
    odds = [dict(zip(NAMES, line, strict=True)) for line in unseen.tolist()]
    said = [dict(zip(map(str, EMOTIONS), line, strict=True)) for line in answers.tolist()]
    before = np.array([_line(support(each, {})) for each in said])
    after = np.array([_line(support(*pair)) for pair in zip(said, odds, strict=True)])
    return _table(lesson, word_figures(lesson, before), word_figures(lesson, after))


def word_figures(lesson: Lesson, support: Floats) -> WordFigures:
    """Judge what speaks for each word of each clip, (N, W), among the clips of each emotion."""
    figures = WordFigures({}, {}, {})
    for emotion, words in SAID.items():
        columns = [NAMES.index(name) for name in words]
        says = lesson.says[:, columns]
        judged = (lesson.emotions == emotion) & says.any(axis=1)
        shares, fits = softmax(support[judged][:, columns], axis=1), says[judged]
        for place, name in enumerate(words):
            figures.areas[name] = ranked_right(shares[:, place], fits[:, place])
        figures.first[emotion] = float(fits[np.arange(len(fits)), shares.argmax(axis=1)].mean())
        figures.chance[emotion] = float(fits.mean())
    judged = lesson.says.any(axis=1)
    fits = lesson.says[judged]
    first = support[judged].argmax(axis=1)
    return replace(figures, of_all=float(fits[np.arange(len(fits)), first].mean()))


def _line(support: Mapping[str, float]) -> list[float]:
    return [support[name] for name in NAMES]


def _table(lesson: Lesson, before: WordFigures, after: WordFigures) -> Table:
    table = Table("word", "clips", "by the point", "with tags")
    for emotion, words in SAID.items():
        of_emotion = lesson.emotions == emotion
        for name in words:
            count = int((lesson.says[:, NAMES.index(name)] & of_emotion).sum())
            table.add_row(name, str(count), *_pair(before.areas[name], after.areas[name]))
    table.add_row("mean of the words", "", *_pair(_mean(before.areas), _mean(after.areas)))
    table.add_section()
    for emotion in SAID:
        pair = _pair(before.first[emotion], after.first[emotion])
        table.add_row(f"first word fits, {emotion}", "", *pair)
    table.add_row("first word fits, mean", "", *_pair(_mean(before.first), _mean(after.first)))
    table.add_row("… by chance", "", *_pair(_mean(before.chance), _mean(after.chance)))
    table.add_row("first of all twenty fits", "", *_pair(before.of_all, after.of_all))
    return table


def _pair(before: float, after: float) -> tuple[str, str]:
    return f"{before:.3f}", f"{after:.3f}"


def _mean(values: Mapping[str, float]) -> float:
    return float(np.mean(list(values.values())))
