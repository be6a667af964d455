"""Shipped weights: safetensors beside a `meta.json` that says what they are.

Nothing is ever unpickled. A folder is refused unless its hash, its label order
and its tensors are what `meta.json` says.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from ml.digests import file_digest
from ml.errors import WeightsError
from ml.labels import EMOTIONS
from ml.networks.config import NetworkConfig, network_config
from ml.networks.registry import build_network, channels_last

WEIGHTS = Path(__file__).parent / "weights"
TENSORS = "model.safetensors"
LARGE = 100_000  # numbers; smaller tensors are not worth a second one of scales
BYTE = 127.0
SCALE = ".scale8"
META = "meta.json"
TRAINING_ONLY = "heads.extra."  # anywhere within a tensor's name


@dataclass(frozen=True)
class Meta:
    name: str
    version: str
    input: str
    network: NetworkConfig
    temperature: float
    descriptors: tuple[str, ...]
    sha256: str
    # SHA-256 of the pretrained network that the weights were trained with, or empty
    musicnn: str = ""


def save_weights(
    folder: Path, network: nn.Module, config: NetworkConfig, facts: Mapping[str, Any]
) -> None:
    """Write the tensors in 8 or 16 bits, without training's heads, and `meta.json` with `facts`."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {
        name: value.contiguous().cpu()
        for name, value in network.state_dict().items()
        if TRAINING_ONLY not in name
    }
    save_file(narrowed(tensors), folder / TENSORS)
    meta = {
        **facts,
        "labels": list(EMOTIONS),
        "network": asdict(replace(config, heads={})),
        "parameters": sum(value.numel() for value in tensors.values()),
        "bytes": (folder / TENSORS).stat().st_size,
        "sha256": file_digest(folder / TENSORS),
    }
    (folder / META).write_text(json.dumps(meta, indent=1) + "\n", encoding="utf-8")


def read_meta(folder: Path) -> Meta:
    """Read `meta.json`; WeightsError if it is missing, unreadable or of another order."""
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
            musicnn=table.get("musicnn", ""),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WeightsError(f"The weights in {folder} have no usable {META}: {error}.") from error


def load_network(folder: Path, meta: Meta) -> nn.Module:
    """Return the network in 32 bits; WeightsError if tensors are missing, damaged or others."""
    path = folder / TENSORS
    if not path.is_file():
        raise WeightsError(f"There are no weights in {folder}.")
    if file_digest(path) != meta.sha256:
        raise WeightsError(f"The weights in {folder} are not the ones that {META} describes.")
    try:
        tensors = widened(load_file(path))
        with torch.device("meta"):  # no time is spent on weights that are replaced at once
            network = build_network(meta.network)
        network.load_state_dict(tensors, assign=True)
    except (SafetensorError, RuntimeError) as error:
        raise WeightsError(f"The weights in {folder} do not fit the network: {error}.") from error
    return channels_last(network).eval()


def narrowed(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Store large weights in 8 bits with a scale for each output, small ones in 16.

    Vectors stay as they are: statistics may have a wide range, and are few.
    """
    stored: dict[str, Tensor] = {}
    for name, value in tensors.items():
        if not value.is_floating_point() or value.dim() == 1:
            stored[name] = value
        elif value.numel() < LARGE:
            stored[name] = value.half()
        else:
            rows = value.flatten(1)
            scale = rows.abs().amax(dim=1, keepdim=True).clamp(min=1e-12) / BYTE
            stored[name] = (rows / scale).round().to(torch.int8).reshape(value.shape)
            stored[name + SCALE] = scale
    return stored


def widened(stored: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Bring stored tensors back to 32 bits."""
    tensors = {}
    for name, value in stored.items():
        if name.endswith(SCALE):
            continue
        if name + SCALE in stored:
            rows = value.flatten(1).float() * stored[name + SCALE]
            tensors[name] = rows.reshape(value.shape)
        else:
            tensors[name] = value.float() if value.is_floating_point() else value
    return tensors
