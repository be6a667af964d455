"""Timbre: where the energy of the spectrum lies and how it moves from frame to frame."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import scipy.fft

from ml.descriptors.definition import Descriptor, spread_over
from ml.descriptors.spectra import HOP, MEL_BANDS, WINDOW, Floats, Spectra

CEPSTRA = 20
BAND_EDGES = (40.0, 100.0, 200.0, 400.0, 800.0, 1600.0, 3200.0, 5000.0, 7500.0)
CONTRAST_EDGES = (40.0, 200.0, 400.0, 800.0, 1600.0, 3200.0)
DELTA_FRAMES = 4

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
    """Return centroid, spread, skewness and log kurtosis of each frame along `axis`."""
    weight = power / (power.sum(axis=1, keepdims=True) + 1e-12)
    centre = weight @ axis
    away = axis - centre[:, None]
    square = np.square(away)
    spread = np.sqrt((weight * square).sum(axis=1)) + 1e-6
    third = (weight * square * away).sum(axis=1) / spread**3
    fourth = (weight * np.square(square)).sum(axis=1) / spread**4
    return [centre, spread, third, np.log(fourth + 1e-6)]


def rolloffs(power: Floats, axis: Floats, shares: tuple[float, ...]) -> list[Floats]:
    """Return, for each share, the axis value under which that share of the power lies."""
    total = np.cumsum(power, axis=1)
    return [axis[np.argmax(total >= share * total[:, -1:], axis=1)] for share in shares]


def flatness_db(power: Floats) -> Floats:
    """Return the geometric over the arithmetic mean of each frame's power in dB."""
    floor = power.mean(axis=1, keepdims=True) * 1e-6 + 1e-12
    clipped = np.maximum(power, floor)
    result: Floats = 10.0 * (np.log10(clipped).mean(axis=1) - np.log10(clipped.mean(axis=1)))
    return result


def zero_crossing_hertz(samples: Floats, sample_rate: float) -> Floats:
    """Return half the rate of sign changes of each frame: the frequency of an equal sine."""
    signs = np.signbit(samples)
    changes = np.concatenate([[0], np.cumsum(signs[1:] != signs[:-1])])
    starts = np.arange(0, len(samples) - WINDOW + 1, HOP)
    result: Floats = (
        (changes[starts + WINDOW - 1] - changes[starts]) / WINDOW * sample_rate / 2
    ).astype(np.float32)
    return result


def statistics(series: Floats, kinds: tuple[tuple[str, str], ...]) -> Floats:
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
        found["low"], found["high"] = np.percentile(series, [10, 90], axis=0)
    return np.stack([found[name] for name in wanted], axis=1).ravel().astype(np.float32)


def _bands(power: Floats, hertz: Floats, edges: tuple[float, ...]) -> list[Floats]:
    cuts = np.searchsorted(hertz, edges)
    return [power[:, low:high] for low, high in pairwise(cuts)]


def _contrast(power: Floats, hertz: Floats) -> Floats:
    """Return contrast then valley of each band, shape (frames, 2 * bands), in dB."""
    contrasts, valleys = [], []
    mean = power.mean(axis=1, keepdims=True) * 1e-5 + 1e-12
    for band in _bands(power, hertz, CONTRAST_EDGES):
        ordered = np.sort(np.maximum(band, mean), axis=1)
        count = max(2, band.shape[1] // 10)
        peak = 10.0 * np.log10(ordered[:, -count:].mean(axis=1))
        valley = 10.0 * np.log10(ordered[:, :count].mean(axis=1))
        contrasts.append(peak - valley)
        valleys.append(valley - 10.0 * np.log10(mean[:, 0] * 1e5))
    return np.stack(contrasts + valleys, axis=1)


def _shape(spectra: Spectra, power: Floats) -> Floats:
    """Return the thirteen shape series, shape (frames, 13)."""
    octave = np.log2(spectra.hertz / 1000.0)
    share = power / (power.sum(axis=1, keepdims=True) + 1e-12)
    entropy = -(share * np.log(share + 1e-9)).sum(axis=1) / np.log(share.shape[1])
    crest = 10.0 * np.log10(power.max(axis=1) / (power.mean(axis=1) + 1e-12) + 1e-9)
    mel = spectra.mel_db[spectra.active]
    ramp = np.linspace(-1.0, 1.0, MEL_BANDS, dtype=np.float32)
    tilt = (mel - mel.mean(axis=1, keepdims=True)) @ ramp / np.square(ramp).sum()
    crossing = zero_crossing_hertz(spectra.samples, 22050.0)[spectra.active]
    series = [
        *centroid_and_moments(power, octave),
        *rolloffs(power, octave, (0.25, 0.5, 0.85, 0.95)),
        flatness_db(power),
        crest,
        entropy,
        tilt,
        np.log2(np.maximum(crossing, 20.0) / 1000.0),
    ]
    return np.stack(series, axis=1)


def describe_timbre(spectra: Spectra) -> Floats:
    """Compute the descriptors named in `TIMBRE`.

    Parameters
    ----------
    spectra : Spectra

    Returns
    -------
    ndarray, shape (len(TIMBRE),)
    """
    power = spectra.power[spectra.active]
    cepstra = scipy.fft.dct(spectra.mel_db[spectra.active], axis=1, norm="ortho")[:, 1:CEPSTRA]
    total = power.sum(axis=1) + 1e-12
    bands = np.stack(
        [
            10.0 * np.log10(np.maximum(band.sum(axis=1) / total, 1e-6))
            for band in _bands(power, spectra.hertz, BAND_EDGES)
        ],
        axis=1,
    )
    return np.concatenate(
        [
            statistics(_shape(spectra, power), _STATISTICS),
            statistics(cepstra, _CEPSTRUM_STATISTICS),
            statistics(bands, _BAND_STATISTICS),
            statistics(_contrast(power, spectra.hertz), _BAND_STATISTICS),
        ]
    ).astype(np.float32)
