"""A documented vector of numbers that summarise a clip, without librosa.

`DESCRIPTORS` names them, `describe` computes them, `TABLE` says unit, meaning and source of each.
Level is taken out first and nothing above 7.5 kHz counts, so that loudness and codec matter little.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from torch import Tensor

from ml.audio import SEGMENT_SECONDS, SEGMENTS, segment_starts
from ml.descriptors.definition import Descriptor
from ml.descriptors.dynamics import DYNAMICS, describe_dynamics
from ml.descriptors.frames import Frames, Part
from ml.descriptors.harmony import HARMONY, describe_harmony
from ml.descriptors.rhythm import RHYTHM, describe_rhythm
from ml.descriptors.spectra import FRAME_RATE, SAMPLE_RATE, analyse
from ml.descriptors.timbre import TIMBRE, describe_timbre

__all__ = [
    "DESCRIPTORS",
    "TABLE",
    "Descriptor",
    "Frames",
    "analyse",
    "describe",
    "describe_with_segments",
]

TABLE: tuple[Descriptor, ...] = (*TIMBRE, *RHYTHM, *DYNAMICS, *HARMONY)
DESCRIPTORS: tuple[str, ...] = tuple(descriptor.name for descriptor in TABLE)


def describe(samples: npt.NDArray[np.floating]) -> npt.NDArray[np.float32]:
    """Compute all descriptors of a clip.

    Parameters
    ----------
    samples : ndarray, shape (n,)
        Mono samples at 22,050 Hz, at any level; 3 to 30 seconds make sense.

    Returns
    -------
    ndarray, shape (len(DESCRIPTORS),)
        Finite, in the order of `DESCRIPTORS`, in the units of `TABLE`.
    """
    return _describe(Frames(analyse(samples)).whole())


def describe_with_segments(
    samples: npt.NDArray[np.floating], power: Tensor | None = None
) -> npt.NDArray[np.float32]:
    """Compute all descriptors of a clip and of its segments, from the same frames.

    Parameters
    ----------
    samples : ndarray, shape (n,)
        As for `describe`.
    power : Tensor, optional
        See `ml.descriptors.spectra.analyse`.

    Returns
    -------
    ndarray, shape (1 + SEGMENTS, len(DESCRIPTORS))
        Segments as `ml.audio.segment_starts` places them; of a clip that is shorter than one, each
        is the clip.
    """
    spectra = analyse(samples, power)
    frames = Frames(spectra)
    whole = _describe(frames.whole())
    seconds = len(samples) / SAMPLE_RATE
    if seconds < SEGMENT_SECONDS:
        return np.stack([whole] * (1 + SEGMENTS))
    length = int(SEGMENT_SECONDS * FRAME_RATE)
    segments = []
    for start in segment_starts(seconds):
        begin = round(start * FRAME_RATE) - spectra.start
        part = frames.part(max(0, begin), min(frames.hops, begin + length))
        segments.append(_describe(part))
    return np.stack([whole, *segments])


def _describe(part: Part) -> npt.NDArray[np.float32]:
    values = np.concatenate(
        [
            describe_timbre(part),
            describe_rhythm(part),
            describe_dynamics(part),
            describe_harmony(part),
        ]
    )
    result: npt.NDArray[np.float32] = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    return result
