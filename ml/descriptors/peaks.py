"""Spectral peaks: the partials that harmony and melody are read from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

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


@dataclass(frozen=True)
class Candidates:
    """Local maxima within 35 dB of their moment's strongest bin, for any part of a clip.

    Attributes
    ----------
    peaks : Peaks
    strongest : ndarray, shape (frames,)
        Magnitude of each moment's strongest bin.
    """

    peaks: Peaks
    strongest: Floats

    def part(self, frames: slice, kept: npt.NDArray[np.bool_]) -> Peaks:
        """Return the peaks of some moments that also stand out from the part as a whole.

        Parameters
        ----------
        frames : slice
            The part.
        kept : ndarray of bool, shape (frames of the part,)
            Its moments that count; they are numbered anew.
        """
        threshold = 0.03 * np.median(self.strongest[frames][kept])
        number = np.full(len(self.strongest), -1)
        number[frames][kept] = np.arange(kept.sum())
        low, high = np.searchsorted(self.peaks.row, (frames.start, frames.stop))
        row = number[self.peaks.row[low:high]]
        strength = self.peaks.strength[low:high]
        clear = (row >= 0) & (strength > threshold)
        return Peaks(
            frames=int(kept.sum()),
            row=row[clear],
            strength=strength[clear],
            hertz=self.peaks.hertz[low:high][clear],
            midi=self.peaks.midi[low:high][clear],
        )


def find_candidates(magnitudes: Floats, hertz: Floats) -> Candidates:
    """Find the local maxima of each moment.

    Parameters
    ----------
    magnitudes : ndarray, shape (frames, bins)
    hertz : ndarray, shape (bins,)
    """
    middle = magnitudes[:, 1:-1]
    strongest = middle.max(axis=1)
    clear = middle > magnitudes[:, :-2]
    clear &= middle >= magnitudes[:, 2:]
    clear &= middle > (strongest * np.float32(10 ** (-35 / 20)))[:, None]
    row, column = np.divmod(np.flatnonzero(clear), clear.shape[1])
    at = row * magnitudes.shape[1] + column
    flat = magnitudes.ravel()
    left, top, right = (flat[at + k] for k in range(3))
    shift = 0.5 * (left - right) / (left - 2 * top + right - np.float32(1e-9))
    found = hertz[column + 1] + np.clip(shift, -0.5, 0.5) * (hertz[1] - hertz[0])
    midi = 69.0 + 12.0 * np.log2(found / A4)
    peaks = Peaks(frames=len(magnitudes), row=row, strength=top, hertz=found, midi=midi)
    return Candidates(peaks, strongest)


def find_peaks(magnitudes: Floats, hertz: Floats) -> Peaks:
    """Find the clear local maxima of each moment: those that also stand out from all moments."""
    candidates = find_candidates(magnitudes, hertz)
    everything = np.ones(len(magnitudes), dtype=bool)
    return candidates.part(slice(0, len(magnitudes)), everything)


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
