"""An experiment: a configuration, the data it names, and what its folds gave.

A run's folder holds ``fold-0`` to ``fold-9`` and ``all``, each with the weights,
a checkpoint while it trains, and ``predictions.json`` of the clips kept apart.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ml.augment import AugmentConfig
from ml.dataset import (
    ClipBatches,
    VectorBatches,
    emotion_targets,
    pictures_of,
    vocabulary,
    word_targets,
)
from ml.errors import DataError
from ml.labels_file import LabelRow, read_labels
from ml.networks import NetworkConfig, network_config
from ml.pack import build_pack, descriptor_recipe, excerpt_recipe, open_pack, picture_recipe
from ml.tracks import read_tracks
from ml.training import TrainConfig

CONFIGS = Path(__file__).parent / "configs"
ALL_FOLDS = -1
HIDDEN_FEATURES = 0.03  # of tracks, so that a table with gaps is nothing new
TENSORS = "network.safetensors"
FACTS = "facts.json"


@dataclass(frozen=True)
class Experiment:
    """A configuration file, read.

    Attributes
    ----------
    descriptors : bool
        Whether the network takes the hand-made descriptors.
    excerpts : float
        Share of training clips of which it takes a part (only without pictures).
    join : str
        The experiment whose network is joined with this one after training.
    """

    name: str
    network: NetworkConfig
    training: TrainConfig
    augment: AugmentConfig
    descriptors: bool = False
    excerpts: float = 0.0
    join: str = ""


@dataclass(frozen=True)
class Prediction:
    """What a fold's network said of the clips it had not seen."""

    fold: int
    files: list[str]
    emotions: list[str]
    logits: list[list[float]]


@dataclass
class FoldData:
    """Everything that training and testing of one fold need."""

    batches: ClipBatches | VectorBatches
    rows: list[LabelRow]
    train: Tensor
    test: Tensor
    heads: dict[str, int] = field(default_factory=dict)


def read_experiment(
    name: str, *, path: Path | None = None, epochs: int | None = None
) -> Experiment:
    """Read `ml/configs/<name>.toml`, or the file at `path`.

    Raises
    ------
    DataError
        If there is no such file.
    """
    path = path or CONFIGS / f"{name}.toml"
    if not path.is_file():
        raise DataError(f"There is no configuration {path}.")
    table: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    training = TrainConfig(**table.get("training", {}))
    return Experiment(
        name=path.stem,
        network=network_config(table.get("network", {})),
        training=replace(training, epochs=epochs) if epochs else training,
        augment=AugmentConfig(**table.get("augment", {})),
        descriptors=table.get("descriptors", False),
        excerpts=table.get("excerpts", 0.0),
        join=table.get("join", ""),
    )


def load_fold(experiment: Experiment, data: Path, fold: int, packs: Path) -> FoldData:
    """Pack the clips where needed and set up one fold; `ALL_FOLDS` tests on none."""
    if experiment.network.kind == "ann_tracks":
        return _load_tracks(experiment, data, fold)
    if not experiment.network.pictures:
        return _load_vectors(experiment, data, fold, packs)
    rows = read_labels(data)
    files = [row.file for row in rows]
    settings = experiment.network.features
    records = open_pack(build_pack(data, files, picture_recipe(settings), packs))
    pictures, filled = pictures_of(records)
    usable = filled > 0
    folds = torch.tensor([row.fold for row in rows])
    train = torch.nonzero((folds != fold) & usable).flatten()
    targets = {"emotion": emotion_targets(rows, experiment.training.smoothing)}
    targets |= _word_heads(rows, train, experiment.training.loss_weights)
    batches = ClipBatches(
        pictures=pictures,
        filled=filled,
        targets=targets,
        settings=settings,
        augment=experiment.augment,
        descriptors=_descriptors(data, files, packs) if experiment.descriptors else None,
        pictured=experiment.network.pictures,
    )
    test = torch.nonzero((folds == fold) & usable).flatten()
    heads = {name: targets[name].shape[1] for name in experiment.training.loss_weights}
    return FoldData(batches, rows, train, test, heads)


