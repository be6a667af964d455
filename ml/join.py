"""Join a network that listens with perceptrons over hand-made descriptors.

    python -m ml.join resnet18_bilstm --data data/4q

Both are trained first, on the same folds; `ml.train` does all of this in one go.
What joins them are nine numbers (`ml.networks.AxisMix`), fitted on clips that
neither network had seen. A fold's own clips never decide its numbers: they are
fitted on the other folds.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor
from torch.nn import functional

from ml.errors import DataError
from ml.experiment import (
    ALL_FOLDS,
    FACTS,
    TENSORS,
    fold_folder,
    read_predictions,
    read_rows,
    write_prediction,
)
from ml.labels import EMOTIONS, Emotion
from ml.networks import AxisMix, Joined, NetworkConfig, build_network, network_config
from ml.weights import TRAINING_ONLY

PULL = 0.01  # towards equal weights, where few clips could say anything
STEPS = 60


def fit_mix(heard: Tensor, described: Tensor, truth: Tensor) -> AxisMix:
    """Fit the weights of two opinions, logits of shape (n, 4) each."""
    mix = AxisMix()
    optimizer = torch.optim.LBFGS(mix.parameters(), max_iter=STEPS, line_search_fn="strong_wolfe")

    def loss() -> Tensor:
        optimizer.zero_grad()
        far = (mix.weight - 0.5).square().sum() + mix.bias.square().sum()
        value = functional.cross_entropy(mix(heard, described), truth) + PULL * far
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimizer.step(loss)  # type: ignore[no-untyped-call]
    return mix


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


def join_runs(run: Path, parts: Parts, data: Path) -> None:
    """Write joined predictions of every common fold, and the network if both parts are there.

    Raises
    ------
    DataError
        If fewer than two folds are finished in both runs.
    """
    rows = {row.file: row for row in read_rows(data)}
    opinions = _opinions(parts)
    for fold, (files, heard, described, _) in opinions.items():
        others = [opinions[other][1:] for other in opinions if other != fold]
        mix = fit_mix(*(torch.cat(part) for part in zip(*others, strict=True)))
        folder = fold_folder(run, fold)
        folder.mkdir(parents=True, exist_ok=True)
        with torch.no_grad():
            logits = mix(heard, described)
        write_prediction(folder, fold, [rows[file] for file in files], logits)
    if all((folder / TENSORS).is_file() for folder in parts.folders()):
        everything = zip(*(each[1:] for each in opinions.values()), strict=True)
        _write_network(run, parts, fit_mix(*(torch.cat(part) for part in everything)))


def _opinions(parts: Parts) -> dict[int, tuple[list[str], Tensor, Tensor, Tensor]]:
    """Return files, both runs' logits and the truth of every fold that both finished."""
    of_describer = {each.fold: each for each in read_predictions(parts.describer)}
    opinions = {}
    for heard in read_predictions(parts.listener):
        if heard.fold not in of_describer:
            continue
        described = of_describer[heard.fold]
        place = {file: index for index, file in enumerate(described.files)}
        order = [place[file] for file in heard.files]
        truth = [EMOTIONS.index(Emotion(emotion)) for emotion in heard.emotions]
        opinions[heard.fold] = (
            heard.files,
            torch.tensor(heard.logits),
            torch.tensor(described.logits)[order],
            torch.tensor(truth),
        )
    if len(opinions) < 2:  # noqa: PLR2004 - one fold is judged by the mix of another
        raise DataError("At least two folds must be finished in both runs.")
    return opinions


def _write_network(run: Path, parts: Parts, mix: AxisMix) -> None:
    """Put the two networks and the mix together."""
    first, second = (_trained(folder) for folder in parts.folders())
    config = replace(
        first[0],
        kind="joined",
        listener=first[0].kind,
        descriptors=second[0].descriptors,
        members=second[0].members,
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
    parser = argparse.ArgumentParser(prog="python -m ml.join")
    parser.add_argument("run", help="name of the joined run")
    parser.add_argument("--describer", default="ann", help="run of the perceptrons")
    parser.add_argument("--listener-fold", type=int, default=ALL_FOLDS, help="-1: all clips")
    parser.add_argument("--describer-fold", type=int, default=ALL_FOLDS, help="-1: all clips")
    parser.add_argument("--data", type=Path, required=True, help="folder with labels.csv")
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    options = parser.parse_args(arguments)
    parts = Parts(
        alone(options.runs / options.run),
        options.runs / options.describer,
        options.listener_fold,
        options.describer_fold,
    )
    join_runs(options.runs / options.run, parts, options.data)


if __name__ == "__main__":
    main()
