"""The networks that listen: ResNet18, CNN + LSTM, and ResNet18 + BiLSTM.

Each takes a batch of inputs by name and returns logits by name, ``"emotion"``
first. Further names are auxiliary heads, which only training uses.

Shapes: B clips, S segments (3), R rows and T columns of a clip's picture
(`ml.features.clip_picture`), D descriptors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from ml.ann_network import Ann, Standardise, TrackAnn
from ml.errors import WeightsError
from ml.features import MFCC_ROWS, FeatureSettings, combined_features
from ml.labels import EMOTIONS
from ml.resnet import RESNET_WIDTH, ResNet18

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
    descriptors : int
        Length of the hand-made vector joined before the dense layers; 0 for none.
    join : int
        Units that the descriptors are brought to.
    deaf : float
        Share of training clips whose descriptors are hidden, so that the network
        goes on learning to listen.
    heads : mapping of str to int
        Auxiliary outputs of training.
    pictures : bool
        Whether the network looks at clips' pictures at all.
    listener : str
        The network that a joined network listens with; a key of `NETWORKS`.
    members : int
        Perceptrons that an ANN averages.
    parts : int
        Segments whose own descriptors an ANN is given beside the whole clip's.
    """

    kind: str = "resnet18_bilstm"
    hidden: int = 96
    dense: int = 256
    dropout: float = 0.4
    descriptors: int = 0
    join: int = 128
    deaf: float = 0.0
    heads: Mapping[str, int] = field(default_factory=dict)
    pictures: bool = True
    listener: str = ""
    members: int = 1
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

    def __init__(self) -> None:
        super().__init__()
        self.body = ResNet18()

    def forward(self, picture: Tensor) -> Tensor:
        """Return one vector for each picture: (N, R, T) -> (N, 512)."""
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


class Heads(nn.Module):
    """Two dense layers to the emotions, with descriptors and auxiliary outputs."""

    def __init__(self, width: int, config: NetworkConfig) -> None:
        super().__init__()
        self.front = Standardise(config.descriptors)
        self.join = _descriptor_branch(config) if config.descriptors else None
        self.deaf = config.deaf
        joined = width + (config.join if config.descriptors else 0)
        self.dense = nn.Sequential(
            nn.Dropout(config.dropout),
            nn.Linear(joined, config.dense),
            nn.BatchNorm1d(config.dense),
            nn.ReLU(),
            nn.Dropout(config.dropout),
        )
        self.emotion = nn.Linear(config.dense, len(EMOTIONS))
        self.extra = nn.ModuleDict(
            {name: nn.Linear(config.dense, size) for name, size in config.heads.items()}
        )

    def forward(self, clip: Tensor, steps: Tensor | None, inputs: Inputs) -> Outputs:
        """Return logits of clips, and of their segments when `steps` are given.

        Parameters
        ----------
        clip : Tensor, shape (B, W)
        steps : Tensor, shape (B, S, W), or None
        """
        hand_made = self._hand_made(inputs)
        hidden = self._hidden(clip, hand_made)
        outputs: Outputs = {"emotion": self.emotion(hidden)}
        if self.training:
            outputs |= {name: head(hidden) for name, head in self.extra.items()}
        else:
            outputs["embedding"] = hidden
        if not self.training and steps is not None:
            count = steps.shape[1]
            repeated = None if hand_made is None else hand_made.repeat_interleave(count, dim=0)
            each = self.emotion(self._hidden(steps.flatten(0, 1), repeated))  # (B * S, 4)
            outputs["segments"] = each.reshape(-1, count, len(EMOTIONS))
        return outputs

    def _hand_made(self, inputs: Inputs) -> Tensor | None:
        """Return the descriptors' units, shape (B, join), hidden for some while training."""
        if self.join is None:
            return None
        units: Tensor = self.join(self.front(inputs["descriptors"]))
        if self.training and self.deaf:
            units = units * (torch.rand(len(units), 1, device=units.device) >= self.deaf)
        return units

    def _hidden(self, vector: Tensor, hand_made: Tensor | None) -> Tensor:
        joined = vector if hand_made is None else torch.cat([vector, hand_made], dim=1)
        hidden: Tensor = self.dense(joined)
        return hidden


class ResNetBiLSTM(nn.Module):
    """ResNet18 for each 10 s segment, then a two-layer BiLSTM over the segments."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.mels = config.features.n_mels
        self.norm = RowNorm(self.mels)
        self.encoder = ResNetEncoder()
        self.squeeze = nn.Linear(RESNET_WIDTH, 2 * config.hidden)
        self.lstm = nn.LSTM(
            RESNET_WIDTH, config.hidden, num_layers=2, batch_first=True, bidirectional=True
        )
        self.heads = Heads(2 * config.hidden, config)

    def forward(self, inputs: Inputs) -> Outputs:
        """Return logits.

        Parameters
        ----------
        inputs : mapping
            ``"picture"`` of shape (B, S, R, T), and ``"descriptors"`` of shape
            (B, D) if the network was made for them.
        """
        picture = inputs["picture"][..., : self.mels, :]
        batch, segments = picture.shape[:2]
        vectors = self.encoder(self.norm(picture.flatten(0, 1)))  # (B * S, 512)
        vectors = vectors.reshape(batch, segments, RESNET_WIDTH)
        # The LSTM adds what order and context say to what each segment says alone.
        steps = self.lstm(vectors)[0] + self.squeeze(vectors)  # (B, S, 2 * hidden)
        return self.heads(steps.mean(dim=1), steps, inputs)  # type: ignore[no-any-return]


class ConvLSTM(nn.Module):
    """Convolution blocks for each segment, then an LSTM over the whole clip."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.mels = config.features.n_mels
        self.norm = RowNorm(self.mels)
        self.encoder = ConvEncoder()
        self.lstm = nn.LSTM(ConvEncoder.WIDTHS[-1], config.hidden, batch_first=True)
        self.heads = Heads(config.hidden, config)

    def forward(self, inputs: Inputs) -> Outputs:
        """Return logits; `inputs` as for `ResNetBiLSTM`."""
        picture = inputs["picture"][..., : self.mels, :]
        batch, segments = picture.shape[:2]
        sequence = self.encoder(self.norm(picture.flatten(0, 1)))  # (B * S, t, 256)
        hidden = self.lstm(sequence.reshape(batch, -1, sequence.shape[-1]))[0]  # (B, S * t, H)
        steps = hidden.reshape(batch, segments, -1, hidden.shape[-1]).mean(dim=2)  # (B, S, H)
        return self.heads(steps.mean(dim=1), steps, inputs)  # type: ignore[no-any-return]


