"""Logistic regressions on what describes a clip, which stand beside the ANN's perceptrons."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from ml.axes import AXES, from_axes

# How much a regression's weights cost, for each clip, by how they answer to differences between the
# means of sets, between parts of a clip, and between instruments that play the same.
OF_SETS, OF_PARTS, OF_INSTRUMENTS = 3.0, 0.05, 0.2


class Regression(nn.Module):
    """Logistic regression of the axes on the numbers, fitted at once and not step by step.

    It bends less than perceptrons, and so holds better on music unlike its examples.
    """

    LENIENCE = 0.005  # how large its weights may get

    def __init__(self, width: int) -> None:
        super().__init__()
        self.axes = nn.Linear(width, AXES)
        for value in self.axes.parameters():
            value.requires_grad = False

    def seen(self, values: Tensor) -> Tensor:
        """Return what the regression weighs."""
        return values

    def forward(self, values: Tensor) -> Tensor:
        """Return log-probabilities of the emotions: (B, width) -> (B, 4)."""
        return from_axes(self.axes(self.seen(values)))

    def fit(
        self, values: Tensor, targets: Tensor, weights: Tensor, costs: Tensor | None = None
    ) -> None:
        """Fit to target probabilities (B, 4), each example counting by its weight (B,).

        `costs`, (AXES, width, width), are added to what large weights cost on each axis.
        """
        seen = self.seen(values)
        weight = torch.zeros(AXES, seen.shape[1], requires_grad=True)
        bias = torch.zeros(AXES, requires_grad=True)
        optimizer = torch.optim.LBFGS([weight, bias], max_iter=200, line_search_fn="strong_wolfe")

        def loss() -> Tensor:
            optimizer.zero_grad()
            answers = from_axes(seen @ weight.T + bias)
            each = -(targets * answers).sum(dim=1)
            value: Tensor = (each * weights).sum() + weight.square().sum() / (2 * self.LENIENCE)
            if costs is not None:
                value = value + torch.einsum("aw,awv,av->", weight, costs, weight) / 2
            value.backward()
            return value

        optimizer.step(loss)
        self.axes.weight.data.copy_(weight.detach())
        self.axes.bias.data.copy_(bias.detach())


class Waves(Regression):
    """The same on random waves over the numbers: nearly a kernel machine.

    Cosines in random directions stand for a Gaussian kernel (Rahimi and Recht 2007), so that no
    training example is kept, as a support-vector machine would.
    """

    LENIENCE = 10.0
    NEARNESS = 0.5  # how soon examples are far apart, in units of one over their width

    direction: Tensor
    phase: Tensor

    def __init__(self, width: int, count: int) -> None:
        super().__init__(count)
        random = torch.Generator().manual_seed(0)
        directions = torch.randn(width, count, generator=random, device="cpu")
        phases = 2 * math.pi * torch.rand(count, generator=random, device="cpu")
        self.register_buffer("direction", directions * math.sqrt(2 * self.NEARNESS / width))
        self.register_buffer("phase", phases)

    def seen(self, values: Tensor) -> Tensor:
        """Return the waves' heights at each example, (B, count), whose squares sum to about 1."""
        angle = torch.addmm(self.phase, values, self.direction)
        return angle.cos() * math.sqrt(2 / len(self.phase))


@dataclass(frozen=True)
class Changes:
    """What differs between clips and says nothing of what they express.

    Attributes
    ----------
    sets : Tensor, shape (B,)
        Which set each clip is of: sets differ by who collected and labelled them.
    again : Tensor, shape (B, width)
        The same notes on another instrument; NaN where there are none.
    segments : Tensor, shape (B, S, width)
        Parts of each clip.
    """

    sets: Tensor
    again: Tensor
    segments: Tensor

    def costs(self, values: Tensor) -> Tensor:
        """Return what weights cost that answer to a change: (B, width) -> (AXES, width, width)."""
        means = torch.stack([values[self.sets == each].mean(dim=0) for each in self.sets.unique()])
        parts = (self.segments - self.segments.mean(dim=1, keepdim=True)).flatten(0, 1)
        everywhere = OF_SETS * _spread_of(means - means.mean(dim=0)) + OF_PARTS * _spread_of(parts)
        known = self.again.isfinite().all(dim=1)
        of_valence = OF_INSTRUMENTS * _spread_of(self.again[known] - values[known])
        return len(values) * torch.stack([everywhere, *[everywhere + of_valence] * (AXES - 1)])


def _spread_of(changes: Tensor) -> Tensor:
    return changes.T @ changes / max(1, len(changes))


class Steady(Regression):
    """The plain one, freer, with all labels counting alike, and deaf to what says nothing.

    On sets that were left out whole it orders songs better than what believes 4Q most.
    """

    LENIENCE = 0.02

    def fit(
        self, values: Tensor, targets: Tensor, weights: Tensor, costs: Tensor | None = None
    ) -> None:
        """Fit as the plain one does, without the weights."""
        super().fit(values, targets, torch.ones_like(weights), costs)
