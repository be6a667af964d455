"""The ANN: multilayer perceptrons over a vector of numbers, several of them averaged.

One network serves two inputs: the descriptors of a clip (`ml.features.descriptors`) and the
features that platforms publish of a track (`ml.datasets.tracks`). Scales are part of the
network: `prepare` takes them from the training examples and keeps them in buffers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from ml.axes import AXES, from_axes, to_axes
from ml.labels import EMOTIONS
from ml.networks.regressions import Changes, Regression, Steady, Waves

if TYPE_CHECKING:
    from ml.networks.config import Inputs, NetworkConfig, Outputs

HIDDEN = (256, 128, 64, 32)
OUTLIER = 3.0  # standard deviations beyond which a value says no more
# What perceptrons, waves and the steady regression count, in arousal, in valence when high and in
# valence when low.
SHARES = ((0.2, 0.2, 0.6), (0.25, 0.25, 0.5), (0.25, 0.25, 0.5))


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
        values = values if values.dim() == 2 else values[:, 0]
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
    """Bring track features (`TRACK_COLUMNS`) to scales on which steps feel alike.

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


class Sureness(nn.Module):
    """How sure an answer may be: less so of a clip that is unlike the training clips.

    What is measured is how much of the numbers of a clip lies in the main directions of those of
    the training clips, in their standard deviations.
    """

    DIRECTIONS = 10
    STEEPNESS = 0.2  # of the log-odds' factor, for each deviation
    BOUND = 1.25  # deviations beyond which a clip is no stranger, or more familiar

    main: Tensor
    usual: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        self.register_buffer("main", torch.zeros(min(self.DIRECTIONS, width), width))
        self.register_buffer("usual", torch.tensor([0.0, 1.0]))

    def fit(self, values: Tensor) -> None:
        """Take the main directions, and how much lies in them, from training clips."""
        self.main.copy_(
            torch.linalg.svd(normalize(values), full_matrices=False).Vh[: len(self.main)]
        )
        share = self._share(values)
        self.usual.copy_(torch.stack([share.mean(), share.std()]))

    def forward(self, values: Tensor) -> Tensor:
        """Return what to multiply log-odds by: (B, width) -> (B, 1)."""
        away = (self._share(values) - self.usual[0]) / self.usual[1]
        factor: Tensor = (self.STEEPNESS * away.clamp(-self.BOUND, self.BOUND)).exp()
        return factor[:, None]

    def _share(self, values: Tensor) -> Tensor:
        share: Tensor = (normalize(values) @ self.main.T).norm(dim=1)
        return share


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
        width = self.front.width
        self.beside = nn.ModuleList()
        self.sureness: Sureness | None = None
        if config.waves:
            self._set_beside(width, config.waves)

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
            log-probabilities by members and regressions, shape (B, 4). With
            segments, what the members say of it is half the whole clip's and half the
            segments' mean, and ``"segments"`` has each of them, shape (B, S, 4).
        """
        numbers = inputs["descriptors"]
        if numbers.dim() == 2:
            values = self.front(numbers)
            outputs = self._answer(values)
            return outputs if self.training else {"emotion": self._mean(outputs["emotion"], values)}
        views = numbers.shape[1]
        values = self.front(numbers.flatten(0, 1))
        said = self._answer(values)["emotion"].reshape(-1, views, len(EMOTIONS))
        said = torch.cat(
            [(said[:, :1] + said[:, 1:].mean(dim=1, keepdim=True)) / 2, said[:, 1:]], 1
        )
        logits = self._mean(said.flatten(0, 1), values)
        logits = logits.reshape(-1, views, len(EMOTIONS))
        return {"emotion": logits[:, 0], "segments": logits[:, 1:]}

    def _answer(self, values: Tensor) -> Outputs:
        """Return what the perceptrons say."""
        hidden = self.layers(values[:, None].expand(-1, self.members, -1))  # (B, M, 32)
        outputs: Outputs = self.heads(hidden)
        if not self.training:
            outputs["emotion"] = outputs["emotion"].mean(dim=2)
        return outputs

    def _mean(self, said: Tensor, values: Tensor) -> Tensor:
        """Weigh what the perceptrons say, (B, 4), with what the regressions say."""
        opinions = [said, *(regression(values) for regression in self.beside)]
        if self.sureness is None:
            return torch.stack(opinions).mean(dim=0)
        axes = torch.stack([to_axes(each) for each in opinions], dim=-1)
        mixed = (axes * axes.new_tensor(SHARES)).sum(dim=-1)
        return from_axes(mixed * self.sureness(values))

    @torch.no_grad()
    def finish(self, inputs: Inputs, targets: Mapping[str, Tensor]) -> None:
        """Fit what is not trained step by step, to whole clips."""
        if not self.beside:
            return
        numbers = inputs["descriptors"]
        values = self.front(numbers if numbers.dim() == 2 else numbers[:, 0])
        trust = targets.get("trust", torch.ones(len(values)))
        costs = self._changes(numbers, targets).costs(values) if "again" in targets else None
        for regression in self.beside:
            assert isinstance(regression, Regression)
            with torch.enable_grad():
                own = costs if isinstance(regression, Steady) else None
                regression.fit(values, targets["emotion"], trust, own)
        if self.sureness is not None:
            self.sureness.fit(values)

    def _changes(self, numbers: Tensor, targets: Mapping[str, Tensor]) -> Changes:
        again = targets["again"]
        unknown = ~again.isfinite().all(dim=1, keepdim=True)
        segments = self.front(numbers[:, 1:].flatten(0, 1)).unflatten(0, (len(numbers), -1))
        return Changes(targets["set"], self.front(again).masked_fill(unknown, torch.nan), segments)

    def _set_beside(self, width: int, waves: int) -> None:
        self.beside.extend([Waves(width, waves), Steady(width)])
        self.sureness = Sureness(width)

    def _front(self, config: NetworkConfig) -> Standardise:
        return Standardise(config.descriptors)


class TrackAnn(Ann):
    """The same perceptrons over the features that platforms publish of a track.

    They are learnt from one set and stand for every kind of song, so that answers count alike.
    """

    def _set_beside(self, width: int, waves: int) -> None:
        self.beside.extend([Regression(width), Waves(width, waves)])

    def _front(self, config: NetworkConfig) -> Standardise:
        return TrackFront()
