"""Log-mel spectrograms and their companions, from one short-time Fourier transform.

librosa defines what the numbers mean and the tests compare with it; at run time
torch computes them, because importing librosa alone costs seconds.
"""

import math
from dataclasses import dataclass
from functools import cache

import torch
from torch import Tensor
from torch.nn import functional

from ml.clip import SEGMENT_SECONDS, SEGMENTS

LEVELS = 255
SAMPLES_AT_ONCE = 2**18  # of all frames: they and their spectra stay in the processor's cache
AMIN = 1e-10  # librosa's floor of power, -100 dB
CLIP_RMS = (
    0.1  # -20 dB: every clip is brought to this level, so that loudness of the file says nothing
)
MFCC_ROWS = 20
HZ_PER_MEL = (
    200.0 / 3.0
)  # Slaney's scale is linear up to the knee, with 27 steps to 6.4 times it after
KNEE_HZ = 1000.0
KNEE_MEL = KNEE_HZ / HZ_PER_MEL
LOG_STEP = math.log(6.4) / 27.0
CHROMA_ROWS = 12
CHROMA_RANGE = (55.0, 5000.0)  # Hz: A1 up to where partials drown pitch
CENTROID_RANGE = (100.0, 8000.0)  # Hz, mapped to 0..1 by octaves


