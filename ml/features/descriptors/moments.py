"""What is found at every moment of a clip with the long window: partials, chroma, fundamentals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ml.features.descriptors.peaks import Peaks, find_peaks, strongest_partials, tuning_offset
from ml.features.descriptors.spectra import (
    HOP,
    TONAL_HOP,
    TONAL_WINDOW,
    Floats,
    Indices,
    Sound,
    decibels,
    long_spectra,
    percentiles,
)

PARTIALS = 5
DISSONANCE_PEAKS = 16
CHROMA_LOWEST_HZ = 80.0
CHROMA_HIGHEST_HZ = 2500.0
PITCH_LOWEST = 36
PITCHES = 60


def chroma_of(peaks: Peaks, tuning: float) -> Floats:
    """Return the pitch-class profile of each moment, shape (frames, 12), C first, sum 1."""
    pitch = peaks.midi - tuning
    used = (peaks.hertz > CHROMA_LOWEST_HZ) & (peaks.hertz < CHROMA_HIGHEST_HZ)
    near = np.cos(np.pi * (pitch - np.round(pitch))) ** 2
    weight = np.sqrt(peaks.strength) * used * near
    at = peaks.row * 12 + np.round(pitch).astype(int) % 12
    chroma = np.bincount(at, weight, minlength=peaks.frames * 12).reshape(-1, 12)
    result: Floats = (chroma / (chroma.sum(axis=1, keepdims=True) + 1e-9)).astype(np.float32)
    return result


def entropy(shares: Floats, *, axis: int = -1) -> Floats:
    """Return how even shares are along an axis: 0 where there is one, 1 where all are equal."""
    shares = shares / (shares.sum(axis=axis, keepdims=True) + 1e-9)
    result: Floats = -(shares * np.log(shares + 1e-9)).sum(axis=axis) / np.log(shares.shape[axis])
    return result


def roughness(strength: Floats, hertz: Floats) -> Floats:
    """Return the roughness of each moment by Sethares's model.

    Parameters
    ----------
    strength, hertz : ndarray, shape (frames, partials)

    Returns
    -------
    ndarray, shape (frames,)
        Relative to the summed product of the strengths.
    """
    low = np.minimum(hertz[:, :, None], hertz[:, None, :])
    apart = np.abs(hertz[:, :, None] - hertz[:, None, :])
    scaled = 0.24 / (0.0207 * low + 18.96) * apart
    weight = strength[:, :, None] * strength[:, None, :]
    beating = weight * (np.exp(-3.51 * scaled) - np.exp(-5.75 * scaled))
    result: Floats = beating.sum(axis=(1, 2)) / (weight.sum(axis=(1, 2)) + 1e-9)
    return result


def _salience(peaks: Peaks, tuning: float) -> Floats:
    """Return the harmonic-sum salience of semitones, shape (frames, PITCHES)."""
    strength = np.sqrt(peaks.strength)
    pitch = peaks.midi - tuning
    salience = np.zeros(peaks.frames * PITCHES)
    for partial in range(1, PARTIALS + 1):
        at = np.round(pitch - 12.0 * np.log2(partial)).astype(int) - PITCH_LOWEST
        inside = (at >= 0) & (at < PITCHES)
        weight = strength[inside] * 0.8 ** (partial - 1)
        salience += np.bincount(
            peaks.row[inside] * PITCHES + at[inside], weight, minlength=len(salience)
        )
    return salience.reshape(-1, PITCHES).astype(np.float32)


def _melody(salience: Floats) -> list[Floats]:
    """Return the strongest fundamental's height and strength, and the voices, of each moment."""
    top = salience.max(axis=1)
    pitch = (salience.argmax(axis=1) + PITCH_LOWEST - 60) / 12.0
    voices = (salience > 0.5 * top[:, None]).sum(axis=1).astype(np.float32)
    return [pitch, top / (salience.sum(axis=1) + 1e-9), voices]


def _bass(peaks: Peaks, strongest: Floats) -> Floats:
    """Return the lowest clear peak of each moment in octaves over C2."""
    clear = peaks.strength > 0.15 * strongest[peaks.row]
    row, midi = peaks.row[clear], peaks.midi[clear]
    lowest = np.full(peaks.frames, 36.0, dtype=np.float32)
    # within a moment peaks rise, so that the first of each is its lowest
    is_first = np.diff(row, prepend=-1) > 0
    lowest[row[is_first]] = midi[is_first]
    return (lowest - np.float32(36.0)) / np.float32(12.0)


