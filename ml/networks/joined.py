"""A network that listens, joined with perceptrons over what describes a clip."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from ml.axes import AXES, from_axes, to_axes
from ml.networks.ann import Ann
from ml.networks.cnn_lstm import ConvLSTM
from ml.networks.config import Inputs, NetworkConfig, Outputs
from ml.networks.listener import Listener
from ml.networks.resnets import ResNetBiLSTM, ResNetCombined

LISTENERS: dict[str, type[Listener]] = {
    "resnet18": ResNetCombined,
    "cnn_lstm": ConvLSTM,
    "resnet18_bilstm": ResNetBiLSTM,
}


class AxisMix(nn.Module):
    """Weigh two opinions separately on each axis of affect.

    What is heard in a picture tells arousal best, and what is measured over the
    clip tells valence best; one weight for both would lose either. The axes are
    arousal, valence where arousal is high, and valence where it is low.
    """

    def __init__(self, opinions: int = 2) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full((AXES, opinions), 1.0 / opinions))
        self.bias = nn.Parameter(torch.zeros(AXES))

    def forward(self, *opinions: Tensor) -> Tensor:
        """Return logits of the emotions: from log-odds of shape (..., 4) to (..., 4)."""
        axes = torch.stack([to_axes(each) for each in opinions], dim=-1)  # (..., 3, opinions)
        mixed = (axes * self.weight).sum(dim=-1) + self.bias
        return from_axes(mixed)


class Joined(nn.Module):
    """A network that listens, joined with perceptrons over what describes a clip."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.listener = LISTENERS[config.listener](config)
        self.describer = Ann(config)
        self.mix = AxisMix()

    def forward(self, inputs: Inputs) -> Outputs:
        """Return logits; `inputs` as for `ResNetBiLSTM`, with descriptors."""
        heard: Outputs = self.listener(inputs)
        described: Outputs = self.describer(inputs)
        mixed = self.mix(heard["emotion"], described["emotion"])
        return {
            "emotion": mixed,
            "segments": self.mix(heard["segments"], described["segments"]),
            "embedding": heard["embedding"],
        }
