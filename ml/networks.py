"""The networks that listen: ResNet18, CNN + LSTM, and ResNet18 + BiLSTM.

Each takes a batch of inputs by name and returns logits by name, ``"emotion"``
first. Further names are auxiliary heads, which only training uses.

Shapes: B clips, S segments (3), R rows and T columns of a clip's picture
(`ml.features.clip_picture`), D descriptors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from ml.ann_network import Ann, Standardise, TrackAnn
from ml.axes import AXES, from_axes, to_axes
from ml.errors import WeightsError
from ml.features import MFCC_ROWS, FeatureSettings, combined_features
from ml.resnet import ResNet18

Inputs = Mapping[str, Tensor]
Outputs = dict[str, Tensor]


@dataclass(frozen=True)
class NetworkConfig:
    """What fixes a network's shape; stored beside its weights.

    Attributes
    ----------
    kind : str
        Key of `NETWORKS`.
    hidden : int
        Units of the LSTM in each direction.
    dense : int
        Units of the first dense layer.
    width : int
        Channels of a ResNet's first stage; each later one has twice as many.
    descriptors : int
        Length of the vector that describes a clip and each of its segments; 0 for none.
    patches : int
        How many patches of each segment the pretrained network (`ml.musicnn`) hears.
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
        Random waves of the second of two regressions that answer beside an ANN's perceptrons;
        0 for neither.
    parts : int
        Segments whose own vectors a network is given beside the whole clip's.
    """

    kind: str = "resnet18_bilstm"
    hidden: int = 96
    dense: int = 256
    dropout: float = 0.4
    width: int = 64
    descriptors: int = 0
    patches: int = 3
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


class RowNorm(nn.Module):
    """Standardise each row of a picture by its own running statistics."""

    def __init__(self, rows: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(rows)

    def forward(self, picture: Tensor) -> Tensor:
        """Return the picture, shape (B, R, T), standardised."""
        normed: Tensor = self.norm(picture)
        return normed


class ResNetEncoder(nn.Module):
    """ResNet18 (He et al. 2016) with one input channel, pooled to one vector."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.body = ResNet18(width)
        self.width = self.body.width

    def forward(self, picture: Tensor) -> Tensor:
        """Return one vector for each picture: (N, R, T) -> (N, 8 x width)."""
        image = picture.unsqueeze(1).contiguous(memory_format=torch.channels_last)
        vector: Tensor = self.body(image)
        return vector


class ConvEncoder(nn.Module):
    """Four convolution blocks, after Choi et al. 2017 (CRNN for music tagging)."""

    WIDTHS = (32, 64, 128, 256)

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for before, after in zip((1, *self.WIDTHS), self.WIDTHS, strict=False):
            layers += [
                nn.Conv2d(before, after, kernel_size=3, padding=1, bias=False),
                nn.BatchNorm2d(after),
                nn.ReLU(),
                nn.MaxPool2d(2),
            ]
        self.blocks = nn.Sequential(*layers)

    def forward(self, picture: Tensor) -> Tensor:
        """Return a sequence: (N, R, T) -> (N, T // 16, 256)."""
        image = picture.unsqueeze(1).contiguous(memory_format=torch.channels_last)
        maps: Tensor = self.blocks(image)  # (N, 256, R // 16, T // 16)
        return maps.mean(dim=2).transpose(1, 2)


