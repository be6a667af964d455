"""Which stretch of a clip, and which frequencies, made a network answer as it did.

Integrated gradients (Sundararajan, Taly and Yan 2017) from a clip without events, each mel band at
its own mean, to the clip as it is. What a region collects is about what the answer would lose if
the region were flattened to that mean: a test flattens the strongest ones and compares.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from ml.clip import SEGMENTS, Clip
from ml.errors import WeightsError
from ml.explanations.grid import BANDS, SLOTS
from ml.labels import EMOTIONS
from ml.predictor import Prediction, Predictor

STEPS = 8  # points of the path from the flat clip to the real one; all go in one batch


@dataclass(frozen=True)
class Region:
    segment: int  # 0 to 2
    band: int  # 0 to 7, from low to high
    slot: int  # 0 to 9


@dataclass(frozen=True)
class Reasons:
    """A prediction and where it comes from."""

    prediction: Prediction
    picture: Tensor  # (3, n_mels, columns): log-mel of the three segments, 0 to 1
    # (3, 8, 10): what each region adds to the log-probability of the answer; negative: against it
    relevance: Tensor

    def strongest(self, count: int) -> list[Region]:
        """Return the regions that speak most for the answer, strongest first."""
        order = self.relevance.flatten().argsort(descending=True)[:count].tolist()
        return [
            Region(index // (BANDS * SLOTS), index // SLOTS % BANDS, index % SLOTS)
            for index in order
        ]

    def segment_shares(self) -> list[float]:
        """Return how the evidence for the answer spreads over the segments; sums to 1."""
        evidence = self.relevance.clamp(min=0).sum(dim=(1, 2))
        shares: list[float] = (evidence / evidence.sum().clamp(min=1e-9)).tolist()
        return shares


def explain(predictor: Predictor, clip: Clip) -> Reasons:
    """Say what a clip is, and which regions of its log-mel carried that.

    Raises WeightsError: the network looks at no pictures.
    """
    if not predictor.meta.network.pictures:
        raise WeightsError(f"{predictor.name} looks at no picture that could be explained.")
    prediction = predictor.predict(clip)
    inputs = predictor.inputs([clip])
    picture = inputs["picture"]  # (1, 3, R, T)
    flat = flattened(picture)
    steps = (torch.arange(STEPS) + 0.5) / STEPS
    path = (flat + steps.view(-1, 1, 1, 1) * (picture - flat)).requires_grad_()  # (STEPS, 3, R, T)
    rest = {
        name: value.expand(STEPS, *value.shape[1:])
        for name, value in inputs.items()
        if name != "picture"
    }
    network = predictor.exact_network()
    logits = network({"picture": path, **rest})["emotion"] / predictor.meta.temperature
    answer = EMOTIONS.index(prediction.emotion)
    score = logits.log_softmax(dim=-1)[:, answer].sum()
    (gradient,) = torch.autograd.grad(score, path)
    pixels = (gradient.mean(dim=0) * (picture - flat)[0]).detach()  # (3, R, T)
    mels = predictor.meta.network.features.n_mels
    return Reasons(prediction, picture[0, :, :mels], _by_region(pixels[:, :mels]))


def flattened(picture: Tensor) -> Tensor:
    """Return pictures, (B, 3, R, T), without events: each row at its mean over the whole clip."""
    return picture.mean(dim=(1, 3), keepdim=True).expand_as(picture)


def _by_region(pixels: Tensor) -> Tensor:
    """Add up pixels: (3, n_mels, T) -> (3, 8, 10)."""
    bands = [part.sum(dim=1) for part in pixels.tensor_split(BANDS, dim=1)]
    rows = torch.stack(bands, dim=1)  # (3, 8, T)
    slots = [part.sum(dim=2) for part in rows.tensor_split(SLOTS, dim=2)]
    return torch.stack(slots, dim=2).reshape(SEGMENTS, BANDS, SLOTS)
