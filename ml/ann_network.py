"""The ANN: multilayer perceptrons over a vector of numbers, several of them averaged.

One network serves two inputs: the descriptors of a clip (`ml.descriptors`) and the
features that platforms publish of a track (`ml.tracks`). Scales are part of the
network: `prepare` takes them from the training examples and keeps them in buffers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from ml.axes import AXES, from_axes

if TYPE_CHECKING:
    from ml.networks import Inputs, NetworkConfig, Outputs

HIDDEN = (256, 128, 64, 32)
OUTLIER = 3.0  # standard deviations beyond which a value says no more


class MemberLinear(nn.Module):
    """A dense layer for each member: (B, M, before) -> (B, M, after)."""

    def __init__(self, members: int, before: int, after: int) -> None:
        super().__init__()
        bound = before**-0.5
        self.weight = nn.Parameter(torch.empty(members, before, after).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.empty(members, 1, after).uniform_(-bound, bound))

    def forward(self, values: Tensor) -> Tensor:
        """Multiply each member's values by its own weights."""
        product = torch.baddbmm(self.bias, values.transpose(0, 1), self.weight)
        return product.transpose(0, 1)


class MemberNorm(nn.Module):
    """Batch normalisation (Ioffe and Szegedy 2015) for each member, (B, M, width)."""

    def __init__(self, members: int, width: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(members * width)

    def forward(self, values: Tensor) -> Tensor:
        """Standardise every unit over the batch."""
        normed: Tensor = self.norm(values.flatten(1))
        return normed.reshape(values.shape)


class Standardise(nn.Module):
    """Bring each number to mean 0 and deviation 1, cut outliers, fill gaps with 0."""

    mean: Tensor
    scale: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        self.width = width
        self.register_buffer("mean", torch.zeros(width))
        self.register_buffer("scale", torch.ones(width))

    def prepare(self, values: Tensor) -> None:
        """Take mean and deviation from training examples.

        Parameters
        ----------
        values : Tensor, shape (N, width) or (N, 1 + S, width)
            Of the latter only the whole clips, which come first.
        """
        values = values if values.dim() == 2 else values[:, 0]  # noqa: PLR2004 - see above
        known = torch.isfinite(values)
        count = known.sum(dim=0).clamp(min=1)
        self.mean.copy_(torch.where(known, values, 0.0).sum(dim=0) / count)
        away = torch.where(known, values - self.mean, 0.0)
        self.scale.copy_((away.square().sum(dim=0) / count).sqrt().clamp(min=1e-6))

    def forward(self, values: Tensor) -> Tensor:
        """Return standardised values, shape (B, width)."""
        scaled = ((values - self.mean) / self.scale).clamp(-OUTLIER, OUTLIER)
        return torch.where(torch.isfinite(scaled), scaled, 0.0)


class TrackFront(Standardise):
    """Bring track features (`ml.tracks.TRACK_COLUMNS`) to scales on which steps feel alike.

    Shares that crowd near zero are taken as logarithms, and tempo and duration as
    octaves. Key and time signature are read but not used: on ten folds they gained
    nothing, as one would expect of a key without its mode.
    """

    COLUMNS = 12
    WIDTH = 12

    def __init__(self) -> None:
        super().__init__(self.WIDTH)

    def prepare(self, values: Tensor) -> None:
        """Take mean and deviation from training tracks, shape (N, 12)."""
        super().prepare(self._spread(values))

    def forward(self, values: Tensor) -> Tensor:
        """Return standardised numbers, shape (B, 12)."""
        return super().forward(self._spread(values))

    def _spread(self, values: Tensor) -> Tensor:
        dance, energy, _, loudness, speech, acoustic, instrumental, live, valence, tempo, _, ms = (
            values.unbind(dim=1)
        )
        return torch.stack(
            [
                dance,
                energy,
                valence,
                loudness,
                acoustic,
                (acoustic + 1e-3).log(),
                instrumental,
                (instrumental + 1e-4).log(),
                (speech + 1e-3).log(),
                (live + 1e-3).log(),
                tempo.clamp(min=20.0).log2(),
                ms.clamp(min=1e3).log2(),
            ],
            dim=1,
        )


class MemberHeads(nn.Module):
    """Every member's axes, and so emotions, and training's further targets."""

    def __init__(self, members: int, config: NetworkConfig) -> None:
        super().__init__()
        self.axes = MemberLinear(members, HIDDEN[-1], AXES)
        self.extra = nn.ModuleDict(
            {name: MemberLinear(members, HIDDEN[-1], size) for name, size in config.heads.items()}
        )

    def forward(self, hidden: Tensor) -> Outputs:
        """Return logits, (B, 4, M), and while training those of the other targets too."""
        outputs = {"emotion": from_axes(self.axes(hidden).float()).transpose(1, 2)}
        if self.training:
            for name, head in self.extra.items():
                outputs[name] = head(hidden).transpose(1, 2)
        return outputs


class Ann(nn.Module):
    """Perceptrons with four hidden layers (256-128-64-32) over what describes a clip.

    The members see the same examples and differ by their first weights and their
    dropout (deep ensemble, Lakshminarayanan et al. 2017). Averaging them gives
    steadier answers and truer probabilities than any one of them.
    """

    def __init__(self, config: NetworkConfig) -> None:
        super().__init__()
        self.members = config.members
        self.front = self._front(config)
        layers: list[nn.Module] = [nn.Dropout(config.dropout / 2)]
        for before, after in zip((self.front.width, *HIDDEN), HIDDEN, strict=False):
            layers += [
                MemberLinear(self.members, before, after),
                MemberNorm(self.members, after),
                nn.SiLU(),
                nn.Dropout(config.dropout),
            ]
        self.layers = nn.Sequential(*layers)
        self.heads = MemberHeads(self.members, config)

    def forward(self, inputs: Inputs) -> Outputs:
        """Return logits.

        Parameters
        ----------
        inputs : mapping
            ``"descriptors"`` of shape (B, D); unknown numbers are NaN. To answer,
            also of shape (B, 1 + S, D): the whole clip and then its segments.

        Returns
        -------
        dict of str to Tensor
            ``"emotion"`` of every member while training, shape (B, 4, M); else
            the members' mean log-probabilities, shape (B, 4). With segments, it
            is half the whole clip's and half the segments' mean, and
            ``"segments"`` has each of them, shape (B, S, 4).
        """
        numbers = inputs["descriptors"]
        if numbers.dim() == 2:  # noqa: PLR2004 - clips without segments
            return self._answer(numbers)
        logits = self._answer(numbers.flatten(0, 1))["emotion"]
        logits = logits.reshape(*numbers.shape[:2], -1)  # (B, 1 + S, 4)
        whole, segments = logits[:, 0], logits[:, 1:]
        return {"emotion": (whole + segments.mean(dim=1)) / 2, "segments": segments}

    def _answer(self, numbers: Tensor) -> Outputs:
        values = self.front(numbers)
        hidden = self.layers(values[:, None].expand(-1, self.members, -1))  # (B, M, 32)
        outputs: Outputs = self.heads(hidden)
        if not self.training:
            outputs["emotion"] = outputs["emotion"].mean(dim=2)
        return outputs

    def _front(self, config: NetworkConfig) -> Standardise:
        return Standardise(config.descriptors)


class TrackAnn(Ann):
    """The same perceptrons over the features that platforms publish of a track."""

    def _front(self, config: NetworkConfig) -> Standardise:
        return TrackFront()
