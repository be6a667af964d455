"""Shipped weights: safetensors beside a `meta.json` that says what they are.

Nothing is ever unpickled. A folder is refused unless its hash, its label order
and its tensors are what `meta.json` says.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from ml.errors import WeightsError
from ml.labels import EMOTIONS
from ml.networks import NetworkConfig, build_network, network_config

WEIGHTS = Path(__file__).parent / "weights"
TENSORS = "model.safetensors"
META = "meta.json"
TRAINING_ONLY = "heads.extra."  # anywhere within a tensor's name


@dataclass(frozen=True)
class Meta:
    """The parts of `meta.json` that using the weights needs."""

    name: str
    version: str
    input: str
    network: NetworkConfig
    temperature: float
    descriptors: tuple[str, ...]
    sha256: str


def save_weights(
    folder: Path, network: nn.Module, config: NetworkConfig, facts: Mapping[str, Any]
) -> None:
    """Write the tensors in 16 bits, without training's heads, and `meta.json`.

    Parameters
    ----------
    facts : mapping
        Further entries of `meta.json`: name, version, input, temperature,
        descriptors, data, folds and metrics.
    """
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {
        name: _half(value)
        for name, value in network.state_dict().items()
        if TRAINING_ONLY not in name
    }
    save_file(tensors, folder / TENSORS)
    meta = {
        **facts,
        "labels": list(EMOTIONS),
        "network": asdict(replace(config, heads={})),
        "parameters": sum(value.numel() for value in tensors.values()),
        "bytes": (folder / TENSORS).stat().st_size,
        "sha256": digest(folder / TENSORS),
    }
    (folder / META).write_text(json.dumps(meta, indent=1) + "\n", encoding="utf-8")


def read_meta(folder: Path) -> Meta:
    """Read `meta.json`.

    Raises
    ------
    WeightsError
        If it is missing, unreadable, or for another order of emotions.
    """
    try:
        table = json.loads((folder / META).read_text(encoding="utf-8"))
        if table["labels"] != list(EMOTIONS):
            raise WeightsError(f"The weights in {folder} are for other labels: {table['labels']}.")
        return Meta(
            name=table["name"],
            version=table["version"],
            input=table["input"],
            network=network_config(table["network"]),
            temperature=float(table["temperature"]),
            descriptors=tuple(table["descriptors"]),
            sha256=table["sha256"],
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WeightsError(f"The weights in {folder} have no usable {META}: {error}.") from error


def load_network(folder: Path, meta: Meta) -> nn.Module:
    """Return the network, in 32 bits and ready to answer.

    Raises
    ------
    WeightsError
        If the tensors are missing, damaged or of another shape.
    """
    path = folder / TENSORS
    if not path.is_file():
        raise WeightsError(f"There are no weights in {folder}.")
    if digest(path) != meta.sha256:
        raise WeightsError(f"The weights in {folder} are not the ones that {META} describes.")
    try:
        tensors = {name: _single(value) for name, value in load_file(path).items()}
        with torch.device("meta"):  # no time is spent on weights that are replaced at once
            network = build_network(meta.network)
        network.load_state_dict(tensors, assign=True)
    except (SafetensorError, RuntimeError) as error:
        raise WeightsError(f"The weights in {folder} do not fit the network: {error}.") from error
    return network.to(memory_format=torch.channels_last).eval()  # type: ignore[call-overload, no-any-return]


def digest(path: Path) -> str:
    """Return a file's SHA-256 in hexadecimal digits."""
    with path.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def _half(value: Tensor) -> Tensor:
    """Store 16 bits, except of statistics, whose range may be wider."""
    wide = not value.is_floating_point() or value.dim() < 2  # noqa: PLR2004 - vectors are few
    return (value if wide else value.half()).contiguous().cpu()


def _single(value: Tensor) -> Tensor:
    return value.float() if value.dtype == torch.float16 else value
