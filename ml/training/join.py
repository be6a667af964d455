"""Join a network that listens with perceptrons over hand-made descriptors.

    python -m ml.training.join resnet18_bilstm --data data/4q

Both are trained first, on the same folds; `ml.training.train` does all of this in one go.
What joins them are nine numbers (`ml.networks.joined.AxisMix`), fitted on clips that
neither network had seen. A fold's own clips never decide its numbers: they are
fitted on the other folds.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from ml.datasets.batches import emotion_targets
from ml.datasets.labels_file import LabelRow
from ml.errors import DataError
from ml.networks.config import NetworkConfig, network_config
from ml.networks.joined import AxisMix, Joined
from ml.networks.registry import build_network
from ml.training.experiment import (
    ALL_FOLDS,
    FACTS,
    TENSORS,
    DataFolders,
    Fold,
    FoldPrediction,
    fold_folder,
    read_prediction,
    read_predictions,
    write_prediction,
)
from ml.weights import TRAINING_ONLY

# What listens has a quarter of arousal. Valence is told by the numbers: what a picture adds to it
# holds on 4Q alone. The pull leaves little more to be fitted than how sure the answer is.
TOWARDS = ((0.25, 0.75), (0.0, 1.0), (0.0, 1.0))
PULL = 0.5
STEPS = 60


def fit_mix(opinions: Opinions) -> AxisMix:
    """Fit the weights of two opinions."""
    mix = AxisMix()
    towards = torch.tensor(TOWARDS)
    mix.weight.data[:] = towards
    optimizer = torch.optim.LBFGS(mix.parameters(), max_iter=STEPS, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimizer.zero_grad()
        far = (mix.weight - towards).square().sum() + mix.bias.square().sum()
        answers = mix(opinions.heard, opinions.described).log_softmax(dim=1)
        each = -(answers * opinions.truth).sum(dim=1)
        value: Tensor = (each * opinions.weights).sum() / opinions.weights.sum() + PULL * far
        value.backward()
        return value

    optimizer.step(loss)
    return mix


@dataclass(frozen=True)
class Opinions:
    """What two networks said of clips that neither had seen, and what is true.

    Attributes
    ----------
    keys : list of str
        Names of the clips.
    heard, described : Tensor, shape (n, 4)
    truth : Tensor, shape (n, 4)
        How likely each emotion is by the labels.
    weights : Tensor, shape (n,)
        How much each label can be trusted.
    """

    keys: list[str]
    heard: Tensor
    described: Tensor
    truth: Tensor
    weights: Tensor

    @classmethod
    def joined(cls, parts: Iterable[Opinions]) -> Opinions:
        """Put several together."""
        listed = list(parts)
        return cls(
            [key for part in listed for key in part.keys],
            torch.cat([part.heard for part in listed]),
            torch.cat([part.described for part in listed]),
            torch.cat([part.truth for part in listed]),
            torch.cat([part.weights for part in listed]),
        )

    @classmethod
    def of(
        cls, heard: FoldPrediction, described: FoldPrediction, rows: Mapping[str, LabelRow]
    ) -> Opinions:
        """Bring the answers of two runs on the same clips into one order.

        Raises
        ------
        DataError
            If a clip is in one of them only, or in no labels.csv.
        """
        place = {key: index for index, key in enumerate(described.files)}
        if set(place) != set(heard.files) or not place.keys() <= rows.keys():
            raise DataError("The two runs were not judged on the same clips; train them anew.")
        order = [place[key] for key in heard.files]
        mine = [rows[key] for key in heard.files]
        return cls(
            heard.files,
            torch.tensor(heard.logits),
            torch.tensor(described.logits)[order],
            emotion_targets(mine, smoothing=0.0),
            torch.tensor([row.trust for row in mine]),
        )


@dataclass(frozen=True)
class Parts:
    """The runs of two networks, and the fold of each that goes into the joined one."""

    listener: Path
    describer: Path
    listener_fold: int = ALL_FOLDS
    describer_fold: int = ALL_FOLDS

    def folders(self) -> tuple[Path, Path]:
        """Return where the two networks stand."""
        return (
            fold_folder(self.listener, self.listener_fold),
            fold_folder(self.describer, self.describer_fold),
        )


def alone(run: Path) -> Path:
    """Return the run of the network that listens, before it is joined."""
    return run.with_name(f"{run.name}-alone")


def join_runs(run: Path, parts: Parts, data: DataFolders) -> None:
    """Write joined predictions of every common fold, and the network if both parts are there.

    Raises
    ------
    DataError
        If fewer than two folds are finished in both runs.
    """
    rows = {row.key: row for row in data.rows()}
    folds = _opinions(parts, rows)
    for fold, opinions in folds.items():
        mix = fit_mix(Opinions.joined(folds[other] for other in folds if other != fold))
        _write_joined(fold_folder(run, fold), fold, opinions, mix, rows)
    if all((folder / TENSORS).is_file() for folder in parts.folders()):
        _write_network(run, parts, fit_mix(Opinions.joined(folds.values())))


def join_without(run: Path, parts: Parts, data: DataFolders, source: str) -> None:
    """Join what two networks said of a set that neither was trained on.

    The nine numbers are fitted on the folds of the other sets.
    """
    rows = {row.key: row for row in data.rows()}
    known = {key: row for key, row in rows.items() if row.source != source}
    folds = _opinions(parts, known)
    mix = fit_mix(Opinions.joined(folds.values()))
    heard, described = (
        read_prediction(fold_folder(each, source)) for each in (parts.listener, parts.describer)
    )
    opinions = Opinions.of(heard, described, rows)
    _write_joined(fold_folder(run, source), source, opinions, mix, rows)


def _write_joined(
    folder: Path, fold: Fold, opinions: Opinions, mix: AxisMix, rows: Mapping[str, LabelRow]
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with torch.no_grad():
        logits = mix(opinions.heard, opinions.described)
    write_prediction(folder, fold, [rows[key] for key in opinions.keys], logits)


def _opinions(parts: Parts, rows: Mapping[str, LabelRow]) -> dict[Fold, Opinions]:
    """Return both runs' answers of every fold that both finished, on the clips of `rows`."""
    of_describer = {each.fold: each for each in read_predictions(parts.describer)}
    folds = {
        heard.fold: Opinions.of(heard.only(rows), of_describer[heard.fold].only(rows), rows)
        for heard in read_predictions(parts.listener)
        if heard.fold in of_describer
    }
    if len(folds) < 2:
        raise DataError("At least two folds must be finished in both runs.")
    return folds