def _load_vectors(experiment: Experiment, data: Path, fold: int, packs: Path) -> FoldData:
    """Set up one fold of clips that are described and not pictured."""
    rows = read_labels(data)
    files = [row.file for row in rows]
    records = open_pack(build_pack(data, files, descriptor_recipe(), packs))
    usable = torch.from_numpy(records["filled"] > 0)
    folds = torch.tensor([row.fold for row in rows])
    train = torch.nonzero((folds != fold) & usable).flatten()
    targets = {"emotion": emotion_targets(rows, experiment.training.smoothing)}
    targets |= _word_heads(rows, train, experiment.training.loss_weights)
    batches = VectorBatches(torch.from_numpy(records["values"].copy()), targets)
    if experiment.excerpts:
        parts = open_pack(build_pack(data, files, excerpt_recipe(), packs))
        batches.excerpts = torch.from_numpy(parts["values"].copy())
        batches.cropped, batches.parts = experiment.excerpts, experiment.network.parts
    test = torch.nonzero((folds == fold) & usable).flatten()
    heads = {name: targets[name].shape[1] for name in experiment.training.loss_weights}
    return FoldData(batches, rows, train, test, heads)


def _load_tracks(experiment: Experiment, data: Path, fold: int) -> FoldData:
    """Set up one fold of a table of track features."""
    rows, values = read_tracks(data)
    folds = torch.tensor([row.fold for row in rows])
    targets = {"emotion": emotion_targets(rows, experiment.training.smoothing)}
    batches = VectorBatches(torch.tensor(values), targets, hidden=HIDDEN_FEATURES)
    train, test = (torch.nonzero(part).flatten() for part in (folds != fold, folds == fold))
    return FoldData(batches, rows, train, test)


def read_rows(data: Path) -> list[LabelRow]:
    """Read the labels of a folder of clips, or of a table of track features."""
    if (data / "labels.csv").is_file() or not (data / "tracks.csv").is_file():
        return read_labels(data)
    return read_tracks(data)[0]


def sized_network(experiment: Experiment, fold: FoldData) -> NetworkConfig:
    """Return the network's config with the sizes that the data decide."""
    descriptors = fold.batches.descriptors
    width = 0 if descriptors is None else descriptors.shape[1]
    return replace(experiment.network, descriptors=width, heads=fold.heads)


def parse_folds(text: str) -> tuple[int, ...]:
    """Read "0-9", "0,3" or "all".

    Raises
    ------
    ValueError
        If it is none of these.
    """
    if text == "all":
        return (ALL_FOLDS,)
    folds: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        folds += range(int(first), int(last or first) + 1)
    return tuple(folds)


def fold_folder(run: Path, fold: int) -> Path:
    """Return where a fold's files stand."""
    return run / ("all" if fold == ALL_FOLDS else f"fold-{fold}")


def write_prediction(folder: Path, fold: int, rows: Sequence[LabelRow], logits: Tensor) -> None:
    """Keep what a fold's network said, in `folder`'s predictions.json."""
    table = {
        "fold": fold,
        "files": [row.file for row in rows],
        "emotions": [row.emotion for row in rows],
        "logits": [[round(value, 5) for value in line] for line in logits.tolist()],
    }
    (folder / "predictions.json").write_text(json.dumps(table), encoding="utf-8")


def read_predictions(run: Path) -> list[Prediction]:
    """Read the predictions of every finished fold of a run, in order of folds."""
    paths = sorted(run.glob("fold-*/predictions.json"))
    tables = [json.loads(path.read_text(encoding="utf-8")) for path in paths]
    names = [each.name for each in fields(Prediction)]
    predictions = (Prediction(**{name: table[name] for name in names}) for table in tables)
    return sorted(predictions, key=lambda each: each.fold)


def _word_heads(
    rows: Sequence[LabelRow], train: Tensor, weights: Mapping[str, float]
) -> dict[str, Tensor]:
    """Return targets of mood words and genres; training clips choose the words."""
    columns = {"moods": [row.moods for row in rows], "genres": [row.genres for row in rows]}
    targets = {}
    for name in weights:
        chosen = vocabulary([columns[name][index] for index in train.tolist()])
        targets[name] = word_targets(columns[name], chosen)
    return targets


def _descriptors(data: Path, files: Sequence[str], packs: Path) -> Tensor:
    records = open_pack(build_pack(data, files, descriptor_recipe(), packs))
    return torch.from_numpy(records["values"].copy())
