"""The two axes of affect, and the four emotions that they come to.

Every network says three things: how likely arousal is high, how likely valence is positive if it
is, and if it is not. What makes a loud song happy is not what makes a quiet one calm.
"""

import torch
from torch import Tensor
from torch.nn import functional

AXES = 3


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
