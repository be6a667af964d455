"""Level-normalised spectra of a clip, computed once and shared by all descriptors."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import torch

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
AT_ONCE = 128  # frames: their spectra stay in the processor's cache
_BOX = np.full(FADE_BLOCKS, 1.0 / FADE_BLOCKS)

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Spectra:
    """Spectra of a clip, less gaps and fades at both ends.

    Attributes
    ----------
    samples : ndarray, shape (n,)
        Samples without offset, loud parts at root mean square 1.
    power : ndarray, shape (frames, bins)
        Short-time power between `LOWEST_HZ` and `HIGHEST_HZ`; a frame begins at every hop.
    hertz : ndarray, shape (bins,)
        Centre frequency of each bin of `power`.
    tonal : ndarray, shape (tonal frames, tonal bins)
        Magnitudes with a long window (2.7 Hz per bin), up to 5 kHz; a frame at every fourth hop.
    tonal_hertz : ndarray, shape (tonal bins,)
        Centre frequency of each bin of `tonal`.
    mel_db : ndarray, shape (frames, 40)
        Mel-band power in dB below the loud parts, not under `FLOOR_DB`.
    loudness_db : ndarray, shape (frames,)
        Power of each frame in dB relative to the loud parts, not under `FLOOR_DB`.
    active : ndarray of bool, shape (frames,)
        Frames within 45 dB of the loud parts (all, should there be too few).
    """

    samples: Floats
    power: Floats
    hertz: Floats
    tonal: Floats
    tonal_hertz: Floats
    mel_db: Floats
    loudness_db: Floats
    active: npt.NDArray[np.bool_]


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


@lru_cache(maxsize=4)
def cosine_basis(size: int) -> Floats:
    """Return the orthonormal DCT-II as a matrix to multiply rows with, shape (size, size)."""
    order = np.arange(size)
    basis = np.cos(np.pi / size * (order[:, None] + 0.5) * order) * np.sqrt(2.0 / size)
    basis[:, 0] /= np.sqrt(2.0)
    result: Floats = basis.astype(np.float32)
    return result


def _bins(window: int, *, highest: float) -> tuple[slice, Floats]:
    hertz = np.fft.rfftfreq(window, 1.0 / SAMPLE_RATE).astype(np.float32)
    kept = np.flatnonzero((hertz >= LOWEST_HZ) & (hertz <= highest))
    cut = slice(int(kept[0]), int(kept[-1]) + 1)
    return cut, hertz[cut]


def _spectrum(samples: Floats, *, window: int, hop: int, highest: float) -> tuple[Floats, Floats]:
    """Return short-time power, shape (frames, bins), and the bins' frequencies."""
    cut, hertz = _bins(window, highest=highest)
    taper = torch.from_numpy(np.hanning(window + 1)[:-1].astype(np.float32))
    frames = torch.from_numpy(samples).unfold(0, window, hop)
    power = torch.empty(len(frames), len(hertz))
    for start in range(0, len(frames), AT_ONCE):
        some = slice(start, start + AT_ONCE)
        spectrum = torch.fft.rfft(frames[some] * taper, dim=1)[:, cut]
        real, imaginary = spectrum.real, spectrum.imag
        torch.addcmul(real * real, imaginary, imaginary, out=power[some])
    return power.numpy(), hertz


def _normalised(samples: Floats) -> Floats:
    """Remove the offset and bring the louder half of the frames to root mean square 1."""
    samples = samples - samples.mean(dtype=np.float64).astype(np.float32)
    energy = block_energy(samples, WINDOW)
    loud = energy[energy >= np.median(energy)].mean()
    result: Floats = samples * np.float32(1.0 / np.sqrt(max(float(loud), 1e-12)))
    return result


def block_energy(samples: Floats, size: int) -> Floats:
    """Return the mean square of each whole block of `size` samples."""
    blocks = samples[: len(samples) // size * size].reshape(-1, size)
    result: Floats = np.einsum("ij,ij->i", blocks, blocks) / np.float32(size)
    return result


def _without_faded_ends(samples: Floats) -> Floats:
    """Cut gaps and fades off both ends, at most 3 s each, in whole hops.

    Published excerpts fade in and out and encoders leave gaps; neither is the music's. Uncut they
    would make every band of an excerpt rise and fall together.
    """
    energy = block_energy(samples, HOP)
    smooth = np.convolve(np.pad(energy, FADE_BLOCKS // 2, mode="edge"), _BOX, "valid")
    heard = np.flatnonzero(smooth > np.median(energy) * 10.0 ** (FADE_DB / 10.0))
    longest = int(FADE_SECONDS * FRAME_RATE)
    begin = min(int(heard.min(initial=longest)), longest)
    end = max(int(heard.max(initial=-1)) + 1, len(energy) - longest)
    if (end - begin) * HOP < SHORTEST_SECONDS * SAMPLE_RATE:
        return samples[: len(energy) * HOP]
    return samples[begin * HOP : end * HOP]


def _decibels(power: Floats, reference: float) -> Floats:
    floor = np.float32(10.0 ** (FLOOR_DB / 10.0))
    result: Floats = 10.0 * np.log10(np.maximum(power * np.float32(1.0 / reference), floor))
    return result


def analyse(samples: npt.NDArray[np.floating]) -> Spectra:
    """Compute the spectra of a clip.

    Parameters
    ----------
    samples : ndarray, shape (n,)
        Mono samples at 22,050 Hz, any level. Padded with silence to one long window.
    """
    samples = np.asarray(samples, dtype=np.float32)
    if len(samples) < TONAL_WINDOW + TONAL_HOP:
        samples = np.pad(samples, (0, TONAL_WINDOW + TONAL_HOP - len(samples)))
    samples = _without_faded_ends(_normalised(samples))
    power, hertz = _spectrum(samples, window=WINDOW, hop=HOP, highest=HIGHEST_HZ)
    tonal, tonal_hertz = _spectrum(samples, window=TONAL_WINDOW, hop=TONAL_HOP, highest=5000.0)
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
        tonal=np.sqrt(tonal, out=tonal),
        tonal_hertz=tonal_hertz,
        mel_db=_decibels(mel, reference),
        loudness_db=loudness,
        active=active,
    )
