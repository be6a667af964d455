"""What describes a clip and its segments in numbers: descriptors, and what musicnn makes of it.

The descriptors (`ml.features.descriptors`) are measured; the units after them are what a network
that has heard a million songs (`ml.features.musicnn`) answers with. Both say of the whole clip
first, then of each of its segments.
"""

from concurrent.futures import Executor

import torch
from torch import Tensor

from ml.features.descriptors import DESCRIPTORS, Describing
from ml.features.descriptors.spectra import SETTINGS
from ml.features.musicnn import UNITS, segment_units
from ml.features.spectrogram import power_spectrogram

VECTOR: tuple[str, ...] = (*DESCRIPTORS, *(f"musicnn_{number:03}" for number in range(UNITS)))


def clip_vectors(samples: Tensor, seconds: float, patches: int) -> Tensor:
    """Return what describes a clip, shape (4, D); samples are levelled, at 22,050 Hz."""
    vectors = Vectors(samples, seconds, patches)
    vectors.go_on(power_spectrogram(samples, SETTINGS))
    return vectors.values()


class Vectors:
    """Describes a clip, while something else goes on with its spectrogram.

    Parameters
    ----------
    samples : Tensor, shape (n,)
        Levelled, at 22,050 Hz.
    patches : int
        How many patches of each segment the pretrained network hears.
    pool : Executor, optional
        What works beside this thread; everything is done in this one if left out.
    dtype : torch.dtype
        Number format of the pretrained network's first products.
    """

    def __init__(
        self,
        samples: Tensor,
        seconds: float,
        patches: int,
        *,
        pool: Executor | None = None,
        dtype: torch.dtype = torch.float32,
    ) -> None:
        self._describing = Describing(samples, seconds=seconds, pool=pool)
        self._samples, self._seconds, self._patches = samples, seconds, patches
        self._dtype = dtype

    def go_on(self, power: Tensor) -> None:
        """Go on with `ml.features.spectrogram.power_spectrogram` of the samples."""
        self._describing.go_on(power)
        self._units = segment_units(self._samples, self._seconds, self._patches, self._dtype)

    def values(self) -> Tensor:
        """Wait for the numbers, shape (4, D)."""
        heard = torch.cat([self._units.mean(dim=0, keepdim=True), self._units])
        return torch.cat([torch.from_numpy(self._describing.values()), heard], dim=1)