class ResNetCombined(nn.Module):
    """ResNet18 on the thesis's combined features: MFCC, centroid, chroma and mel."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.features = config.features
        self.norm = RowNorm(config.features.rows + MFCC_ROWS)
        self.encoder = ResNetEncoder()
        self.heads = Heads(RESNET_WIDTH, config)

    def forward(self, inputs: Inputs) -> Outputs:
        """Return logits, the mean over segments; `inputs` as for `ResNetBiLSTM`."""
        picture = combined_features(inputs["picture"], self.features)
        batch, segments = picture.shape[:2]
        steps = self.encoder(self.norm(picture.flatten(0, 1)))  # (B * S, 512)
        steps = steps.reshape(batch, segments, RESNET_WIDTH)
        return self.heads(steps.mean(dim=1), steps, inputs)  # type: ignore[no-any-return]


class AxisMix(nn.Module):
    """Weigh two opinions separately on each axis of affect.

    What is heard in a picture tells arousal best, and what is measured over the
    clip tells valence best; one weight for both would lose either. The axes are
    arousal, valence where arousal is high, and valence where it is low.
    """

    AXES = 3

    def __init__(self, opinions: int = 2) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full((self.AXES, opinions), 1.0 / opinions))
        self.bias = nn.Parameter(torch.zeros(self.AXES))

    def forward(self, *opinions: Tensor) -> Tensor:
        """Return logits of the emotions: from log-odds of shape (B, 4) to (B, 4)."""
        axes = torch.stack([to_axes(each) for each in opinions], dim=-1)  # (B, 3, opinions)
        mixed = (axes * self.weight).sum(dim=-1) + self.bias
        return from_axes(mixed)


def to_axes(logits: Tensor) -> Tensor:
    """Return log-odds of arousal, of valence when high, and when low: (B, 4) -> (B, 3)."""
    sad, happy, energetic, calm = logits.unbind(dim=-1)
    high, low = torch.logaddexp(happy, energetic), torch.logaddexp(sad, calm)
    return torch.stack([high - low, happy - energetic, calm - sad], dim=-1)


def from_axes(axes: Tensor) -> Tensor:
    """Return log-probabilities in the order of `EMOTIONS`: (B, 3) -> (B, 4)."""
    arousal, when_high, when_low = axes.unbind(dim=-1)
    high, low = functional.logsigmoid(arousal), functional.logsigmoid(-arousal)
    return torch.stack(
        [
            low + functional.logsigmoid(-when_low),
            high + functional.logsigmoid(when_high),
            high + functional.logsigmoid(-when_high),
            low + functional.logsigmoid(when_low),
        ],
        dim=-1,
    )


class Joined(nn.Module):
    """A network that listens, joined with perceptrons over hand-made descriptors."""

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.listener = NETWORKS[config.listener](replace(config, descriptors=0))
        self.describer = Ann(config)
        self.mix = AxisMix()

    def forward(self, inputs: Inputs) -> Outputs:
        """Return logits; `inputs` as for `ResNetBiLSTM`, with descriptors."""
        heard: Outputs = self.listener(inputs)
        described: Tensor = self.describer(inputs)["emotion"]
        outputs: Outputs = {"emotion": self.mix(heard["emotion"], described)}
        if "embedding" in heard:
            outputs["embedding"] = heard["embedding"]
        if "segments" in heard:
            each = heard["segments"]
            repeated = described[:, None].expand_as(each)
            mixed = self.mix(each.flatten(0, 1), repeated.flatten(0, 1))
            outputs["segments"] = mixed.reshape(each.shape)
        return outputs


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


def network_config(table: Mapping[str, Any]) -> NetworkConfig:
    """Make a config from a plain table, such as TOML or JSON gives."""
    plain = dict(table)
    features = FeatureSettings(**plain.pop("features", {}))
    return NetworkConfig(**plain, features=features)


def _descriptor_branch(config: NetworkConfig) -> nn.Module:
    """Bring standardised descriptors to `join` units: (B, D) -> (B, join)."""
    return nn.Sequential(
        nn.Dropout(config.dropout / 2),
        nn.Linear(config.descriptors, config.join),
        nn.BatchNorm1d(config.join),
        nn.ReLU(),
    )
