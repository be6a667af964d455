"""Join a network that listens with perceptrons over hand-made descriptors.

Both are trained first, on the same folds, by `ml.training.train`. Their shares are fixed
(`ml.networks.joined`).
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from ml.datasets.labels_file import LabelRow
from ml.errors import DataError
from ml.networks.config import NetworkConfig, network_config
from ml.networks.joined import Joined, join_answers
from ml.networks.registry import build_network
from ml.training.experiment import (
    ALL_FOLDS,
    FACTS,
    PREDICTIONS,
    TENSORS,
    DataFolders,
    fold_folder,
    read_prediction,
    write_prediction,
)
from ml.weights import TRAINING_ONLY

SHIPPED = (
    "In the weights that ship the network that listens was trained on all clips and the "
    "perceptrons were trained on all clips, by the same recipe."
)


@dataclass(frozen=True)
class Parts:
    """The runs of two networks."""

    listener: Path
    describer: Path

    def folders(self) -> list[Path]:
        """Return where the two networks stand that were trained on all clips."""
        return [fold_folder(run, ALL_FOLDS) for run in (self.listener, self.describer)]


def alone(run: Path) -> Path:
    """Return the run of the network that listens, before it is joined."""
    return run.with_name(f"{run.name}-alone")


def join_runs(run: Path, parts: Parts, data: DataFolders) -> None:
    """Write joined answers of all that both runs finished, and the network if both parts are there.

    Raises DataError: they were not judged on the same clips.
    """
    rows = {row.key: row for row in data.rows()}
    for path in sorted(parts.listener.glob(f"*/{PREDICTIONS}")):
        described = parts.describer / path.parent.name
        if (described / PREDICTIONS).is_file():
            _join_fold(run / path.parent.name, path.parent, described, rows)
    if all((folder / TENSORS).is_file() for folder in parts.folders()):
        _write_network(run, parts)


def _join_fold(folder: Path, listener: Path, describer: Path, rows: Mapping[str, LabelRow]) -> None:
    heard, described = (read_prediction(each).only(rows) for each in (listener, describer))
    place = {key: index for index, key in enumerate(described.files)}
    if set(place) != set(heard.files):
        raise DataError("The two runs were not judged on the same clips; train them anew.")
    if not place:
        return  # a set that is not among the data
    order = [place[key] for key in heard.files]
    said = join_answers(torch.tensor(heard.logits), torch.tensor(described.logits)[order])
    folder.mkdir(parents=True, exist_ok=True)
    write_prediction(folder, heard.fold, [rows[key] for key in heard.files], said)


def _write_network(run: Path, parts: Parts) -> None:
    first, second = (_trained(folder) for folder in parts.folders())
    config = replace(
        first[0],
        kind="joined",
        listener=first[0].kind,
        descriptors=second[0].descriptors,
        members=second[0].members,
        waves=second[0].waves,
        heads={},
    )
    network = build_network(config)
    assert isinstance(network, Joined)
    network.listener.load_state_dict(_without_extra(first[1]))
    network.describer.load_state_dict(_without_extra(second[1]))
    folder = fold_folder(run, ALL_FOLDS)
    folder.mkdir(parents=True, exist_ok=True)
    save_file(
        {name: value.contiguous() for name, value in network.state_dict().items()}, folder / TENSORS
    )
    facts = first[2] | {
        "network": asdict(config),
        "seconds": first[2]["seconds"] + second[2]["seconds"],
        "shipped": SHIPPED,
    }
    (folder / FACTS).write_text(json.dumps(facts, indent=1), encoding="utf-8")


def _trained(folder: Path) -> tuple[NetworkConfig, dict[str, Tensor], dict[str, Any]]:
    facts = json.loads((folder / FACTS).read_text(encoding="utf-8"))
    return network_config(facts["network"]), load_file(folder / TENSORS), facts


def _without_extra(state: dict[str, Tensor]) -> dict[str, Tensor]:
    return {name: value for name, value in state.items() if TRAINING_ONLY not in name}
