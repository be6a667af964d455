"""A clip or a part of it, frame by frame: what every kind of descriptor is computed from."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ml.features.descriptors.spectra import Floats


@dataclass(frozen=True)
class Part:
    """A clip or a part of it, with levels relative to its own loud frames.

    Attributes
    ----------
    energy, peaks : ndarray, shape (hops,)
        Mean square and largest magnitude of the samples of each hop.
    mel_db : ndarray, shape (frames, 40)
        Mel-band power in dB below the loud frames, not under -60.
    loudness_db : ndarray, shape (frames,)
        Power of each frame in dB relative to the loud ones, not under -60.
    active : ndarray of bool, shape (frames,)
        Frames within 45 dB of the loud ones (all, should there be too few).
    timbre : ndarray, shape (frames, series)
        From `ml.features.descriptors.timbre.timbre_series`.
    percussive : ndarray, shape (every second frame, 40)
        Share of percussive power, 0 to 1.
    percussive_db : ndarray, the same shape
        `mel_db` of these frames.
    """

    energy: Floats
    peaks: Floats
    mel_db: Floats
    loudness_db: Floats
    active: npt.NDArray[np.bool_]
    timbre: Floats
    percussive: Floats
    percussive_db: Floats
