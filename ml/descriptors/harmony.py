"""Harmony and melody: key, mode, chords, dissonance and how clear the tones are."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ml.descriptors.definition import Descriptor, spread_over
from ml.descriptors.peaks import Peaks, find_peaks, strongest_partials, tuning_offset
from ml.descriptors.spectra import Floats, Indices, Spectra, percentiles

if TYPE_CHECKING:
    from ml.descriptors.frames import Part

PARTIALS = 5
DISSONANCE_PEAKS = 16
CHROMA_LOWEST_HZ = 80.0
CHROMA_HIGHEST_HZ = 2500.0
PITCH_LOWEST = 36
PITCHES = 60
REGISTERS = (40.0, 250.0, 1000.0, 5000.0)

_KRUMHANSL = "Krumhansl & Kessler 1982, key profiles"
_SETHARES = "Sethares 1998, dissonance curve; Plomp & Levelt 1965"
_HARTE = "Harte, Sandler & Gasser 2006, Detecting harmonic change"
_FUJISHIMA = "Fujishima 1999, chord templates"
_GOMEZ = "Gómez 2006, Tonal description of polyphonic audio"
_PANDA = "Panda, Malheiro & Paiva 2018, Novel audio features (articulation, vibrato, tremolo)"
_KLAPURI = "Klapuri 2006, Multiple fundamental frequency estimation"

MAJOR_PROFILE = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
MINOR_PROFILE = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
CHORDS = {
    "major": (0, 4, 7),
    "minor": (0, 3, 7),
    "diminished": (0, 3, 6),
    "suspended": (0, 5, 7),
    "power": (0, 7),
}
_MEAN_STD = (("mean", "mean"), ("std", "standard deviation"))

_KEY = (
    Descriptor("key_strength", "1", "correlation of the chroma with the best key", _KRUMHANSL),
    Descriptor("mode", "1", "best major less best minor correlation", _KRUMHANSL),
    Descriptor(
        "mode_parallel", "1", "major less minor correlation on the best key's tonic", _KRUMHANSL
    ),
    Descriptor("key_clearness", "1", "best less second best key's correlation", _KRUMHANSL),
    Descriptor(
        "key_steadiness", "1", "mean correlation of the moments with the clip's key", _KRUMHANSL
    ),
    Descriptor("chroma_entropy", "1", "entropy of the mean chroma", _GOMEZ),
    *(
        Descriptor(
            f"degree{k:02}", "1", f"share of the degree {k} semitones over the tonic", _GOMEZ
        )
        for k in range(12)
    ),
    *(
        Descriptor(f"interval{k}", "1", f"share of simultaneous tones {k} semitones apart", _GOMEZ)
        for k in range(1, 7)
    ),
)
_CHORD = (
    *(Descriptor(f"chord_{name}", "1", f"share of {name} chords", _FUJISHIMA) for name in CHORDS),
    Descriptor("chord_mode", "1", "major less minor chords over both", _FUJISHIMA),
    Descriptor("chord_fit", "1", "mean correlation with the best chord", _FUJISHIMA),
    Descriptor(
        "chord_change", "1", "share of moments with another root than the one before", _FUJISHIMA
    ),
    Descriptor("chord_variety", "1", "entropy of the roots", _FUJISHIMA),
    Descriptor("harmonic_change", "1", "mean step in the tonal centroid space", _HARTE),
)
_SERIES = (
    Descriptor("roughness", "1", "the roughness of the strongest 16 partials", _SETHARES),
    Descriptor("tonal_share", "1", "the share of power in spectral peaks", _GOMEZ),
    Descriptor("peak_count", "log2", "the number of clear spectral peaks", _GOMEZ),
    Descriptor("mistuning", "semitone", "the distance of peaks to the nearest semitone", _GOMEZ),
    Descriptor("chroma_contrast", "1", "the entropy of the chroma of each moment", _GOMEZ),
    Descriptor("pitch", "octave", "the strongest fundamental's height over 261.6 Hz", _KLAPURI),
    Descriptor("pitch_strength", "1", "the strongest fundamental over all", _KLAPURI),
    Descriptor("voices", "1", "the number of fundamentals over half the strongest", _KLAPURI),
    Descriptor("bass_pitch", "octave", "the lowest clear peak's height over 65.4 Hz", _KLAPURI),
)
PITCH = [each.name for each in _SERIES].index("pitch")
_MELODY = (
    Descriptor(
        "pitch_range", "octave", "90th less 10th percentile of the strongest fundamental", _KLAPURI
    ),
    Descriptor("pitch_hold", "1", "share of moments whose fundamental stays", _KLAPURI),
)
_ARTICULATION = tuple(
    Descriptor(f"{name}_{register}", unit, f"{words} ({hertz})", _PANDA)
    for register, hertz in (
        ("low", "below 250 Hz"),
        ("middle", "250 Hz to 1 kHz"),
        ("high", "1 to 5 kHz"),
    )
    for name, unit, words in (
        ("sustain", "1", "share of partials that were there 93 ms before"),
        ("glide", "semitone", "mean pitch movement of sustained partials over 93 ms"),
        ("swell", "dB", "mean absolute level movement of sustained partials over 93 ms"),
        ("tonal_power", "1", "share of the peaks' amplitude"),
    )
)
HARMONY: tuple[Descriptor, ...] = (
    *_KEY,
    *_CHORD,
    *spread_over(_SERIES, _MEAN_STD),
    *_MELODY,
    *_ARTICULATION,
)


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


def key_correlations(chroma: Floats) -> Floats:
    """Return the correlation with all keys, shape (2, 12): major and minor, C first."""
    centred = chroma.astype(np.float64) - chroma.mean(dtype=np.float64)
    found = _keys() @ (centred / (np.linalg.norm(centred) + 1e-9))
    result: Floats = found.reshape(2, 12).astype(np.float32)
    return result


@cache
def _keys() -> npt.NDArray[np.float64]:
    """Return the profiles of all keys, each of mean 0 and length 1, shape (24, 12)."""
    rows = [
        np.roll(profile, tonic) for profile in (MAJOR_PROFILE, MINOR_PROFILE) for tonic in range(12)
    ]
    centred = np.array(rows) - np.mean(rows, axis=1, keepdims=True)
    result: npt.NDArray[np.float64] = centred / np.linalg.norm(centred, axis=1, keepdims=True)
    return result


def _entropy(shares: Floats, *, axis: int = -1) -> Floats:
    shares = shares / (shares.sum(axis=axis, keepdims=True) + 1e-9)
    result: Floats = -(shares * np.log(shares + 1e-9)).sum(axis=axis) / np.log(shares.shape[axis])
    return result


def _key(chroma: Floats, weight: Floats) -> list[float]:
    mean = (chroma * weight[:, None]).sum(axis=0) / (weight.sum() + 1e-9)
    keys = key_correlations(mean)
    mode, tonic = np.unravel_index(int(keys.argmax()), keys.shape)
    ordered = np.sort(keys.ravel())
    profile = np.roll((MAJOR_PROFILE, MINOR_PROFILE)[int(mode)], int(tonic))
    centred = chroma - chroma.mean(axis=1, keepdims=True)
    steady = centred @ (profile - np.mean(profile))
    steady = steady / (np.linalg.norm(centred, axis=1) * np.std(profile) * 12**0.5 + 1e-9)
    pairs = [(chroma * np.roll(chroma, k, axis=1)).sum(axis=1).mean() for k in range(1, 7)]
    pairs = np.array(pairs) / (np.sum(pairs) + 1e-9)
    return [
        float(ordered[-1]),
        float(keys[0].max() - keys[1].max()),
        float(keys[0, tonic] - keys[1, tonic]),
        float(ordered[-1] - ordered[-2]),
        float(steady.mean()),
        float(_entropy(mean)),
        *(float(value) for value in np.roll(mean, -int(tonic))),
        *(float(value) for value in pairs),
    ]


@cache
def _templates() -> Floats:
    rows = []
    for degrees in CHORDS.values():
        for root in range(12):
            row = np.zeros(12)
            row[[(root + degree) % 12 for degree in degrees]] = 1.0
            row -= row.mean()
            rows.append(row / np.linalg.norm(row))
    return np.array(rows, dtype=np.float32)


def _tonnetz(chroma: Floats) -> Floats:
    steps = np.arange(12)
    angles = np.stack([steps * 7 * np.pi / 6, steps * 3 * np.pi / 2, steps * 2 * np.pi / 3])
    radii = np.array([1.0, 1.0, 0.5])[:, None]
    basis = np.concatenate([radii * np.sin(angles), radii * np.cos(angles)])
    result: Floats = chroma @ basis.T
    return result


def _chords(chroma: Floats) -> list[float]:
    padded = np.pad(chroma, ((2, 2), (0, 0)))
    smooth: Floats = np.float32(0.2) * np.add.reduce(
        [padded[k : k + len(chroma)] for k in range(5)], axis=0
    )
    centred = smooth - smooth.mean(axis=1, keepdims=True)
    fit = centred @ _templates().T / (np.linalg.norm(centred, axis=1, keepdims=True) + 1e-6)
    best = fit.argmax(axis=1)
    kinds = np.bincount(best // 12, minlength=len(CHORDS)) / len(best)
    roots = best % 12
    step = np.linalg.norm(np.diff(_tonnetz(smooth), axis=0), axis=1)
    return [
        *(float(share) for share in kinds),
        float((kinds[0] - kinds[1]) / (kinds[0] + kinds[1] + 0.1)),
        float(fit.max(axis=1).mean()),
        float((roots[1:] != roots[:-1]).sum() / max(len(roots) - 1, 1)),
        float(_entropy(np.bincount(roots, minlength=12).astype(np.float32))),
        float(step.sum() / max(len(step), 1)),
    ]


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


def _movement(pitch: Floats) -> list[float]:
    low, high = percentiles(pitch, 10, 90)
    return [
        float(high - low),
        float((np.diff(pitch) == 0).sum() / max(len(pitch) - 1, 1)),
    ]


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
        _entropy(chroma),
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
        level = 20.0 * np.log10(peaks.strength + 1e-9)
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
        In the order of `_SERIES`.
    partials : Partials
    first : int
        Where in the clip the moments begin.
    """

    loudness: Floats
    chroma: Floats
    series: Floats
    partials: Partials
    first: int = 0

    def cut(self, first: int, end: int) -> Moments:
        """Return the moments from `first` up to `end` of a clip's."""
        part = slice(first, end)
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


