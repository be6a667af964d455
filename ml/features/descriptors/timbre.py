"""Timbre: where the energy of the spectrum lies and how it moves from frame to frame."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import torch

from ml.features.descriptors.definition import Descriptor, spread_over
from ml.features.descriptors.spectra import (
    HOP,
    MEL_BANDS,
    SAMPLE_RATE,
    WINDOW_HOPS,
    Floats,
    Sound,
    Spectra,
    cosine_basis,
    decibels,
    percentiles,
    short_bins,
)

if TYPE_CHECKING:
    from ml.features.descriptors.part import Part

CEPSTRA = 20
BAND_EDGES = (40.0, 100.0, 200.0, 400.0, 800.0, 1600.0, 3200.0, 5000.0, 7500.0)
CONTRAST_EDGES = (40.0, 200.0, 400.0, 800.0, 1600.0, 3200.0)
DELTA_FRAMES = 4
SHAPES = 11  # series of a frame's spectrum by itself

_PEETERS = "Peeters 2004, A large set of audio features"
_STATISTICS = (
    ("mean", "mean"),
    ("std", "standard deviation"),
    ("move", "mean absolute change over 93 ms"),
    ("low", "10th percentile"),
    ("high", "90th percentile"),
)
_SERIES = (
    Descriptor("centroid", "octave", "the centre of gravity of the power spectrum", _PEETERS),
    Descriptor("bandwidth", "octave", "the spread around the centroid", _PEETERS),
    Descriptor("skewness", "1", "the skewness around the centroid", _PEETERS),
    Descriptor("kurtosis", "1", "the kurtosis (logarithm) around the centroid", _PEETERS),
    Descriptor("rolloff25", "octave", "the frequency under which 25 % of the power lies", _PEETERS),
    Descriptor("rolloff50", "octave", "the frequency under which 50 % of the power lies", _PEETERS),
    Descriptor("rolloff85", "octave", "the frequency under which 85 % of the power lies", _PEETERS),
    Descriptor("rolloff95", "octave", "the frequency under which 95 % of the power lies", _PEETERS),
    Descriptor("flatness", "dB", "geometric over arithmetic mean of the power", _PEETERS),
    Descriptor("crest", "dB", "largest bin over mean of the power", _PEETERS),
    Descriptor("entropy", "1", "the entropy of the power spectrum", _PEETERS),
    Descriptor("tilt", "dB per band", "the slope of the mel spectrum", _PEETERS),
    Descriptor("zero_crossing", "octave", "the rate of zero crossings, as a frequency", ""),
)
_CEPSTRUM_STATISTICS = _STATISTICS[:3]
_BAND_STATISTICS = _STATISTICS[:2]


def _definitions() -> Iterator[Descriptor]:
    yield from spread_over(_SERIES, _STATISTICS)
    davis = "Davis & Mermelstein 1980"
    yield from spread_over(
        [
            Descriptor(f"mfcc{k:02}", "dB", f"cepstral coefficient {k}", davis)
            for k in range(1, CEPSTRA)
        ],
        _CEPSTRUM_STATISTICS,
    )
    yield from spread_over(
        [
            Descriptor(f"band{k}", "dB", f"power in {low:g}-{high:g} Hz relative to all", _PEETERS)
            for k, (low, high) in enumerate(pairwise(BAND_EDGES), 1)
        ],
        _BAND_STATISTICS,
    )
    jiang = "Jiang et al. 2002, Music type classification by spectral contrast"
    yield from spread_over(
        [
            Descriptor(f"{kind}{k}", "dB", f"spectral {kind} in {low:g}-{high:g} Hz", jiang)
            for kind in ("contrast", "valley")
            for k, (low, high) in enumerate(pairwise(CONTRAST_EDGES), 1)
        ],
        _BAND_STATISTICS,
    )


TIMBRE: tuple[Descriptor, ...] = tuple(_definitions())


def centroid_and_moments(power: Floats, axis: Floats) -> list[Floats]:
    """Return centroid, spread, skewness and log kurtosis of each frame along `axis`.

    They come from the sums of the powers of `axis`, in 64 bits: what cancels there is far below
    what 32 bits could hold.
    """
    powers = np.stack([axis.astype(np.float64) ** k for k in range(5)], axis=1)
    found = power.astype(np.float64) @ powers
    zeroth, first, second, third, fourth = (found / (found[:, :1] + 1e-12)).T
    centre = first
    variance = second - 2 * centre * first + centre**2 * zeroth
    skew = third - 3 * centre * second + 3 * centre**2 * first - centre**3 * zeroth
    tails = fourth - 4 * centre * third + 6 * centre**2 * second - 4 * centre**3 * first
    tails += centre**4 * zeroth
    spread = np.sqrt(np.maximum(variance, 0.0)) + 1e-6
    kurtosis = np.log(np.maximum(tails, 0.0) / spread**4 + 1e-6)
    series = [centre, spread, skew / spread**3, kurtosis]
    return [each.astype(np.float32) for each in series]


def rolloffs(power: Floats, axis: Floats, shares: tuple[float, ...]) -> list[Floats]:
    """Return, for each share, the axis value under which that share of the power lies."""
    total = torch.cumsum(torch.from_numpy(power), dim=1)
    found = torch.searchsorted(total, total[:, -1:] * torch.tensor(shares))
    return list(axis[np.minimum(found.numpy(), len(axis) - 1)].T)


def flatness_and_entropy(power: Floats) -> tuple[Floats, Floats]:
    """Return the geometric over the arithmetic mean of each frame's power in dB, and its entropy.

    Both are sums of the same logarithms, which are what takes time. The entropy is relative to
    that of an even spectrum.
    """
    values = torch.from_numpy(power)
    bins = values.shape[1]
    mean = values.mean(dim=1) + 1e-12
    logs = torch.maximum(values, mean[:, None] * 1e-6)
    np.log(logs.numpy(), out=logs.numpy())  # takes a third of the time of torch's
    flatness = (logs.mean(dim=1) - mean.log()) * (10.0 / math.log(10.0))
    weighted = torch.linalg.vecdot(values, logs) / (mean * bins)
    entropy = ((mean * bins).log() - weighted) / math.log(bins)
    return flatness.numpy(), entropy.numpy()


def zero_crossing_hertz(samples: Floats, sample_rate: float) -> Floats:
    """Return half the rate of sign changes of each frame: the frequency of an equal sine."""
    signs = np.signbit(samples[: len(samples) // HOP * HOP])
    changes = np.zeros_like(signs)
    np.not_equal(signs[1:], signs[:-1], out=changes[1:])
    hops = changes.reshape(-1, HOP)
    counts = np.convolve(np.count_nonzero(hops, axis=1), np.ones(WINDOW_HOPS), "valid")
    counts -= hops[: len(counts), 0]  # the change into a frame is not in it
    result: Floats = (counts / (WINDOW_HOPS * HOP) * sample_rate / 2).astype(np.float32)
    return result


def _statistics(series: Floats, kinds: tuple[tuple[str, str], ...]) -> Floats:
    """Return the named statistics of each column.

    Parameters
    ----------
    series : ndarray, shape (frames, columns)
    kinds : pairs of suffix and words
        The suffixes say which statistics, in which order.

    Returns
    -------
    ndarray, shape (columns * kinds,)
        Column by column.
    """
    found = {"mean": series.mean(axis=0), "std": series.std(axis=0)}
    wanted = [suffix for suffix, _ in kinds]
    if "move" in wanted:
        found["move"] = np.abs(series[DELTA_FRAMES:] - series[:-DELTA_FRAMES]).mean(axis=0)
    if "low" in wanted:
        found["low"], found["high"] = percentiles(series, 10, 90)
    return np.stack([found[name] for name in wanted], axis=1).ravel().astype(np.float32)


def _cuts(hertz: Floats, edges: tuple[float, ...]) -> list[tuple[int, int]]:
    return list(pairwise(np.searchsorted(hertz, edges).tolist()))


@cache
def band_weights() -> Floats:
    """Return what sums up each band of `BAND_EDGES`, shape (bins, bands)."""
    hertz = short_bins()[1]
    weights = np.zeros((len(hertz), len(BAND_EDGES) - 1), np.float32)
    for band, (low, high) in enumerate(_cuts(hertz, BAND_EDGES)):
        weights[low:high, band] = 1.0
    return weights


def _contrast(power: Floats, mean: Floats, hertz: Floats) -> Floats:
    """Return contrast then valley of each band, shape (frames, 2 * bands), in dB."""
    peaks, valleys = [], []
    floor = mean[:, None] * np.float32(1e-5)
    for low, high in _cuts(hertz, CONTRAST_EDGES):
        ordered = np.sort(np.maximum(power[:, low:high], floor), axis=1)
        count = max(2, (high - low) // 10)
        peaks.append(ordered[:, -count:].mean(axis=1))
        valleys.append(ordered[:, :count].mean(axis=1))
    highs, lows = decibels(np.stack([peaks, valleys]))
    return np.concatenate([highs - lows, lows - decibels(mean)]).T


def _shape(power: Floats, mean: Floats, hertz: Floats) -> Floats:
    """Return the shape series that every frame has by itself, shape (frames, 11)."""
    octave = np.log2(hertz / 1000.0)
    crest = decibels(power.max(axis=1) / mean + np.float32(1e-9))
    flatness, entropy = flatness_and_entropy(power)
    moments = centroid_and_moments(power, octave)
    ends = rolloffs(power, octave, (0.25, 0.5, 0.85, 0.95))
    return np.stack([*moments, *ends, flatness, crest, entropy], axis=1)


def timbre_series(sound: Sound, spectra: Spectra, bands: Floats, total: Floats) -> Floats:
    """Return what every frame's spectrum says by itself, shape (frames, 30).

    The columns: shape of the spectrum, zero crossings, bands, contrasts and valleys.

    Parameters
    ----------
    bands, total : ndarray, shapes (frames, bands) and (frames,)
        Power of each frame in the bands of `band_weights`, and in all.
    """
    power, hertz = spectra.values, spectra.hertz
    total = total + np.float32(1e-12)
    mean = total / np.float32(len(hertz))
    shape = _shape(power, mean, hertz)
    crossing = zero_crossing_hertz(sound.samples, SAMPLE_RATE)
    octave = np.log2(np.maximum(crossing, 20.0) / 1000.0)
    levels = decibels(np.maximum(bands / total[:, None], np.float32(1e-6)))
    contrast = _contrast(power, mean, hertz)
    return np.concatenate([shape, octave[:, None], levels, contrast], axis=1)


def describe_timbre(part: Part) -> Floats:
    """Compute the descriptors named in `TIMBRE`.

    Parameters
    ----------
    part : Part

    Returns
    -------
    ndarray, shape (len(TIMBRE),)
    """
    mel = part.mel_db[part.active]
    ramp = np.linspace(-1.0, 1.0, MEL_BANDS, dtype=np.float32)
    tilt = (mel - mel.mean(axis=1, keepdims=True)) @ ramp / np.square(ramp).sum()
    shape, octave, levels = np.split(part.timbre[part.active], [SHAPES, SHAPES + 1], axis=1)
    cepstra = mel @ cosine_basis(MEL_BANDS)[:, 1:CEPSTRA]
    return np.concatenate(
        [
            _statistics(np.concatenate([shape, tilt[:, None], octave], axis=1), _STATISTICS),
            _statistics(cepstra, _CEPSTRUM_STATISTICS),
            _statistics(levels, _BAND_STATISTICS),
        ]
    ).astype(np.float32)