def _series(total: Floats, peaks: Peaks, chroma: Floats, tuning: float) -> list[Floats]:
    strength, hertz = strongest_partials(peaks, DISSONANCE_PEAKS)
    # a Hann-windowed sine leaves two thirds of its power in its highest bin
    share = np.minimum(1.5 * peaks.sum_by_row(np.square(peaks.strength)) / total, 1.0)
    pitch = peaks.midi - tuning
    used = np.sqrt(peaks.strength) * (peaks.hertz < CHROMA_HIGHEST_HZ)
    off = peaks.sum_by_row(used * np.abs(pitch - np.round(pitch)))
    return [
        roughness(strength, hertz),
        share,
        np.log2(1.0 + peaks.sum_by_row(np.ones_like(peaks.strength))),
        off / (peaks.sum_by_row(used) + 1e-9),
        entropy(chroma),
        _bass(peaks, strength[:, 0]),
    ]


def _previous(peaks: Peaks) -> Indices:
    """Return for each peak the index of the one it continues, or -1 without one."""
    place = np.round(peaks.midi * 3.0).astype(int)
    width = int(place.max(initial=0)) + 2
    table = np.full((peaks.frames + 1) * width, -1)
    table[(peaks.row + 1) * width + place] = np.arange(len(place))
    before = peaks.row * width + place
    same, lower, higher = (table[before + step] for step in (0, -1, 1))
    result: Indices = np.where(same >= 0, same, np.where(lower >= 0, lower, higher))
    return result


@dataclass(frozen=True)
class Partials:
    """How each spectral peak continues one of the moment before; one entry per peak.

    Attributes
    ----------
    row : ndarray, shape (peaks,)
        Moment of each peak, rising.
    hertz, amplitude : ndarray, shape (peaks,)
        Frequency, and square root of the magnitude.
    held : ndarray of bool, shape (peaks,)
        Whether it continues one.
    glide, swell : ndarray, shape (peaks,)
        Distance to that one, in semitones and in dB.
    """

    row: Indices
    hertz: Floats
    amplitude: Floats
    held: npt.NDArray[np.bool_]
    glide: Floats
    swell: Floats

    @classmethod
    def follow(cls, peaks: Peaks) -> Partials:
        """Follow every peak to the moment before."""
        previous = _previous(peaks)
        level = decibels(np.square(peaks.strength + np.float32(1e-9)))
        return cls(
            row=peaks.row,
            hertz=peaks.hertz,
            amplitude=np.sqrt(peaks.strength),
            held=previous >= 0,
            glide=np.abs(peaks.midi - peaks.midi[previous]),
            swell=np.abs(level - level[previous]),
        )

    def of_moments(self, first: int, kept: npt.NDArray[np.bool_]) -> Partials:
        """Return those of the moments from `first` on that are `kept`."""
        low, high = np.searchsorted(self.row, [first, first + len(kept)])
        chosen = low + np.flatnonzero(kept[self.row[low:high] - first])
        return Partials(**{name: values[chosen] for name, values in vars(self).items()})


@dataclass(frozen=True)
class Moments:
    """What was found at every moment of a clip, or of a part of it.

    Attributes
    ----------
    loudness : ndarray, shape (moments,)
        Largest magnitude.
    chroma : ndarray, shape (moments, 12)
    series : ndarray, shape (moments, 9)
        In the order of `ml.features.descriptors.harmony`'s table of series.
    partials : Partials
    first : int
        Where in the clip the moments begin.
    """

    loudness: Floats
    chroma: Floats
    series: Floats
    partials: Partials
    first: int = 0

    def part(self, begin: int, end: int) -> Moments:
        """Return the moments of a clip that lie between two of its hops."""
        step, length = TONAL_HOP // HOP, TONAL_WINDOW // HOP
        first = -(-begin // step)
        part = slice(first, (end - length) // step + 1)
        return Moments(
            self.loudness[part], self.chroma[part], self.series[part], self.partials, first
        )

    def audible(self) -> Moments:
        """Return the moments within 34 dB of the loud ones."""
        kept = self.loudness >= 0.02 * percentiles(self.loudness, 90)[0]
        return Moments(
            self.loudness[kept],
            self.chroma[kept],
            self.series[kept],
            self.partials.of_moments(self.first, kept),
        )


def measure_moments(sound: Sound) -> Moments:
    """Find peaks, chroma, fundamentals and partials of every moment of a clip."""
    spectra = long_spectra(sound)
    total = np.einsum("ij,ij->i", spectra.values, spectra.values) + 1e-9
    peaks = find_peaks(spectra.values, spectra.hertz)
    tuning = tuning_offset(peaks)
    chroma = chroma_of(peaks, tuning)
    *series, bass = _series(total, peaks, chroma, tuning)
    return Moments(
        loudness=spectra.values.max(axis=1),
        chroma=chroma,
        series=np.stack([*series, *_melody(_salience(peaks, tuning)), bass], axis=1),
        partials=Partials.follow(peaks),
    )
