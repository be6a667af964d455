"""Rhythm: onsets, pulse, tempo and how strongly each band swings at which rate."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ml.features.descriptors.definition import Descriptor
from ml.features.descriptors.spectra import (
    FRAME_RATE,
    Floats,
    Indices,
    cosine_basis,
    decibels,
    percentiles,
    with_ends,
)

if TYPE_CHECKING:
    from ml.features.descriptors.part import Part

MODULATION_BANDS = 20
MODULATION_WINDOW = 256
MODULATION_HOP = 128
MODULATION_EDGES = (0.3, 0.7, 1.5, 3.0, 6.0, 10.0)
MODULATION_CEPSTRA = 6
TEMPO_EDGES = (40.0, 55.0, 70.0, 85.0, 100.0, 115.0, 130.0, 150.0, 175.0, 210.0, 260.0)
ONSET_REGIONS = ((0, 6), (6, 22), (22, 40))
PEAK_FRAMES = 4
FEWEST_ONSETS = 4
_SMOOTH = np.hanning(5) / 2.0

_LARTILLOT = "Lartillot et al. 2008, Multi-feature modeling of pulse clarity"
_BOECK = "Böck & Widmer 2013, Maximum filter vibrato suppression"
_PAMPALK = "Pampalk 2006, fluctuation patterns"
_SEYERLEHNER = "Seyerlehner et al. 2010, Fusing block-level features"

_ONSET = (
    Descriptor("onset_rate", "1/s", "onsets per second", _BOECK),
    Descriptor("onset_strength", "dB", "mean rise over all bands per frame", _BOECK),
    Descriptor("onset_peak", "dB", "mean height of the onsets", _BOECK),
    Descriptor("onset_contrast", "1", "variation coefficient of the onset envelope", _BOECK),
    Descriptor("onset_interval_cv", "1", "variation coefficient of the times between onsets", ""),
    Descriptor("onset_interval_short", "log2 s", "20th percentile of the times between onsets", ""),
    Descriptor("onset_interval_long", "log2 s", "80th percentile of the times between onsets", ""),
    Descriptor("onset_low", "1", "share of the rise below 430 Hz", _BOECK),
    Descriptor("onset_high", "1", "share of the rise above 2.6 kHz", _BOECK),
    Descriptor("attack_rise", "dB", "95th percentile of the loudness rise over 46 ms", ""),
    Descriptor("attack_fall", "dB", "5th percentile of the loudness change over 46 ms", ""),
)
_PULSE = tuple(
    Descriptor(f"{name}_{region}", unit, f"{words} ({band})", _LARTILLOT)
    for region, band in (
        ("all", "all bands"),
        ("bass", "below 430 Hz"),
        ("middle", "430 Hz to 2.6 kHz"),
        ("treble", "above 2.6 kHz"),
    )
    for name, unit, words in (
        ("pulse_clarity", "1", "largest autocorrelation of the onset envelope, 40-260 bpm"),
        ("pulse_entropy", "1", "entropy of the autocorrelation over tempi"),
    )
)
_TEMPO = (
    Descriptor("tempo", "log2 bpm", "tempo with a preference for 120 bpm", "Ellis 2007"),
    *(
        Descriptor(f"tempo_{low:g}", "1", f"autocorrelation at {low:g}-{high:g} bpm", _PAMPALK)
        for low, high in pairwise(TEMPO_EDGES)
    ),
)
_MODULATION = tuple(
    Descriptor(
        f"modulation{rate}_{k}",
        "dB",
        f"cosine coefficient {k} over mel bands of the level's swing at {low:g}-{high:g} Hz",
        _SEYERLEHNER,
    )
    for rate, (low, high) in enumerate(pairwise(MODULATION_EDGES), 1)
    for k in range(MODULATION_CEPSTRA)
)
RHYTHM: tuple[Descriptor, ...] = (*_ONSET, *_PULSE, *_TEMPO, *_MODULATION)


def _onset_frames(envelope: Floats) -> Indices:
    """Return the frames where the envelope has a clear local peak."""
    windows = np.lib.stride_tricks.sliding_window_view(
        with_ends(envelope, PEAK_FRAMES), 2 * PEAK_FRAMES + 1
    )
    wide = np.convolve(with_ends(envelope, 16), np.full(33, 1 / 33), "valid")
    clear = envelope > np.maximum(1.4 * wide, 0.3 * percentiles(envelope, 98)[0])
    return np.flatnonzero((envelope >= windows.max(axis=1)) & clear)


def _onsets(part: Part, rises: Floats, envelope: Floats) -> list[float]:
    peaks = _onset_frames(envelope)
    seconds = len(envelope) / FRAME_RATE
    gaps = (
        np.diff(peaks) / FRAME_RATE if len(peaks) >= FEWEST_ONSETS else np.array([seconds, seconds])
    )
    total = rises.sum() + 1e-6
    change = part.loudness_db[2:] - part.loudness_db[:-2]
    return [
        len(peaks) / seconds,
        float(envelope.mean()),
        float(envelope[peaks].mean()) if len(peaks) else 0.0,
        float(envelope.std() / (envelope.mean() + 1e-6)),
        float(gaps.std() / gaps.mean()),
        *(float(np.log2(gap)) for gap in percentiles(gaps, 20, 80)),
        float(rises[:, slice(*ONSET_REGIONS[0])].sum() / total),
        float(rises[:, slice(*ONSET_REGIONS[2])].sum() / total),
        *(float(each) for each in percentiles(change, 95, 5)),
    ]


def _power(series: npt.NDArray[np.floating], size: int | None = None) -> npt.NDArray[np.floating]:
    """Return the squared magnitudes of the Fourier transform along the last axis."""
    spectrum = np.fft.rfft(series, size)
    result: npt.NDArray[np.floating] = np.square(spectrum.real) + np.square(spectrum.imag)
    return result


def autocorrelation(series: npt.NDArray[np.floating]) -> Floats:
    """Return the unbiased autocorrelation of series along the last axis, 1 at lag 0."""
    count = series.shape[-1]
    series = series - series.mean(axis=-1, keepdims=True)
    size = 1 << (2 * count - 1).bit_length()
    found = np.fft.irfft(_power(series, size), size)[..., :count] / np.arange(count, 0, -1)
    result: Floats = (found / (found[..., :1] + 1e-9)).astype(np.float32)
    return result


def _tempogram(envelopes: Sequence[Floats]) -> tuple[Floats, Floats]:
    """Return the tempi between 40 and 260 bpm (falling) and each autocorrelation at them."""
    smooth = [np.convolve(each, _SMOOTH, "same") for each in envelopes]
    found = autocorrelation(np.stack(smooth))
    first, last = int(60 * FRAME_RATE / 260), int(60 * FRAME_RATE / 40) + 1
    last = min(last, found.shape[1] - 1)
    lags = np.arange(first, last)
    return (60.0 * FRAME_RATE / lags).astype(np.float32), found[:, first:last]


def _pulse(strength: Floats) -> list[float]:
    share = np.maximum(strength, 0.0) + 1e-4
    share = share / share.sum()
    entropy = -(share * np.log(share)).sum() / np.log(len(share))
    return [float(strength.max()), float(entropy)]


def _tempo(tempi: Floats, strength: Floats) -> list[float]:
    liked = np.exp(-0.5 * np.square(np.log2(tempi / 120.0) / 0.9))
    lifted = np.maximum(strength, 0.0) + 1e-4
    ranges = [
        strength[(tempi >= low) & (tempi < high)].max(initial=-1.0)
        for low, high in pairwise(TEMPO_EDGES)
    ]
    return [
        float(np.log2(tempi[np.argmax(lifted * liked)])),
        *(float(value) for value in ranges),
    ]


def _modulation(mel_db: Floats) -> Floats:
    """Return the modulation cepstra, shape (rates * coefficients,)."""
    coarse = np.float32(0.5) * (mel_db[:, ::2] + mel_db[:, 1::2])  # numpy is slow to average pairs
    if len(coarse) < MODULATION_WINDOW:
        coarse = np.resize(coarse, (MODULATION_WINDOW, MODULATION_BANDS))
    bands = np.ascontiguousarray(coarse.T)
    windows = np.lib.stride_tricks.sliding_window_view(bands, MODULATION_WINDOW, axis=1)
    windows = windows[:, ::MODULATION_HOP]  # (bands, windows, frames)
    taper = np.hanning(MODULATION_WINDOW).astype(np.float32)
    centred = (windows - windows.mean(axis=2, keepdims=True)) * taper
    power = _power(centred).mean(axis=1)
    rates = np.fft.rfftfreq(MODULATION_WINDOW, 1.0 / FRAME_RATE)
    cuts = np.searchsorted(rates, MODULATION_EDGES)
    swings = np.stack([power[:, low:high].mean(axis=1) for low, high in pairwise(cuts)])
    levels = decibels(swings + np.float32(1.0))
    cepstra = (levels @ cosine_basis(MODULATION_BANDS))[:, :MODULATION_CEPSTRA]
    result: Floats = cepstra.ravel().astype(np.float32)
    return result


def describe_rhythm(part: Part) -> Floats:
    """Compute the descriptors named in `RHYTHM`.

    Parameters
    ----------
    part : Part

    Returns
    -------
    ndarray, shape (len(RHYTHM),)
    """
    rises = np.maximum(np.diff(part.mel_db, axis=0), 0.0)  # dB from frame to frame
    envelope = rises.mean(axis=1)
    regions = [rises[:, low:high].mean(axis=1) for low, high in ONSET_REGIONS]
    tempi, strengths = _tempogram([envelope, *regions])
    values = _onsets(part, rises, envelope)
    values += [value for strength in strengths for value in _pulse(strength)]
    values += _tempo(tempi, strengths[0])
    return np.concatenate([values, _modulation(part.mel_db)]).astype(np.float32)
