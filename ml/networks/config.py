"""What fixes a network's shape, stored beside its weights, and what networks take and return."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from ml.features.spectrogram import FeatureSettings

Inputs = Mapping[str, Tensor]
Outputs = dict[str, Tensor]


@dataclass(frozen=True)
class NetworkConfig:
    """What fixes a network's shape; stored beside its weights."""

    kind: str = "resnet18_bilstm"  # key of `ml.networks.registry.NETWORKS`
    hidden: int = 96  # units of the LSTM in each direction
    dense: int = 256  # units of the first dense layer
    dropout: float = 0.4
    width: int = 64  # channels of a ResNet's first stage; each later one has twice as many
    # length of the vector that describes a clip and each of its segments; 0 for none
    descriptors: int = 0
    # how many patches of each segment the pretrained network (`ml.features.musicnn`) hears
    patches: int = 2
    join: int = 128  # units that the vector is brought to
    # share of training clips whose vectors are hidden, so that it goes on learning to listen
    deaf: float = 0.0
    heads: Mapping[str, int] = field(default_factory=dict)  # auxiliary outputs of training
    pictures: bool = True  # whether the network looks at clips' pictures at all
    listener: str = ""  # the network that a joined network listens with; a key of `NETWORKS`
    members: int = 1  # perceptrons that an ANN averages
    # random waves of one of the regressions that answer beside an ANN's perceptrons; 0 for none
    waves: int = 0
    features: FeatureSettings = field(default_factory=FeatureSettings)

    @property
    def mel_only(self) -> bool:
        """Whether the network looks at no row of a picture but those of the log-mel."""
        return (self.listener or self.kind) in {"cnn_lstm", "resnet18_bilstm"}


def network_config(table: Mapping[str, Any]) -> NetworkConfig:
    """Make a config from a plain table, such as TOML or JSON gives."""
    plain = dict(table)
    plain.pop("parts", None)  # of weights up to 2.4; nothing reads it
    features = FeatureSettings(**plain.pop("features", {}))
    return NetworkConfig(**plain, features=features)
