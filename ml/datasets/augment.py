"""Random but plausible changes of clip pictures, so that few clips teach more.

Real clips arrive with other loudness, equalisation, band-width and length than training clips; all
of that is imitated here on the log-mel picture, whose values run from 0 to 1.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from ml.clip import SEGMENTS


@dataclass(frozen=True)
class AugmentConfig:
    """How far pictures are changed; 0 switches a change off."""

    crop: float = 1.0  # share of a segment's length that is looked at
    stretch: float = 0.1  # tempo changes by up to this share
    shift: int = 2
    # greatest shift of all mel bands, and of a smooth curve over them, of the picture's range
    gain: float = 0.04
    equaliser: float = 0.08
    # share of clips whose high bands are cut off, or whose floor is raised
    band_limit: float = 0.3
    noise: float = 0.2
    # greatest share of a segment that one mask hides; two of each are drawn
    time_mask: float = 0.2
    mel_mask: float = 0.15


def random_segments(
    pictures: Tensor, filled: Tensor, length: int, stretch: float, random: torch.Generator
) -> Tensor:
    """Cut three segments in order, from random places and at a random tempo.

    From (B, R, T), of which so many columns hold anything, (B,), to (B, 3, R, length).
    """
    batch, rows, _ = pictures.shape
    speed = 1 + stretch * _uniform((batch, 1, 1), random)
    room = (filled[:, None] - length * speed[:, :, 0]).clamp(min=0)  # (B, 1)
    base = torch.linspace(0, 1, SEGMENTS)[None, :] * room
    start = (base + 0.5 * length * _uniform((batch, SEGMENTS), random)).clamp(min=0)
    start = torch.minimum(start, room)
    place = start[:, :, None] + speed * torch.arange(length)[None, None, :]  # (B, 3, length)
    place = place.flatten(1) % (filled[:, None] - 1)
    whole = place.floor().long()
    part = (place - whole)[:, None, :]
    index = whole[:, None, :].expand(-1, rows, -1)
    left = pictures.gather(2, index)
    right = pictures.gather(2, index + 1)
    mixed = left + (right - left) * part  # (B, R, 3 * length)
    return mixed.reshape(batch, rows, SEGMENTS, length).transpose(1, 2)


def augmented(
    segments: Tensor, mels: int, config: AugmentConfig, random: torch.Generator
) -> Tensor:
    """Apply every change of `config` to segments of shape (B, S, R, T)."""
    mel, rest = segments[:, :, :mels], segments[:, :, mels:]
    mel = _shifted(mel, config.shift, random)
    mel = mel + _curve(len(mel), mels, config, random)
    mel = _limited(mel, config.band_limit, random)
    floor = 0.35 * torch.rand(len(mel), 1, 1, 1, generator=random)
    mel = torch.where(_chosen(len(mel), config.noise, random), mel.maximum(floor), mel)
    mel = _masked(mel.clamp(0, 1.1), 2, config.mel_mask, random)
    return _masked(torch.cat([mel, rest], dim=2), 3, config.time_mask, random)


def _uniform(shape: tuple[int, ...], random: torch.Generator) -> Tensor:
    return 2 * torch.rand(shape, generator=random) - 1


def _chosen(batch: int, share: float, random: torch.Generator) -> Tensor:
    return torch.rand(batch, 1, 1, 1, generator=random) < share


def _shifted(mel: Tensor, most: int, random: torch.Generator) -> Tensor:
    """Move each clip by some mel bands up or down: another key, another voice."""
    if not most:
        return mel
    bands = mel.shape[2]
    shift = torch.randint(-most, most + 1, (len(mel), 1), generator=random)
    index = (torch.arange(bands)[None, :] + shift).clamp(0, bands - 1)  # (B, bands)
    return mel.gather(2, index[:, None, :, None].expand_as(mel))


def _curve(batch: int, mels: int, config: AugmentConfig, random: torch.Generator) -> Tensor:
    """Return a gain and a smooth equaliser curve, shape (B, 1, mels, 1)."""
    gain = config.gain * _uniform((batch, 1), random)
    points = _uniform((batch, 1, 5), random) * config.equaliser
    curve = torch.nn.functional.interpolate(points, mels, mode="linear", align_corners=True)
    return (gain + curve[:, 0])[:, None, :, None]


def _limited(mel: Tensor, share: float, random: torch.Generator) -> Tensor:
    bands = mel.shape[2]
    cut = bands * (0.6 + 0.4 * torch.rand(len(mel), 1, 1, 1, generator=random))
    above = torch.arange(bands)[None, None, :, None] > cut
    return mel.masked_fill(above & _chosen(len(mel), share, random), 0.0)


def _masked(picture: Tensor, axis: int, most: float, random: torch.Generator) -> Tensor:
    """Hide two stretches along `axis` of every segment (SpecAugment, Park et al. 2019)."""
    batch, segments = picture.shape[:2]
    size = picture.shape[axis]
    shape = [batch, segments, 1, 1]
    shape[axis] = size
    hidden = torch.zeros(batch, segments, size, dtype=torch.bool)
    for _ in range(2):
        width = most * size * torch.rand(batch, segments, 1, generator=random)
        start = (size - width) * torch.rand(batch, segments, 1, generator=random)
        place = torch.arange(size)[None, None, :]
        hidden |= (place >= start) & (place < start + width)
    mean = picture.mean(dim=(2, 3), keepdim=True)
    return torch.where(hidden.reshape(shape), mean, picture)
