"""musicnn's first filters, computed in a third of the time that convolutions take.

Each filter slides over a patch, and only its greatest answer over all bands is kept. The filters
over bands are many bands high, so that they are cheaper in the Fourier transform along the bands,
which is a matrix for 96 of them: answers that lie as far above the middle as others below are an
even part plus and minus an odd one, and the greater of the two is the even part plus the odd one's
size. The filters over time are long and few: several frames are answered by one product.

Nothing is left out: answers agree with the convolutions' to what the number format can hold. In
bfloat16, where the processor has units for it, products take half the time.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

STEP = 16  # frames that one product answers
# The longest waves are by far the largest: rounding them costs more than rounding all others.
EXACT_WAVES = 4


class TallFilters:
    """Filters of one height in bands, and what becomes of their answers' transform.

    Parameters
    ----------
    weights : Tensor, shape (filters, height, frames)
    bands : int
        Of a patch.
    dtype : torch.dtype
        Number format of the products.
    """

    def __init__(self, weights: Tensor, bands: int, dtype: torch.dtype) -> None:
        height = weights.shape[1]
        places, middle = bands - height + 1, (bands - height) / 2
        angles = 2 * math.pi / bands * torch.arange(bands // 2 + 1, dtype=torch.float64)
        turns = torch.exp(1j * angles[:, None] * (torch.arange(height) + middle))
        twice = torch.full_like(angles, 2.0)
        twice[[0, -1]] = 1.0  # the other waves stand for their mirror images, too
        found = torch.einsum("kh,fht->kft", turns, weights.to(torch.complex128))
        self.spectrum = found * (twice / bands)[:, None, None]  # (waves, filters, frames)
        offsets = torch.arange(places // 2, places) - middle
        self.even = torch.cos(offsets[:, None] * angles).to(dtype)
        self.odd = torch.sin(offsets[:, None] * angles).to(dtype)

    def greatest(self, spectrum: Tensor) -> Tensor:
        """Return the greatest answer over bands: (waves, 2, n) -> (n,)."""
        even, odd = self.even @ spectrum[:, 0], self.odd @ spectrum[:, 1]
        return even.add_(odd.abs_()).amax(dim=0)


class Tall:
    """Filters over bands, each group of one height."""

    def __init__(self, groups: Sequence[Tensor], bands: int, dtype: torch.dtype) -> None:
        self._groups = [TallFilters(weights, bands, dtype) for weights in groups]
        each = torch.cat([group.spectrum for group in self._groups], dim=1)
        waves, self._filters, self._frames = each.shape
        # a product of complex numbers as one of real ones: (waves, 2 x filters, 2 x frames)
        real, imaginary = each.real, each.imag
        rows = [torch.stack([real, -imaginary], 2), torch.stack([imaginary, real], 2)]
        weights = torch.stack(rows, 1).reshape(waves, 2 * self._filters, -1).float()
        self._exact, self._weights = weights[:EXACT_WAVES], weights[EXACT_WAVES:].to(dtype)
        angles = 2 * math.pi / bands * torch.arange(waves)[:, None] * torch.arange(bands)
        self._transform = torch.cat([torch.cos(angles), -torch.sin(angles)])

    def greatest(self, patch: Tensor) -> Tensor:
        """Return each filter's greatest answer at every frame: (bands, T) -> (filters, T)."""
        around = self._frames // 2
        spectrum = functional.pad(self._transform @ patch, (around, around))
        frames, waves = patch.shape[1], len(spectrum) // 2
        shifted = spectrum.reshape(2, waves, -1).transpose(0, 1).unfold(2, frames, 1)
        shifted = shifted.reshape(waves, -1, frames)
        answers = self._weights.new_empty(waves, 2 * self._filters, frames)
        answers[:EXACT_WAVES] = torch.bmm(self._exact, shifted[:EXACT_WAVES])
        rest = shifted[EXACT_WAVES:].to(self._weights.dtype)
        torch.bmm(self._weights, rest, out=answers[EXACT_WAVES:])
        counts = [group.spectrum.shape[1] * frames for group in self._groups]
        parts = torch.split(answers.reshape(waves, 2, -1), counts, dim=2)
        pairs = zip(self._groups, parts, strict=True)
        found = [group.greatest(part) for group, part in pairs]
        return torch.cat(found).reshape(-1, frames)


class Long:
    """Filters over time, all of one length, that every band is given by itself."""

    def __init__(self, weights: Tensor, dtype: torch.dtype) -> None:
        """Prepare filters: (filters, frames)."""
        self._filters, self._frames = weights.shape
        rows = torch.zeros(self._frames + STEP - 1, STEP, self._filters)
        for step in range(STEP):
            rows[step : step + self._frames, step] = weights.T
        self._weights = rows.reshape(len(rows), -1).to(dtype)

    def greatest(self, patch: Tensor) -> Tensor:
        """Return each filter's greatest answer at every frame: (bands, T) -> (filters, T)."""
        bands, frames = patch.shape
        blocks, before = -(-frames // STEP), (self._frames - 1) // 2
        after = blocks * STEP + self._frames - 1 - before - frames
        padded = functional.pad(patch, (before, after)).to(self._weights.dtype)
        looks = padded.unfold(1, len(self._weights), STEP)
        answers = looks.reshape(bands * blocks, -1) @ self._weights
        return answers.reshape(bands, -1).amax(dim=0).reshape(-1, self._filters)[:frames].T


class Front:
    """All first filters.

    Parameters
    ----------
    tall, long : sequences of Tensor
        Groups of filters, shapes (filters, height, frames) and (filters, frames).
    bands : int
        Of a patch.
    dtype : torch.dtype
        Number format of the products.
    """

    def __init__(
        self, tall: Sequence[Tensor], long: Sequence[Tensor], bands: int, dtype: torch.dtype
    ) -> None:
        self._groups: list[Tall | Long] = [
            Tall(tall, bands, dtype),
            *(Long(weights, dtype) for weights in long),
        ]

    def greatest(self, patches: Tensor) -> Tensor:
        """Return each filter's greatest answer over bands: (N, bands, T) -> (N, filters, T)."""
        # one patch at a time stays in the processor's cache
        answers = [torch.cat([each.greatest(patch) for each in self._groups]) for patch in patches]
        return torch.stack(answers).float()
