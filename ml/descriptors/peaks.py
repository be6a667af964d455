"""Spectral peaks: the partials that harmony and melody are read from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ml.descriptors.spectra import Floats, Indices

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

    Parameters
    ----------
    magnitudes : ndarray, shape (frames, bins)
    hertz : ndarray, shape (bins,)

    Returns
    -------
    Peaks
        Those within 35 dB of their moment's strongest bin.
    """
    middle = magnitudes[:, 1:-1]
    strongest = middle.max(axis=1, keepdims=True)
    threshold = np.maximum(strongest * 10 ** (-35 / 20), 0.03 * np.median(strongest))
    clear = (middle > magnitudes[:, :-2]) & (middle >= magnitudes[:, 2:]) & (middle > threshold)
    row, column = np.nonzero(clear)
    left, top, right = (magnitudes[row, column + k] for k in range(3))
    shift = 0.5 * (left - right) / (left - 2 * top + right - 1e-9)
    found = hertz[column + 1] + np.clip(shift, -0.5, 0.5) * (hertz[1] - hertz[0])
    midi = 69.0 + 12.0 * np.log2(found / A4)
    return Peaks(frames=len(magnitudes), row=row, strength=top, hertz=found, midi=midi)


def tuning_offset(peaks: Peaks) -> float:
    """Return the deviation from A4 = 440 Hz in semitones, -0.5 to 0.5 (circular mean)."""
    angle = np.exp(2j * np.pi * peaks.midi)
    return float(np.angle((angle * peaks.strength).sum()) / (2 * np.pi))


def strongest_partials(peaks: Peaks, count: int) -> tuple[Floats, Floats]:
    """Return strength and frequency of each moment's strongest peaks, zero where fewer.

    Returns
    -------
    strength, hertz : ndarray, shape (frames, count)
    """
    order = np.lexsort((-peaks.strength, peaks.row))
    row = peaks.row[order]
    starts = np.searchsorted(row, np.arange(peaks.frames))
    rank = np.arange(len(row)) - starts[row]
    kept = rank < count
    strength = np.zeros((peaks.frames, count), dtype=np.float32)
    hertz = np.zeros((peaks.frames, count), dtype=np.float32)
    strength[row[kept], rank[kept]] = peaks.strength[order][kept]
    hertz[row[kept], rank[kept]] = peaks.hertz[order][kept]
    return strength, hertz
