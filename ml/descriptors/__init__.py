"""A documented vector of numbers that summarise a clip, without librosa.

`DESCRIPTORS` names them, `describe` computes them, `TABLE` says unit, meaning and source of each.
Level is taken out first and nothing above 7.5 kHz counts, so that loudness and codec matter little.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ml.descriptors.definition import Descriptor
from ml.descriptors.dynamics import DYNAMICS, describe_dynamics
from ml.descriptors.harmony import HARMONY, describe_harmony
from ml.descriptors.rhythm import RHYTHM, describe_rhythm
from ml.descriptors.spectra import analyse
from ml.descriptors.timbre import TIMBRE, describe_timbre

__all__ = ["DESCRIPTORS", "TABLE", "Descriptor", "describe"]

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
    spectra = analyse(samples)
    values = np.concatenate(
        [
            describe_timbre(spectra),
            describe_rhythm(spectra),
            describe_dynamics(spectra),
            describe_harmony(spectra),
        ]
    )
    result: npt.NDArray[np.float32] = np.nan_to_num(values, nan=0.0, posinf=0.0, neginf=0.0)
    return result
