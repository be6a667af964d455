"""Spectral peaks: the partials that harmony and melody are read from."""

from dataclasses import dataclass

import numpy as np
import torch

from ml.features.descriptors.spectra import Floats, Indices

A4 = 440.0


@dataclass(frozen=True)
class Peaks:
    """Clear spectral peaks of all moments, one entry per peak.

    Attributes
    ----------
    frames : int
        Number of moments.
    row : ndarray, shape (peaks,)
        Moment of each peak, rising.
    strength, hertz, midi : ndarray, shape (peaks,)
        Magnitude, interpolated frequency, and pitch in semitones (A4 = 69).
    """

    frames: int
    row: Indices
    strength: Floats
    hertz: Floats
    midi: Floats

    def sum_by_row(self, values: Floats) -> Floats:
        """Sum one value per peak over the peaks of each moment, shape (frames,)."""
        return np.bincount(self.row, values, minlength=self.frames).astype(np.float32)


def find_peaks(magnitudes: Floats, hertz: Floats) -> Peaks:
    """Find the clear local maxima of each moment.

    They are within 35 dB of their moment's strongest bin, and stand out from the clip as a whole.

    Parameters
    ----------
    magnitudes : ndarray, shape (frames, bins)
    hertz : ndarray, shape (bins,)
    """
    middle = magnitudes[:, 1:-1]
    strongest = middle.max(axis=1)
    threshold = np.maximum(
        strongest * np.float32(10 ** (-35 / 20)), np.float32(0.03 * np.median(strongest))
    )
    clear = middle > magnitudes[:, :-2]
    clear &= middle >= magnitudes[:, 2:]
    clear &= middle > threshold[:, None]
    row, column = np.divmod(np.flatnonzero(clear), clear.shape[1])
    at = row * magnitudes.shape[1] + column
    flat = magnitudes.ravel()
    left, top, right = (flat[at + k] for k in range(3))
    shift = 0.5 * (left - right) / (left - 2 * top + right - np.float32(1e-9))
    found = hertz[column + 1] + np.clip(shift, -0.5, 0.5) * (hertz[1] - hertz[0])
    midi = 69.0 + 12.0 * np.log2(found / A4)
    return Peaks(frames=len(magnitudes), row=row, strength=top, hertz=found, midi=midi)


def tuning_offset(peaks: Peaks) -> float:
    """Return the deviation from A4 = 440 Hz in semitones, -0.5 to 0.5 (circular mean)."""
    angle = np.float32(2 * np.pi) * (peaks.midi % 1.0)
    sine, cosine = (peaks.strength @ each for each in (np.sin(angle), np.cos(angle)))
    return float(np.arctan2(sine, cosine) / (2 * np.pi))


def strongest_partials(peaks: Peaks, count: int) -> tuple[Floats, Floats]:
    """Return strength and frequency of each moment's strongest peaks, zero where fewer.

    Returns
    -------
    strength, hertz : ndarray, shape (frames, count)
    """
    each = np.bincount(peaks.row, minlength=peaks.frames)
    rank = np.arange(len(peaks.row)) - (np.cumsum(each) - each)[peaks.row]
    width = max(count, int(each.max(initial=0)))
    strength, hertz = np.zeros((2, peaks.frames, width), dtype=np.float32)
    strength[peaks.row, rank] = peaks.strength
    hertz[peaks.row, rank] = peaks.hertz
    top, place = torch.topk(torch.from_numpy(strength), count)
    return top.numpy(), np.take_along_axis(hertz, place.numpy(), axis=1)
