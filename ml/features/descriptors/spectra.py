"""Spectra of a clip, computed once and shared by all descriptors and all parts of the clip."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from ml.features.spectrogram import FeatureSettings, levelled, short_time_power

SETTINGS = FeatureSettings()  # the pictures' power spectrogram serves the descriptors, too
SAMPLE_RATE = SETTINGS.sample_rate
WINDOW = SETTINGS.n_fft
HOP = SETTINGS.hop
FRAME_RATE = SAMPLE_RATE / HOP
WINDOW_HOPS = WINDOW // HOP
TONAL_WINDOW = 8192
TONAL_HOP = 2048
TONAL_HIGHEST_HZ = 5000.0
MEL_BANDS = 40
# Low-rate MP3 and AAC cut everything above about 7.5 kHz, so nothing up there may count.
LOWEST_HZ = 40.0
HIGHEST_HZ = 7500.0
FADE_DB = -8.0
FADE_SECONDS = 3.0
FADE_BLOCKS = 11
SHORTEST_SECONDS = 3.0
_BOX = np.full(FADE_BLOCKS, 1.0 / FADE_BLOCKS)
_BEL = np.log(10.0)

Floats = npt.NDArray[np.float32]
Indices = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Sound:
    """What is heard of a clip: its samples less gaps and fades at both ends.

    Attributes
    ----------
    start : int
        Hops of the clip that were cut off its beginning.
    samples : ndarray, shape (hops * HOP,)
        Levelled samples.
    energy : ndarray, shape (hops,)
        Mean square of the samples of each hop.
    """

    start: int
    samples: Floats
    energy: Floats


@dataclass(frozen=True)
class Spectra:
    """Spectra of a sound.

    Attributes
    ----------
    values : ndarray, shape (frames, bins)
    hertz : ndarray, shape (bins,)
        Centre frequency of each bin.
    """

    values: Floats
    hertz: Floats


def _hertz_to_mel(hertz: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Convert hertz to mel (O'Shaughnessy's formula)."""
    return 2595.0 * np.log10(1.0 + np.asarray(hertz, dtype=np.float64) / 700.0)


@lru_cache(maxsize=4)
def mel_weights(bands: int) -> Floats:
    """Return triangular mel weights, shape (bins, bands), each band summing to one."""
    hertz = short_bins()[1]
    low, high = _hertz_to_mel([LOWEST_HZ, HIGHEST_HZ])
    edges = np.linspace(low, high, bands + 2)
    mel = _hertz_to_mel(hertz)[:, None]
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


