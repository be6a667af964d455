"""An experiment: a configuration, the data it names, and what its folds gave.

A run's folder holds ``fold-0`` to ``fold-9`` and ``all``, each with the weights,
a checkpoint while it trains, and ``predictions.json`` of the clips kept apart.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ml.datasets.augment import AugmentConfig
from ml.datasets.batches import (
    ClipBatches,
    SeenBatches,
    VectorBatches,
    emotion_targets,
    pictures_of,
    vocabulary,
    word_targets,
)
from ml.datasets.labels_file import LabelRow, read_labels
from ml.datasets.pack import build_pack, open_pack, picture_recipe, vector_recipe
from ml.datasets.tracks import read_tracks
from ml.errors import DataError
from ml.features.descriptors import DESCRIPTORS
from ml.features.spectrogram import FeatureSettings
from ml.networks.config import NetworkConfig, network_config
from ml.training.distil import distil, seen_vectors
from ml.training.loop import TrainConfig

CONFIGS = Path(__file__).parents[1] / "configs"
ALL_FOLDS = -1
Fold = int | str  # of ten, or `ALL_FOLDS`; or the name of a set that is left out whole
MEASURED = len(DESCRIPTORS)
VECTOR_PARTS = {
    "all": slice(None),
    "descriptors": slice(0, MEASURED),
    "units": slice(MEASURED, None),
}
HIDDEN_FEATURES = 0.03  # of tracks, so that a table with gaps is nothing new
TENSORS = "network.safetensors"
FACTS = "facts.json"
PREDICTIONS = "predictions.json"


@dataclass(frozen=True)
class Experiment:
    name: str
    network: NetworkConfig
    training: TrainConfig
    augment: AugmentConfig
    descriptors: bool = False  # whether the network is given what describes a clip and its segments
    vectors: str = "all"  # which numbers of that: a key of `VECTOR_PARTS`
    # share of training clips of which it takes a segment (only without pictures)
    excerpts: float = 0.0
    join: str = ""  # the experiment whose network is joined with this one after training
    # how the network's encoder is taught first, without labels (`ml.training.distil`)
    lesson: TrainConfig | None = None


@dataclass(frozen=True)
class FoldPrediction:
    """What a fold's network said of the clips it had not seen."""

    fold: Fold
    files: list[str]
    emotions: list[str]
    logits: list[list[float]]

    def only(self, keys: Collection[str]) -> FoldPrediction:
        kept = [index for index, key in enumerate(self.files) if key in keys]
        return replace(
            self,
            files=[self.files[index] for index in kept],
            emotions=[self.emotions[index] for index in kept],
            logits=[self.logits[index] for index in kept],
        )


@dataclass
class FoldData:
    """Everything that training and testing of one fold need."""

    batches: ClipBatches | SeenBatches | VectorBatches
    rows: list[LabelRow]
    train: Tensor
    test: Tensor
    heads: dict[str, int] = field(default_factory=dict)


def read_experiment(
    name: str, *, path: Path | None = None, epochs: int | None = None
) -> Experiment:
    """Read `ml/configs/<name>.toml`, or the file at `path`; DataError where there is none."""
    path = path or CONFIGS / f"{name}.toml"
    if not path.is_file():
        raise DataError(f"There is no configuration {path}.")
    table: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    lesson = table.pop("lesson", None)
    training = TrainConfig(**table.pop("training", {}))
    return Experiment(
        name=path.stem,
        network=network_config(table.pop("network", {})),
        training=replace(training, epochs=epochs) if epochs else training,
        augment=AugmentConfig(**table.pop("augment", {})),
        lesson=lesson and TrainConfig(**lesson),
        **table,
    )


