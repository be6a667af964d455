"""Level-normalised spectra of a clip, computed once and shared by all descriptors."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import scipy.fft

SAMPLE_RATE = 22050
WINDOW = 2048
HOP = 512
FRAME_RATE = SAMPLE_RATE / HOP
TONAL_WINDOW = 8192
TONAL_HOP = 2048
MEL_BANDS = 40
# Low-rate MP3 and AAC cut everything above about 7.5 kHz, so nothing up there may count.
LOWEST_HZ = 40.0
HIGHEST_HZ = 7500.0
# What lies 60 dB under the loud parts is coding noise as often as music.
FLOOR_DB = -60.0
SILENCE_DB = -45.0
FEWEST_ACTIVE = 16
FADE_DB = -8.0
FADE_SECONDS = 3.0
FADE_BLOCKS = 11
SHORTEST_SECONDS = 3.0
_BOX = np.full(FADE_BLOCKS, 1.0 / FADE_BLOCKS)

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Spectra:
    """Spectra of one clip.

    Attributes
    ----------
    samples : ndarray, shape (n,)
        Samples without offset, loud parts at root mean square 1.
    power : ndarray, shape (frames, bins)
        Short-time power between `LOWEST_HZ` and `HIGHEST_HZ`, hop 512 samples.
    hertz : ndarray, shape (bins,)
        Centre frequency of each bin of `power`.
    mel_db : ndarray, shape (frames, 40)
        Mel-band power in dB below the loud parts, not under `FLOOR_DB`.
    loudness_db : ndarray, shape (frames,)
        Power of each frame in dB relative to the loud parts, not under `FLOOR_DB`.
    active : ndarray of bool, shape (frames,)
        Frames within 45 dB of the loud parts (all, should there be too few).
    tonal : ndarray, shape (tonal frames, tonal bins)
        Magnitudes with a long window (2.7 Hz per bin), hop 2048 samples, up to 5 kHz.
    tonal_hertz : ndarray, shape (tonal bins,)
        Centre frequency of each bin of `tonal`.
    """

    samples: Floats
    power: Floats
    hertz: Floats
    mel_db: Floats
    loudness_db: Floats
    active: npt.NDArray[np.bool_]
    tonal: Floats
    tonal_hertz: Floats


def hertz_to_mel(hertz: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Convert hertz to mel (O'Shaughnessy's formula)."""
    return 2595.0 * np.log10(1.0 + np.asarray(hertz, dtype=np.float64) / 700.0)


@lru_cache(maxsize=4)
def mel_weights(bands: int) -> Floats:
    """Return triangular mel weights, shape (bins, bands), each band summing to one."""
    hertz = _bins(WINDOW, highest=HIGHEST_HZ)[1]
    low, high = hertz_to_mel([LOWEST_HZ, HIGHEST_HZ])
    edges = np.linspace(low, high, bands + 2)
    mel = hertz_to_mel(hertz)[:, None]
    rising = (mel - edges[:-2]) / np.diff(edges)[:-1]
    falling = (edges[2:] - mel) / np.diff(edges)[1:]
    weights = np.clip(np.minimum(rising, falling), 0.0, None)
    result: Floats = (weights / np.maximum(weights.sum(axis=0), 1e-9)).astype(np.float32)
    return result


def _bins(window: int, *, highest: float) -> tuple[slice, Floats]:
    hertz = np.fft.rfftfreq(window, 1.0 / SAMPLE_RATE).astype(np.float32)
    kept = np.flatnonzero((hertz >= LOWEST_HZ) & (hertz <= highest))
    cut = slice(int(kept[0]), int(kept[-1]) + 1)
    return cut, hertz[cut]


def frames_of(samples: Floats, *, window: int, hop: int) -> Floats:
    """Cut samples into overlapping frames, shape (frames, window), without copying."""
    return np.lib.stride_tricks.sliding_window_view(samples, window)[::hop]


def _magnitudes(samples: Floats, *, window: int, hop: int, highest: float) -> tuple[Floats, Floats]:
    cut, hertz = _bins(window, highest=highest)
    taper = np.hanning(window + 1)[:-1].astype(np.float32)
    spectrum = scipy.fft.rfft(frames_of(samples, window=window, hop=hop) * taper, axis=1)
    return np.abs(spectrum[:, cut]), hertz


def _normalised(samples: Floats) -> Floats:
    """Remove the offset and bring the louder half of the frames to root mean square 1."""
    samples = samples - samples.mean(dtype=np.float64).astype(np.float32)
    energy = np.square(frames_of(samples, window=WINDOW, hop=WINDOW)).mean(axis=1)
    loud = energy[energy >= np.median(energy)].mean()
    result: Floats = (samples / np.sqrt(max(float(loud), 1e-12))).astype(np.float32)
    return result


def _without_faded_ends(samples: Floats) -> Floats:
    """Cut gaps and fades at both ends, at most 3 s each.

    Published excerpts fade in and out and encoders leave gaps; neither is the music's. Uncut they
    would make every band of an excerpt rise and fall together.
    """
    energy = np.square(frames_of(samples, window=HOP, hop=HOP)).mean(axis=1)
    smooth = np.convolve(np.pad(energy, FADE_BLOCKS // 2, mode="edge"), _BOX, "valid")
    heard = np.flatnonzero(smooth > np.median(energy) * 10.0 ** (FADE_DB / 10.0))
    longest = int(FADE_SECONDS * FRAME_RATE)
    first = min(int(heard.min(initial=longest)), longest)
    last = max(int(heard.max(initial=-1)) + 1, len(energy) - longest)
    if (last - first) * HOP < SHORTEST_SECONDS * SAMPLE_RATE:
        return samples
    return samples[first * HOP : last * HOP]


def _decibels(power: Floats, reference: float) -> Floats:
    floor = 10.0 ** (FLOOR_DB / 10.0)
    result: Floats = (10.0 * np.log10(np.maximum(power / reference, floor))).astype(np.float32)
    return result


def analyse(samples: npt.NDArray[np.floating]) -> Spectra:
    """Compute the spectra of a clip.

    Parameters
    ----------
    samples : ndarray, shape (n,)
        Mono samples at 22,050 Hz, any level. Padded with silence to one long window.

    Returns
    -------
    Spectra
    """
    samples = np.asarray(samples, dtype=np.float32)
    if len(samples) < TONAL_WINDOW + TONAL_HOP:
        samples = np.pad(samples, (0, TONAL_WINDOW + TONAL_HOP - len(samples)))
    samples = _without_faded_ends(_normalised(samples))
    magnitudes, hertz = _magnitudes(samples, window=WINDOW, hop=HOP, highest=HIGHEST_HZ)
    power = np.square(magnitudes)
    tonal, tonal_hertz = _magnitudes(samples, window=TONAL_WINDOW, hop=TONAL_HOP, highest=5000.0)
    total = power.sum(axis=1)
    loud = total >= np.median(total)
    mel = power @ mel_weights(MEL_BANDS)
    loudness = _decibels(total, float(total[loud].mean()) + 1e-12)
    active = loudness > SILENCE_DB
    if active.sum() < FEWEST_ACTIVE:
        active = np.ones_like(active)
    # Bands are compared with the loudest band, so that the floor means the same in every clip.
    reference = float(mel[loud].mean(axis=0).max()) + 1e-12
    return Spectra(
        samples=samples,
        power=power,
        hertz=hertz,
        mel_db=_decibels(mel, reference),
        loudness_db=loudness,
        active=active,
        tonal=tonal,
        tonal_hertz=tonal_hertz,
    )