class Described(nn.Module):
    """Bring the vectors that describe a clip and its segments to a few units each."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.front = Standardise(config.descriptors)
        self.deaf = config.deaf
        self.dense = nn.Sequential(
            nn.Dropout(config.dropout / 2),
            nn.Linear(config.descriptors, config.join),
            nn.BatchNorm1d(config.join),
            nn.ReLU(),
        )

    def forward(self, vectors: Tensor) -> Tensor:
        """Return units, hidden for some clips while training: (B, 1 + S, D) -> (B, 1 + S, join)."""
        units: Tensor = self.dense(self.front(vectors.flatten(0, 1)))
        units = units.reshape(*vectors.shape[:2], -1)
        if self.training and self.deaf:
            units = units * (torch.rand(len(units), 1, 1, device=units.device) >= self.deaf)
        return units


class Heads(nn.Module):
    """Two dense layers to the axes, and so to the emotions, with auxiliary outputs."""

    def __init__(self, width: int, config: NetworkConfig) -> None:
        super().__init__()
        self.described = Described(config) if config.descriptors else None
        joined = width + (config.join if config.descriptors else 0)
        self.dense = nn.Sequential(
            nn.Dropout(config.dropout),
            nn.Linear(joined, config.dense),
            nn.BatchNorm1d(config.dense),
            nn.ReLU(),
            nn.Dropout(config.dropout),
        )
        self.axes = nn.Linear(config.dense, AXES)
        self.extra = nn.ModuleDict(
            {name: nn.Linear(config.dense, size) for name, size in config.heads.items()}
        )

    def forward(self, steps: Tensor, inputs: Inputs) -> Outputs:
        """Return logits of clips, and of their segments when nothing is trained.

        Parameters
        ----------
        steps : Tensor, shape (B, S, W)
            What was heard of each segment.
        inputs : mapping
            With ``"descriptors"`` of shape (B, 1 + S, D) if the network was made for them.
        """
        heard = torch.cat([steps.mean(dim=1, keepdim=True), steps], dim=1)  # (B, 1 + S, W)
        if self.described is not None:
            heard = torch.cat([heard, self.described(inputs["descriptors"])], dim=2)
        if self.training:
            hidden = self.dense(heard[:, 0])
            outputs: Outputs = {"emotion": from_axes(self.axes(hidden).float())}
            return outputs | {name: head(hidden) for name, head in self.extra.items()}
        hidden = self.dense(heard.flatten(0, 1)).reshape(*heard.shape[:2], -1)
        logits = from_axes(self.axes(hidden).float())  # (B, 1 + S, 4)
        return {"emotion": logits[:, 0], "segments": logits[:, 1:], "embedding": hidden[:, 0]}


class Listener(nn.Module):
    """What the networks that listen have in common: pictures to vectors, vectors to emotions.

    Attributes
    ----------
    rows : int
        Rows of a picture that the encoder looks at.
    width : int
        Length of the encoder's vectors.
    """

    rows: int
    width: int
    heads: Heads

    def look(self, picture: Tensor) -> Tensor:
        """Return vectors of single pictures, in order: (N, R, T) -> (N, t, width)."""
        raise NotImplementedError

    def read(self, vectors: Tensor) -> Tensor:
        """Return what was heard of each segment: (B, S, t, width) -> (B, S, W)."""
        raise NotImplementedError

    def forward(self, inputs: Inputs) -> Outputs:
        """Return logits.

        Parameters
        ----------
        inputs : mapping
            ``"picture"`` of shape (B, S, R, T), or ``"vectors"`` that were made of it, of shape
            (B, S, t, width); and ``"descriptors"`` of shape (B, 1 + S, D) if the network was made
            for them.
        """
        vectors = inputs["vectors"] if "vectors" in inputs else self.vectors(inputs["picture"])
        outputs: Outputs = self.heads(self.read(vectors), inputs)
        return outputs

    def vectors(self, picture: Tensor) -> Tensor:
        """Return what the encoder makes of segments: (B, S, R, T) -> (B, S, t, width)."""
        batch, segments = picture.shape[:2]
        vectors = self.look(picture.flatten(0, 1))
        return vectors.reshape(batch, segments, *vectors.shape[1:])


class ResNetBiLSTM(Listener):
    """ResNet18 for each 10 s segment, then a two-layer BiLSTM over the segments."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.rows = config.features.n_mels
        self.norm = RowNorm(self.rows)
        self.encoder = ResNetEncoder(config.width)
        self.width = self.encoder.width
        self.squeeze = nn.Linear(self.width, 2 * config.hidden)
        self.lstm = nn.LSTM(
            self.width, config.hidden, num_layers=2, batch_first=True, bidirectional=True
        )
        self.heads = Heads(2 * config.hidden, config)

    def look(self, picture: Tensor) -> Tensor:
        """Return one vector of each picture's log-mel, shape (N, 1, width)."""
        vector: Tensor = self.encoder(self.norm(picture[:, : self.rows]))
        return vector[:, None]

    def read(self, vectors: Tensor) -> Tensor:
        """Return what was heard of each segment, shape (B, S, 2 * hidden)."""
        each = vectors[:, :, 0]
        # The LSTM adds what order and context say to what each segment says alone.
        steps: Tensor = self.lstm(each)[0] + self.squeeze(each)
        return steps


