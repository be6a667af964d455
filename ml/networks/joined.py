"""A network that listens, joined with perceptrons over what describes a clip."""

import torch
from torch import Tensor, nn

from ml.axes import from_axes, to_axes
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


# What listens has a quarter of arousal. Valence is told by the numbers: what a picture adds to it
# holds on 4Q alone, as do shares that are fitted on folds (docs/experiments.md).
HEARD = (0.25, 0.0, 0.0)


def join_answers(heard: Tensor, described: Tensor) -> Tensor:
    """Weigh two opinions on each axis of affect: log-odds of shape (..., 4) to (..., 4)."""
    share = heard.new_tensor(HEARD)
    return from_axes(torch.lerp(to_axes(described), to_axes(heard), share))


class Joined(nn.Module):
    """A network that listens, joined with perceptrons over what describes a clip."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.listener = LISTENERS[config.listener](config)
        self.describer = Ann(config)

    def forward(self, inputs: Inputs) -> Outputs:
        """Return logits; `inputs` as for `ResNetBiLSTM`, with descriptors."""
        heard: Outputs = self.listener(inputs)
        described: Outputs = self.describer(inputs)
        joined = {
            name: join_answers(heard[name], described[name]) for name in ("emotion", "segments")
        }
        return joined | {"embedding": heard["embedding"]}