def _write_network(run: Path, parts: Parts, mix: AxisMix) -> None:
    """Put the two networks and the mix together."""
    first, second = (_trained(folder) for folder in parts.folders())
    config = replace(
        first[0],
        kind="joined",
        listener=first[0].kind,
        descriptors=second[0].descriptors,
        members=second[0].members,
        waves=second[0].waves,
        parts=second[0].parts,
        heads={},
    )
    network = build_network(config)
    assert isinstance(network, Joined)
    network.listener.load_state_dict(_without_extra(first[1]))
    network.describer.load_state_dict(_without_extra(second[1]))
    network.mix.load_state_dict(mix.state_dict())
    folder = fold_folder(run, ALL_FOLDS)
    folder.mkdir(parents=True, exist_ok=True)
    save_file(
        {name: value.contiguous() for name, value in network.state_dict().items()}, folder / TENSORS
    )
    facts = first[2] | {
        "network": asdict(config),
        "seconds": first[2]["seconds"] + second[2]["seconds"],
        "shipped": _shipped(parts),
    }
    (folder / FACTS).write_text(json.dumps(facts, indent=1), encoding="utf-8")


def _shipped(parts: Parts) -> str:
    """Say which networks were put together."""
    words = [
        f"{part} {'on all clips' if fold == ALL_FOLDS else f'without fold {fold}'}"
        for part, fold in (
            ("the network that listens was trained", parts.listener_fold),
            ("the perceptrons were trained", parts.describer_fold),
        )
    ]
    return f"In the weights that ship {' and '.join(words)}, by the same recipe."


def _trained(folder: Path) -> tuple[NetworkConfig, dict[str, Tensor], dict[str, Any]]:
    facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    return network_config(facts["network"]), load_file(folder / TENSORS), facts


def _without_extra(state: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: value for name, value in state.items() if TRAINING_ONLY not in name}


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and join."""
    parser = argparse.ArgumentParser(prog="python -m ml.training.join")
    parser.add_argument("run", help="name of the joined run")
    parser.add_argument("--describer", default="ann", help="run of the perceptrons")
    parser.add_argument("--listener-fold", type=int, default=ALL_FOLDS, help="-1: all clips")
    parser.add_argument("--describer-fold", type=int, default=ALL_FOLDS, help="-1: all clips")
    parser.add_argument("--data", type=Path, required=True, help="folder with labels.csv")
    parser.add_argument("--also", type=Path, action="append", default=[])
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    options = parser.parse_args(arguments)
    parts = Parts(
        alone(options.runs / options.run),
        options.runs / options.describer,
        options.listener_fold,
        options.describer_fold,
    )
    data = DataFolders(options.data, tuple(options.also))
    join_runs(options.runs / options.run, parts, data)


if __name__ == "__main__":
    main()