@dataclass(frozen=True)
class FeatureSettings:
    """How samples become a picture; stored in every `meta.json`.

    Attributes
    ----------
    pool : int
        Neighbouring frames whose power is averaged into one column.
    floor_db, ceil_db : float
        Range that the 8 bits of a packed log-mel cover.
    """

    sample_rate: int = 22050
    n_fft: int = 2048
    hop: int = 512
    n_mels: int = 96
    fmin: float = 20.0
    fmax: float = 10000.0
    pool: int = 4
    floor_db: float = -50.0
    ceil_db: float = 30.0

    @property
    def rows(self) -> int:
        """Rows of `clip_picture`: mel bands, twelve chroma, spectral centroid."""
        return self.n_mels + CHROMA_ROWS + 1

    def columns(self, seconds: float) -> int:
        """Columns of the picture of so many seconds."""
        return (1 + int(seconds * self.sample_rate) // self.hop) // self.pool


def is_same_transform(one: FeatureSettings, other: FeatureSettings) -> bool:
    """Say whether one power spectrogram serves both settings."""
    return (one.sample_rate, one.n_fft, one.hop) == (other.sample_rate, other.n_fft, other.hop)


def hz_to_mel(hz: Tensor) -> Tensor:
    """Convert to Slaney's mel scale: linear below 1 kHz, logarithmic above."""
    logarithmic = KNEE_MEL + torch.log(hz.clamp(min=KNEE_HZ) / KNEE_HZ) / LOG_STEP
    return torch.where(hz < KNEE_HZ, hz / HZ_PER_MEL, logarithmic)


def mel_to_hz(mel: Tensor) -> Tensor:
    """Invert `hz_to_mel`."""
    exponential = KNEE_HZ * torch.exp((mel - KNEE_MEL) * LOG_STEP)
    return torch.where(mel < KNEE_MEL, mel * HZ_PER_MEL, exponential)


@cache
def mel_filters(settings: FeatureSettings) -> Tensor:
    """Return Slaney's area-normalised triangles, shape (n_mels, n_fft // 2 + 1)."""
    edges = torch.tensor([settings.fmin, settings.fmax], dtype=torch.float64)
    low, high = hz_to_mel(edges)
    steps = torch.linspace(0, 1, settings.n_mels + 2, dtype=torch.float64)
    centres = mel_to_hz(low + (high - low) * steps)
    slopes = centres[:, None] - _bin_hz(settings)[None, :]
    rising = -slopes[:-2] / centres.diff()[:-1, None]
    falling = slopes[2:] / centres.diff()[1:, None]
    area = 2.0 / (centres[2:] - centres[:-2])
    return (torch.minimum(rising, falling).clamp(min=0) * area[:, None]).float()


@cache
def _chroma_filters(settings: FeatureSettings) -> Tensor:
    """Share each frequency bin between its two nearest pitch classes (C first).

    Returns
    -------
    Tensor, shape (12, n_fft // 2 + 1)
    """
    hz = _bin_hz(settings)
    pitch = 12.0 * torch.log2(hz.clamp(min=1.0) / 440.0) + 9.0
    distance = (pitch[None, :] - torch.arange(CHROMA_ROWS)[:, None] + 6.0) % 12.0 - 6.0
    inside = (hz >= CHROMA_RANGE[0]) & (hz <= CHROMA_RANGE[1])
    return ((1.0 - distance.abs()).clamp(min=0) * inside).float()


def short_time_power(samples: Tensor, window: int, hop: int, bins: slice = slice(None)) -> Tensor:
    """Return |STFT|^2 with a Hann window; a frame begins at every hop that a whole window follows.

    Parameters
    ----------
    samples : Tensor, shape (..., n)
    bins : slice
        Of the window // 2 + 1 frequency bins, those that are wanted.

    Returns
    -------
    Tensor, shape (..., frames, bins)
    """
    taper = torch.hann_window(window, periodic=True, dtype=samples.dtype)
    frames = samples.unfold(-1, window, hop)
    count = len(range(window // 2 + 1)[bins])
    power = torch.empty(*frames.shape[:-1], count, dtype=samples.dtype)
    at_once = SAMPLES_AT_ONCE // window
    for start in range(0, frames.shape[-2], at_once):
        some = (..., slice(start, start + at_once), slice(None))
        spectrum = torch.fft.rfft(frames[some] * taper)[..., bins]
        real, imaginary = torch.view_as_real(spectrum).square().unbind(dim=-1)
        torch.add(real, imaginary, out=power[some])
    return power


def power_spectrogram(
    samples: Tensor, settings: FeatureSettings, bins: slice = slice(None)
) -> Tensor:
    """Return |STFT|^2 with a centred, zero-padded Hann window, as librosa does.

    Parameters
    ----------
    samples : Tensor, shape (..., n)
    bins : slice
        Of the n_fft // 2 + 1 frequency bins, those that are wanted.

    Returns
    -------
    Tensor, shape (..., bins, 1 + n // hop)
        Each frame's bins lie together in memory.
    """
    padded = functional.pad(samples, (settings.n_fft // 2, settings.n_fft // 2))
    return short_time_power(padded, settings.n_fft, settings.hop, bins).mT


def levelled(samples: Tensor) -> Tensor:
    """Bring a clip to one loudness, so that a file's own says nothing."""
    level = torch.linalg.vector_norm(samples) / max(1, len(samples)) ** 0.5
    result: Tensor = samples * (CLIP_RMS / level.clamp(min=1e-6))
    return result


def power_to_db(power: Tensor) -> Tensor:
    """Return 10 log10 of power, not below -100 dB."""
    return 10.0 * torch.log10(power.clamp(min=AMIN))


def clip_picture(samples: Tensor, settings: FeatureSettings) -> Tensor:
    """Return everything that the networks look at, scaled to 0..1.

    Parameters
    ----------
    samples : Tensor, shape (n,)

    Returns
    -------
    Tensor, shape (settings.rows, settings.columns(seconds))
        See `picture_of`.
    """
    return picture_of(power_spectrogram(levelled(samples), settings), settings)


def picture_of(power: Tensor, settings: FeatureSettings, *, mel_only: bool = False) -> Tensor:
    """Return what the networks look at of a levelled clip's power spectrogram.

    Rows are `n_mels` bands of the pooled log-mel, twelve of chroma and one of
    spectral centroid.

    Parameters
    ----------
    power : Tensor, shape (n_fft // 2 + 1, frames)
    mel_only : bool
        Leave out chroma and centroid, for a network that looks at neither.

    Returns
    -------
    Tensor, shape (settings.rows or settings.n_mels, frames // settings.pool)
    """
    mel = power_to_db(mel_filters(settings) @ _pooled(power, settings.pool))
    mel = (mel - settings.floor_db) / (settings.ceil_db - settings.floor_db)
    rest = () if mel_only else _chroma_and_centroid(power.sqrt(), settings)
    return torch.cat([mel, *rest], dim=-2).clamp(0.0, 1.0)


def packed(picture: Tensor) -> Tensor:
    """Round a picture to the 256 levels that packs keep, as uint8."""
    return (picture * LEVELS).round().to(torch.uint8)


def unpacked(picture: Tensor) -> Tensor:
    """Bring a packed picture back to 0..1."""
    return picture.float() / LEVELS


def cut_picture(picture: Tensor, settings: FeatureSettings) -> Tensor:
    """Cut a clip's picture into three segments of 10 s, evenly spaced.

    Full clips give segments side by side, shorter ones overlapping segments; a
    picture of less than 10 s is repeated until it fills one.

    Parameters
    ----------
    picture : Tensor, shape (rows, t)

    Returns
    -------
    Tensor, shape (3, rows, settings.columns(10))
    """
    length = settings.columns(SEGMENT_SECONDS)
    if picture.shape[-1] < length:
        picture = picture.repeat(1, -(-length // picture.shape[-1]))[:, :length]
    room = (picture.shape[-1] - length) / (SEGMENTS - 1)
    starts = [round(room * index) for index in range(SEGMENTS)]
    return torch.stack([picture[:, start : start + length] for start in starts])


def mfcc(mel: Tensor) -> Tensor:
    """Return the first cepstral coefficients of a log-mel, by orthonormal DCT-II.

    Parameters
    ----------
    mel : Tensor, shape (..., n_mels, frames)

    Returns
    -------
    Tensor, shape (..., 20, frames)
    """
    return _dct(mel.shape[-2]).to(mel) @ mel


def combined_features(picture: Tensor, settings: FeatureSettings) -> Tensor:
    """Stack MFCC, centroid, chroma and mel into the thesis's one picture.

    Parameters
    ----------
    picture : Tensor, shape (..., settings.rows, frames)
        From `clip_picture`.

    Returns
    -------
    Tensor, shape (..., 20 + settings.rows, frames)
    """
    mel, rest = picture[..., : settings.n_mels, :], picture[..., settings.n_mels :, :]
    return torch.cat([mfcc(mel), rest.flip(-2), mel], dim=-2)


def _bin_hz(settings: FeatureSettings) -> Tensor:
    bins = settings.n_fft // 2 + 1
    return torch.linspace(0, settings.sample_rate / 2, bins, dtype=torch.float64)


def _pooled(rows: Tensor, pool: int) -> Tensor:
    """Average groups of `pool` frames: (rows, frames) -> (rows, frames // pool)."""
    frames = rows.mT
    whole = len(frames) // pool * pool
    return frames[:whole].reshape(-1, pool, frames.shape[1]).mean(dim=1).mT


def _chroma_and_centroid(magnitude: Tensor, settings: FeatureSettings) -> tuple[Tensor, Tensor]:
    """Return smoothed chroma energy and the centroid: shapes (12, columns) and (1, columns).

    Chroma is after CENS (Müller and Ewert 2011): magnitudes are made relative within the frame
    before they are averaged over time, so dynamics fall away; each column's greatest value is 1.
    The centroid is the magnitude-weighted mean frequency, in octaves from 0 to 1.
    """
    sums = _chroma_and_centroid_weights(settings) @ magnitude
    energy, moment, total = sums[:CHROMA_ROWS], sums[-2:-1], sums[-1:]
    share = energy / energy.sum(dim=0, keepdim=True).clamp(min=AMIN)
    smooth = _pooled(share, settings.pool)
    hertz = _pooled(moment / total.clamp(min=AMIN), settings.pool).clamp(min=1.0)
    low, high = (math.log2(hz) for hz in CENTROID_RANGE)
    return (
        smooth / smooth.amax(dim=0, keepdim=True).clamp(min=AMIN),
        (torch.log2(hertz) - low) / (high - low),
    )


@cache
def _chroma_and_centroid_weights(settings: FeatureSettings) -> Tensor:
    """Return all that sums magnitudes, a row each: chroma filters, frequencies, ones."""
    hertz = _bin_hz(settings).float()
    return torch.cat([_chroma_filters(settings), torch.stack([hertz, torch.ones_like(hertz)])])


@cache
@torch.inference_mode(mode=False)  # it is kept for whoever wants gradients, too
def _dct(size: int) -> Tensor:
    """Return the first rows of the orthonormal DCT-II matrix, shape (20, size)."""
    order = torch.arange(MFCC_ROWS, dtype=torch.float64)[:, None]
    place = torch.arange(size, dtype=torch.float64)[None, :] + 0.5
    matrix = torch.cos(math.pi / size * order * place) * math.sqrt(2.0 / size)
    matrix[0] /= math.sqrt(2.0)
    return matrix.float()
