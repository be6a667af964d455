"""Every network by its name: those that listen, alone and joined, and perceptrons.

Each takes a batch of inputs by name and returns logits by name, ``"emotion"``
first. Further names are auxiliary heads, which only training uses.
"""

from collections.abc import Mapping
from typing import TypeVar

import torch
from torch import Tensor, nn

from ml.errors import WeightsError
from ml.networks.ann import Ann, Standardise, TrackAnn
from ml.networks.config import Inputs, NetworkConfig
from ml.networks.joined import LISTENERS, Joined

Network = TypeVar("Network", bound=nn.Module)

NETWORKS: dict[str, type[nn.Module]] = {
    **LISTENERS,
    "ann": Ann,
    "joined": Joined,
    "ann_tracks": TrackAnn,
}


def build_network(config: NetworkConfig) -> nn.Module:
    """Return an untrained network of the kind that `config` names.

    Raises
    ------
    WeightsError
        If there is no such kind.
    """
    if config.kind not in NETWORKS:
        raise WeightsError(f"There is no network called {config.kind}.")
    return channels_last(NETWORKS[config.kind](config))


def channels_last(network: Network) -> Network:
    """Have a network keep its weights as convolutions of the processor read them."""
    network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    return network


def prepare(network: nn.Module, inputs: Inputs) -> None:
    """Let a network take the scales of its descriptors from the training examples."""
    for module in network.modules():
        if isinstance(module, Standardise) and "descriptors" in inputs:
            module.prepare(inputs["descriptors"])


def finish(network: nn.Module, inputs: Inputs, targets: Mapping[str, Tensor]) -> None:
    """Let a trained network fit what is not trained step by step to the training examples."""
    if isinstance(network, Ann):
        network.finish(inputs, targets)