def decibels(power: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """Return 10 log10 of power, by natural logarithms: in 32 bits a quarter of the time."""
    result: npt.NDArray[np.floating] = np.float32(10.0 / _BEL) * np.log(power)
    return result


def power_of(decibels: Floats) -> Floats:
    """Invert `decibels`, as quickly."""
    result: Floats = np.exp(np.float32(_BEL / 10.0) * decibels)
    return result


def with_ends(series: Floats, count: int) -> Floats:
    """Repeat the first and the last value of a series so many times more.

    `numpy.pad` handles so much besides that it takes ten times as long.
    """
    return np.concatenate([np.repeat(series[:1], count), series, np.repeat(series[-1:], count)])


def percentiles(values: npt.NDArray[np.floating], *which: float) -> list[npt.NDArray[np.floating]]:
    """Return percentiles along the first axis, as `numpy.percentile` does.

    That checks and handles so much besides that it takes several times as long for a few hundred
    numbers, and a clip asks for dozens.
    """
    ordered = np.sort(values, axis=0)
    places = [share / 100.0 * (len(ordered) - 1) for share in which]
    lows = [int(place) for place in places]
    pairs = [(ordered[low], ordered[min(low + 1, len(ordered) - 1)]) for low in lows]
    steps = [place - low for place, low in zip(places, lows, strict=True)]
    return [low + step * (high - low) for (low, high), step in zip(pairs, steps, strict=True)]


@lru_cache(maxsize=4)
def _bins(window: int, *, highest: float) -> tuple[slice, Floats]:
    hertz = np.fft.rfftfreq(window, 1.0 / SAMPLE_RATE).astype(np.float32)
    kept = np.flatnonzero((hertz >= LOWEST_HZ) & (hertz <= highest))
    cut = slice(int(kept[0]), int(kept[-1]) + 1)
    return cut, hertz[cut]


def short_bins() -> tuple[slice, Floats]:
    """Return which bins of the short window count, and their frequencies in hertz."""
    return _bins(WINDOW, highest=HIGHEST_HZ)


def _block_energy(samples: Floats, size: int) -> Floats:
    """Return the mean square of each whole block of `size` samples."""
    blocks = samples[: len(samples) // size * size].reshape(-1, size)
    result: Floats = np.einsum("ij,ij->i", blocks, blocks) / np.float32(size)
    return result


def heard_hops(energy: Floats) -> tuple[int, int]:
    """Return the hops from which and up to which there is music: without gaps and fades.

    At most 3 s are cut off either end. Published excerpts fade in and out and encoders leave gaps;
    neither is the music's. Uncut they would make every band of an excerpt rise and fall together.

    Parameters
    ----------
    energy : ndarray, shape (hops,)
        Mean square of the samples of each hop.
    """
    smooth = np.convolve(with_ends(energy, FADE_BLOCKS // 2), _BOX, "valid")
    heard = np.flatnonzero(smooth > np.median(energy) * 10.0 ** (FADE_DB / 10.0))
    longest = int(FADE_SECONDS * FRAME_RATE)
    begin = min(int(heard.min(initial=longest)), longest)
    end = max(int(heard.max(initial=-1)) + 1, len(energy) - longest)
    if (end - begin) * HOP < SHORTEST_SECONDS * SAMPLE_RATE:
        return 0, len(energy)
    return begin, end


def levelled_samples(samples: npt.NDArray[np.floating]) -> Tensor:
    """Bring samples to one level, without offset, padded with silence to one long window.

    Parameters
    ----------
    samples : ndarray, shape (n,)
        Mono samples at 22,050 Hz, any level.
    """
    sound = torch.from_numpy(np.asarray(samples, dtype=np.float32))
    shortest = TONAL_WINDOW + TONAL_HOP
    sound = torch.nn.functional.pad(sound, (0, max(0, shortest - len(sound))))
    return levelled(sound - sound.mean(dtype=torch.float64).float())


def sound_of(samples: Tensor) -> Sound:
    """Find what is heard of levelled samples, shape (n,)."""
    energy = _block_energy(samples.numpy(), HOP)
    begin, end = heard_hops(energy)
    heard = samples[begin * HOP : end * HOP].numpy()
    return Sound(start=begin, samples=heard, energy=energy[begin:end])


def short_spectra(sound: Sound, power: Tensor) -> Spectra:
    """Cut short-time power between `LOWEST_HZ` and `HIGHEST_HZ`; a frame begins at every hop.

    Parameters
    ----------
    power : Tensor
        `ml.features.spectrogram.power_spectrogram` of the samples that `sound` was found in.
    """
    cut, hertz = short_bins()
    first = sound.start + WINDOW_HOPS // 2  # frames of `power` are centred where its hops begin
    frames = slice(first, first + len(sound.energy) - WINDOW_HOPS + 1)
    return Spectra(power.mT[frames, cut].numpy(), hertz)


def long_spectra(sound: Sound) -> Spectra:
    """Return magnitudes with a long window (2.7 Hz per bin), up to 5 kHz, at every fourth hop."""
    cut, hertz = _bins(TONAL_WINDOW, highest=TONAL_HIGHEST_HZ)
    samples = torch.from_numpy(sound.samples)
    return Spectra(short_time_power(samples, TONAL_WINDOW, TONAL_HOP, cut).sqrt_().numpy(), hertz)
