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
    """What fixes a network's shape; stored beside its weights.

    Attributes
    ----------
    kind : str
        Key of `ml.networks.registry.NETWORKS`.
    hidden : int
        Units of the LSTM in each direction.
    dense : int
        Units of the first dense layer.
    width : int
        Channels of a ResNet's first stage; each later one has twice as many.
    descriptors : int
        Length of the vector that describes a clip and each of its segments; 0 for none.
    patches : int
        How many patches of each segment the pretrained network (`ml.features.musicnn`) hears.
    join : int
        Units that the vector is brought to.
    deaf : float
        Share of training clips whose vectors are hidden, so that the network
        goes on learning to listen.
    heads : mapping of str to int
        Auxiliary outputs of training.
    pictures : bool
        Whether the network looks at clips' pictures at all.
    listener : str
        The network that a joined network listens with; a key of `NETWORKS`.
    members : int
        Perceptrons that an ANN averages.
    waves : int
        Random waves of one of the regressions that answer beside an ANN's perceptrons; 0 for none.
    parts : int
        Segments whose own vectors a network is given beside the whole clip's.
    """

    kind: str = "resnet18_bilstm"
    hidden: int = 96
    dense: int = 256
    dropout: float = 0.4
    width: int = 64
    descriptors: int = 0
    patches: int = 2
    join: int = 128
    deaf: float = 0.0
    heads: Mapping[str, int] = field(default_factory=dict)
    pictures: bool = True
    listener: str = ""
    members: int = 1
    waves: int = 0
    parts: int = 0
    features: FeatureSettings = field(default_factory=FeatureSettings)

    @property
    def mel_only(self) -> bool:
        """Whether the network looks at no row of a picture but those of the log-mel."""
        return (self.listener or self.kind) in {"cnn_lstm", "resnet18_bilstm"}


def network_config(table: Mapping[str, Any]) -> NetworkConfig:
    """Make a config from a plain table, such as TOML or JSON gives."""
    plain = dict(table)
    features = FeatureSettings(**plain.pop("features", {}))
    return NetworkConfig(**plain, features=features)
