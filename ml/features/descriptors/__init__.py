"""A documented vector of numbers that summarise a clip, without librosa.

`DESCRIPTORS` names them, `describe` computes them, `TABLE` says unit, meaning and source of each.
Level is taken out first and nothing above 7.5 kHz counts, so that loudness and codec matter little.
"""

from concurrent.futures import Executor

import numpy as np
import numpy.typing as npt
from torch import Tensor

from ml.beside import Task
from ml.clip import SEGMENT_SECONDS, SEGMENTS, segment_starts
from ml.features.descriptors.definition import Descriptor
from ml.features.descriptors.dynamics import DYNAMICS, describe_dynamics
from ml.features.descriptors.frames import Frames
from ml.features.descriptors.harmony import HARMONY, describe_harmony
from ml.features.descriptors.moments import measure_moments
from ml.features.descriptors.rhythm import RHYTHM, describe_rhythm
from ml.features.descriptors.spectra import (
    FRAME_RATE,
    SAMPLE_RATE,
    SETTINGS,
    Sound,
    heard_hops,
    levelled_samples,
    short_spectra,
    sound_of,
)
from ml.features.descriptors.timbre import TIMBRE, describe_timbre
from ml.features.spectrogram import power_spectrogram

__all__ = [
    "DESCRIPTORS",
    "TABLE",
    "Describing",
    "Descriptor",
    "describe",
    "describe_with_segments",
]

TABLE: tuple[Descriptor, ...] = (*TIMBRE, *RHYTHM, *DYNAMICS, *HARMONY)
DESCRIPTORS: tuple[str, ...] = tuple(descriptor.name for descriptor in TABLE)

Values = npt.NDArray[np.float32]
Bounds = list[tuple[int, int]]  # the hops of a sound where its parts begin and end


def describe(samples: npt.NDArray[np.floating]) -> Values:
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
    sound = levelled_samples(samples)
    describing = Describing(sound)
    describing.go_on(power_spectrogram(sound, SETTINGS))
    whole: Values = describing.values()[0]
    return whole


def describe_with_segments(samples: npt.NDArray[np.floating]) -> Values:
    """Compute all descriptors of a clip and of its segments, from the same frames.

    Parameters
    ----------
    samples : ndarray, shape (n,)
        As for `describe`.

    Returns
    -------
    ndarray, shape (1 + SEGMENTS, len(DESCRIPTORS))
        Segments as `ml.audio.loading.segment_starts` places them; of a clip that is shorter
        than one, each is the clip.
    """
    sound = levelled_samples(samples)
    describing = Describing(sound, seconds=len(samples) / SAMPLE_RATE)
    describing.go_on(power_spectrogram(sound, SETTINGS))
    return describing.values()


class Describing:
    """Describes a clip, and its segments, while something else goes on with its spectrogram.

    Harmony comes from the long window alone, so that a second thread can begin with it before there
    is a spectrogram. It goes on with frames and parts of the clip while this thread runs a network,
    and this one helps with the parts that are left then.

    Parameters
    ----------
    samples : Tensor, shape (n,)
        At 22,050 Hz, levelled, without offset, no shorter than one long window.
    seconds : float, optional
        Length of the clip, where its segments are wanted, too.
    pool : Executor, optional
        What works beside this thread; everything is done in this one if left out.
    """

    def __init__(
        self, samples: Tensor, *, seconds: float | None = None, pool: Executor | None = None
    ) -> None:
        self._pool = pool
        self._sound = sound_of(samples)
        self._bounds = [(0, len(self._sound.energy))]
        self._rows = [0]  # of the bounds, for each row that is wanted
        if seconds is not None:
            self._bounds += _segments(self._sound, seconds)
            last = len(self._bounds) - 1
            self._rows += [min(index, last) for index in range(1, 1 + SEGMENTS)]
        self._moments = Task(pool, measure_moments, self._sound)

    def go_on(self, power: Tensor) -> None:
        """Go on with `ml.features.spectrogram.power_spectrogram` of the samples."""
        spectra = short_spectra(self._sound, power)
        frames = Task(self._pool, Frames, self._sound, spectra)
        self._parts = [
            Task(self._pool, _part, self._moments, frames, *bounds) for bounds in self._bounds
        ]

    def values(self) -> Values:
        """Wait for the descriptors: shape (1 + SEGMENTS, D), or (1, D) without segments.

        The segments of a clip that is shorter than one are the clip.
        """
        backwards = [
            part.result() for part in reversed(self._parts)
        ]  # the other thread begins first
        values = np.stack(backwards[::-1])[self._rows]
        result: Values = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
        return result


def _part(moments: Task, frames: Task, begin: int, end: int) -> Values:
    """Describe what lies between two hops, shape (D,)."""
    harmony = moments.result().part(begin, end)
    part = frames.result().part(begin, end)
    return np.concatenate(
        [
            describe_timbre(part),
            describe_rhythm(part),
            describe_dynamics(part),
            describe_harmony(harmony),
        ]
    )


def _segments(sound: Sound, seconds: float) -> Bounds:
    """Return the bounds of a clip's segments, less gaps and fades at their own ends.

    There are none in a clip that is shorter than one.
    """
    if seconds < SEGMENT_SECONDS:
        return []
    hops, length = len(sound.energy), int(SEGMENT_SECONDS * FRAME_RATE)
    bounds = []
    for start in segment_starts(seconds):
        at = round(start * FRAME_RATE) - sound.start
        begin, end = max(0, at), min(hops, at + length)
        first, last = heard_hops(sound.energy[begin:end])
        bounds.append((begin + first, begin + last))
    return bounds