def measure_moments(spectra: Spectra) -> Moments:
    """Find peaks, chroma, fundamentals and partials of every moment of a clip."""
    total = np.einsum("ij,ij->i", spectra.tonal, spectra.tonal) + 1e-9
    peaks = find_peaks(spectra.tonal, spectra.tonal_hertz)
    tuning = tuning_offset(peaks)
    chroma = chroma_of(peaks, tuning)
    *series, bass = _series(total, peaks, chroma, tuning)
    return Moments(
        loudness=spectra.tonal.max(axis=1),
        chroma=chroma,
        series=np.stack([*series, *_melody(_salience(peaks, tuning)), bass], axis=1),
        partials=Partials.follow(peaks),
    )


def _articulation(partials: Partials) -> list[float]:
    values = []
    everything = partials.amplitude.sum() + 1e-9
    for low, high in pairwise(REGISTERS):
        inside = partials.amplitude * ((partials.hertz >= low) & (partials.hertz < high))
        total, weight = inside.sum(), inside * partials.held
        held = weight.sum() + 1e-9
        values += [
            float(weight.sum() / (total + 1e-9)),
            float(weight @ partials.glide / held),
            float(weight @ partials.swell / held),
            float(total / everything),
        ]
    return values


def describe_harmony(part: Part) -> Floats:
    """Compute the descriptors named in `HARMONY`.

    Parameters
    ----------
    part : Part

    Returns
    -------
    ndarray, shape (len(HARMONY),)
    """
    moments = part.moments.audible()
    means, deviations = moments.series.mean(axis=0), moments.series.std(axis=0)
    return np.concatenate(
        [
            _key(moments.chroma, np.sqrt(moments.loudness)),
            _chords(moments.chroma),
            np.stack([means, deviations], axis=1).ravel(),
            _movement(moments.series[:, PITCH]),
            _articulation(moments.partials),
        ]
    ).astype(np.float32)