class ConvLSTM(Listener):
    """Convolution blocks for each segment, then an LSTM over the whole clip."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.rows = config.features.n_mels
        self.norm = RowNorm(self.rows)
        self.encoder = ConvEncoder()
        self.width = ConvEncoder.WIDTHS[-1]
        self.lstm = nn.LSTM(self.width, config.hidden, batch_first=True)
        self.heads = Heads(config.hidden, config)

    def look(self, picture: Tensor) -> Tensor:
        """Return a sequence of each picture's log-mel, shape (N, T // 16, width)."""
        sequence: Tensor = self.encoder(self.norm(picture[:, : self.rows]))
        return sequence

    def read(self, vectors: Tensor) -> Tensor:
        """Return what was heard of each segment, shape (B, S, hidden)."""
        batch, segments, _, width = vectors.shape
        hidden: Tensor = self.lstm(vectors.reshape(batch, -1, width))[0]  # (B, S * t, H)
        return hidden.reshape(batch, segments, -1, hidden.shape[-1]).mean(dim=2)


class ResNetCombined(Listener):
    """ResNet18 on the thesis's combined features: MFCC, centroid, chroma and mel."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.features = config.features
        self.rows = config.features.rows
        self.norm = RowNorm(self.rows + MFCC_ROWS)
        self.encoder = ResNetEncoder(config.width)
        self.width = self.encoder.width
        self.heads = Heads(self.width, config)

    def look(self, picture: Tensor) -> Tensor:
        """Return one vector of each picture, shape (N, 1, width)."""
        vector: Tensor = self.encoder(self.norm(combined_features(picture, self.features)))
        return vector[:, None]

    def read(self, vectors: Tensor) -> Tensor:
        """Return what was heard of each segment, shape (B, S, width)."""
        return vectors[:, :, 0]


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
        self.listener = NETWORKS[config.listener](config)
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


NETWORKS: dict[str, type[nn.Module]] = {
    "resnet18": ResNetCombined,
    "cnn_lstm": ConvLSTM,
    "resnet18_bilstm": ResNetBiLSTM,
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
    network = NETWORKS[config.kind](config)
    return network.to(memory_format=torch.channels_last)  # type: ignore[no-any-return, call-overload]


def prepare(network: nn.Module, inputs: Inputs) -> None:
    """Let a network take the scales of its descriptors from the training examples."""
    for module in network.modules():
        if isinstance(module, Standardise) and "descriptors" in inputs:
            module.prepare(inputs["descriptors"])


def finish(network: nn.Module, inputs: Inputs, targets: Mapping[str, Tensor]) -> None:
    """Let a trained network fit what is not trained step by step to the training examples."""
    if isinstance(network, Ann):
        network.finish(inputs, targets)


def network_config(table: Mapping[str, Any]) -> NetworkConfig:
    """Make a config from a plain table, such as TOML or JSON gives."""
    plain = dict(table)
    features = FeatureSettings(**plain.pop("features", {}))
    return NetworkConfig(**plain, features=features)