def load_fold(experiment: Experiment, data: DataFolders, fold: Fold, packs: Path) -> FoldData:
    """Pack the clips where needed and set up one fold; `ALL_FOLDS` tests on none."""
    if experiment.network.kind == "ann_tracks":
        return _load_tracks(experiment, data.main, fold)
    rows = data.rows()
    vectors, again = _vectors(experiment, data, packs)
    usable = torch.ones(len(rows), dtype=torch.bool)
    if vectors is not None:
        usable &= vectors.isfinite().all(dim=-1).all(dim=-1)
    pictures = None
    if experiment.network.pictures:
        pictures, filled = _pictures(experiment.network.features, data, packs)
        usable &= filled > 0
    train, test = _split(rows, fold, usable)
    targets = _targets(experiment, rows, train)
    heads = {name: targets[name].shape[1] for name in experiment.training.loss_weights}
    batches: ClipBatches | SeenBatches | VectorBatches
    if pictures is not None:
        clips = ClipBatches(
            pictures=pictures,
            filled=filled,
            targets=targets,
            settings=experiment.network.features,
            augment=experiment.augment,
            descriptors=vectors,
        )
        heard = usable & torch.tensor([row.source != fold for row in rows])
        path = encoder_path(experiment, packs, fold)
        batches = _seen(experiment, clips, heard, path) if experiment.lesson else clips
    else:
        assert vectors is not None
        targets |= {"again": again, "set": _sets(rows)}
        batches = VectorBatches(vectors, targets, cropped=experiment.excerpts)
    return FoldData(batches, rows, train, test, heads)


def _seen(experiment: Experiment, clips: ClipBatches, heard: Tensor, path: Path) -> SeenBatches:
    """Return the clips as the network's encoder sees them, which is taught first if need be.

    It learns, without labels, from all clips that are `heard`, (N,): those of a set that is left
    out whole are new to it, too.
    """
    assert experiment.lesson is not None
    if not path.exists():
        indices = torch.nonzero(heard).flatten()
        distil(experiment.network, clips, indices, experiment.lesson, path)
    vectors = seen_vectors(experiment.network, clips, path)
    return SeenBatches(vectors, clips.descriptors, clips.targets)


def encoder_path(experiment: Experiment, packs: Path, fold: Fold) -> Path:
    """Return where an experiment's encoder is kept once it has been taught."""
    without = f"-without-{fold}" if isinstance(fold, str) else ""
    return packs / f"{experiment.name}-encoder{without}.safetensors"


def _split(rows: Sequence[LabelRow], fold: Fold, usable: Tensor) -> tuple[Tensor, Tensor]:
    """Return the places of rows to train on and to judge by.

    A number keeps that fold of every set apart, the name of a set the whole of it: then only what
    it is judged by is left of it.
    """
    if isinstance(fold, str):
        apart = torch.tensor([row.source == fold for row in rows])
        judged = apart & torch.tensor([row.is_kept_apart for row in rows])
    else:
        apart = judged = torch.tensor([row.fold == fold for row in rows])
    train, test = (torch.nonzero(part & usable).flatten() for part in (~apart, judged))
    return train, test


def _vectors(
    experiment: Experiment, data: DataFolders, packs: Path
) -> tuple[Tensor | None, Tensor]:
    """Return what describes every clip, shape (N, 4, D), and the same notes played again, (N, D).

    NaN stands for what cannot be read, or is not there.
    """
    if not experiment.descriptors:
        return None, torch.empty(0)
    clips, others = [], []
    for folder in (data.main, *data.also):
        rows = read_labels(folder)
        files = [row.file for row in rows] + [row.again for row in rows if row.again]
        recipe = vector_recipe(experiment.network.patches)
        records = open_pack(build_pack(folder, files, recipe, packs))
        values = torch.from_numpy(records["values"].copy())
        values[torch.from_numpy(records["filled"] <= 0)] = torch.nan
        again = torch.full_like(values[: len(rows), 0], torch.nan)
        again[torch.tensor([bool(row.again) for row in rows])] = values[len(rows) :, 0]
        clips.append(values[: len(rows)])
        others.append(again)
    chosen = VECTOR_PARTS[experiment.vectors]
    return torch.cat(clips)[..., chosen], torch.cat(others)[..., chosen]


def _sets(rows: Sequence[LabelRow]) -> Tensor:
    """Number the set that each row is of."""
    names = sorted({row.source for row in rows})
    return torch.tensor([float(names.index(row.source)) for row in rows])


def _pictures(settings: FeatureSettings, data: DataFolders, packs: Path) -> tuple[Tensor, Tensor]:
    """Return every clip's picture, uint8 (N, R, T), and its filled columns (N,)."""
    parts = [
        pictures_of(open_pack(build_pack(folder, files, picture_recipe(settings), packs)))
        for folder, files in data.files()
    ]
    pictures, filled = zip(*parts, strict=True)
    return torch.cat(pictures), torch.cat(filled)


def _targets(experiment: Experiment, rows: Sequence[LabelRow], train: Tensor) -> dict[str, Tensor]:
    targets = {
        "emotion": emotion_targets(rows, experiment.training.smoothing),
        "trust": torch.tensor([row.trust for row in rows]),
        "worded": torch.tensor([float(bool(row.moods)) for row in rows]),
    }
    return targets | _word_heads(rows, train, experiment.training.loss_weights)


def _load_tracks(experiment: Experiment, data: Path, fold: Fold) -> FoldData:
    """Set up one fold of a table of track features."""
    rows, values = read_tracks(data)
    targets = {"emotion": emotion_targets(rows, experiment.training.smoothing)}
    batches = VectorBatches(torch.tensor(values), targets, hidden=HIDDEN_FEATURES)
    everything = torch.ones(len(rows), dtype=torch.bool)
    return FoldData(batches, rows, *_split(rows, fold, everything))


def read_rows(data: Path) -> list[LabelRow]:
    """Read the labels of a folder of clips, or of a table of track features."""
    if (data / "labels.csv").is_file() or not (data / "tracks.csv").is_file():
        return read_labels(data)
    return read_tracks(data)[0]


@dataclass(frozen=True)
class DataFolders:
    """The folder that a network is judged on by folds, and others that it learns from too."""

    main: Path
    also: tuple[Path, ...] = ()

    def rows(self) -> list[LabelRow]:
        """Return the rows of all folders, the main one's first."""
        return [row for folder in (self.main, *self.also) for row in read_rows(folder)]

    def files(self) -> list[tuple[Path, list[str]]]:
        folders = (self.main, *self.also)
        return [(folder, [row.file for row in read_labels(folder)]) for folder in folders]


def sized_network(experiment: Experiment, fold: FoldData) -> NetworkConfig:
    """Return the network's config with the sizes that the data decide."""
    descriptors = fold.batches.descriptors
    width = 0 if descriptors is None else descriptors.shape[-1]
    return replace(experiment.network, descriptors=width, heads=fold.heads)


def parse_folds(text: str) -> tuple[int, ...]:
    """Read "0-9", "0,3" or "all"; raises ValueError where it is none of these."""
    if text == "all":
        return (ALL_FOLDS,)
    folds: list[int] = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        folds += range(int(first), int(last or first) + 1)
    return tuple(folds)


def fold_folder(run: Path, fold: Fold) -> Path:
    """Return where a fold's files stand, or those of what was trained without a set."""
    if isinstance(fold, str):
        return run / f"without-{fold}"
    return run / ("all" if fold == ALL_FOLDS else f"fold-{fold}")


def write_prediction(folder: Path, fold: Fold, rows: Sequence[LabelRow], logits: Tensor) -> None:
    table = {
        "fold": fold,
        "files": [row.key for row in rows],
        "emotions": [row.emotion for row in rows],
        "logits": [[round(value, 5) for value in line] for line in logits.tolist()],
    }
    (folder / PREDICTIONS).write_text(json.dumps(table), encoding="utf-8")


def read_prediction(folder: Path) -> FoldPrediction:
    """Read what the network in a fold's folder said of the clips kept apart."""
    table = json.loads((folder / PREDICTIONS).read_text(encoding="utf-8"))
    return FoldPrediction(**{each.name: table[each.name] for each in fields(FoldPrediction)})


def read_predictions(run: Path) -> list[FoldPrediction]:
    """Read the predictions of every finished fold of a run, in order of folds."""
    predictions = [read_prediction(path.parent) for path in run.glob(f"fold-*/{PREDICTIONS}")]
    return sorted(predictions, key=lambda each: int(each.fold))


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
