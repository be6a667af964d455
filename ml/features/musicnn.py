"""A network that has heard a million songs: what the others are given to hear with.

musicnn (J. Pons and X. Serra, "musicnn: Pre-trained convolutional neural networks for music audio
tagging", 2019) was trained to guess listeners' tags of the Million Song Dataset. Its weights, with
the filters left out that never answer, stand in `ml/weights/musicnn` with their licence;
`tools.convert_musicnn` made them. The network itself is written here from the paper.

It was made for 16 kHz. Here its mel bands are taken from samples at 22,050 Hz by a window and a hop
of the same duration, which gives the same bands without resampling.
"""

from functools import cache, cached_property
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

from ml.clip import SEGMENT_SECONDS, SEGMENTS, segment_starts
from ml.features.musicnn_front import Front
from ml.features.spectrogram import FeatureSettings, mel_filters, short_time_power

FILE = Path(__file__).parents[1] / "weights" / "musicnn" / "model.safetensors"
BANDS = 96
# 512 and 256 samples at 16 kHz, in samples at 22,050 Hz that a fast transform likes
SETTINGS = FeatureSettings(n_fft=704, hop=353, n_mels=BANDS, fmin=0.0, fmax=8000.0)
HEARD = slice(int(SETTINGS.fmax * SETTINGS.n_fft / SETTINGS.sample_rate) + 1)  # of frequency bins
POWER = (512 / SETTINGS.n_fft) ** 2  # a shorter window gathers less power
LOUDEST = 10_000.0
PATCH = 187  # frames, 3 s
EPSILON = 1e-3
TIMBRAL = ((23, 38), (14, 67))  # filters, and bands that they span
TIMBRAL_FRAMES = 7
TEMPORAL = ((3, 128), (7, 64), (17, 32))  # filters, and frames that they span
FRONT = sum(count for count, _ in TIMBRAL + TEMPORAL)
MIDDLE, MIDDLE_LAYERS = 64, 3
UNITS = 200
TAGS = (
    *("rock", "pop", "alternative", "indie", "electronic", "female vocalists", "dance", "00s"),
    *("alternative rock", "jazz", "beautiful", "metal", "chillout", "male vocalists"),
    *("classic rock", "soul", "indie rock", "Mellow", "electronica", "80s", "folk", "90s", "chill"),
    *("instrumental", "punk", "oldies", "blues", "hard rock", "ambient", "acoustic"),
    *("experimental", "female vocalist", "guitar", "Hip-Hop", "70s", "party", "country"),
    *("easy listening", "sexy", "catchy", "funk", "electro", "heavy metal", "Progressive rock"),
    *("60s", "rnb", "indie pop", "sad", "House", "happy"),
)


class FilterShape(nn.Module):
    """What batch normalisation has become: a factor and an offset for each filter."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.factor = nn.Parameter(torch.ones(width))
        self.offset = nn.Parameter(torch.zeros(width))

    def forward(self, maps: Tensor) -> Tensor:
        """Scale and move each filter's answers, shape (N, width, T)."""
        return maps * self.factor[:, None] + self.offset[:, None]


class Musicnn(nn.Module):
    """Filters over bands and over time, three layers over time, two dense layers."""

    dtype = torch.float32  # of the first filters' products

    def __init__(self) -> None:
        super().__init__()
        self.level = FilterShape(1)
        self.timbral = nn.ModuleList(
            nn.Conv2d(1, count, (bands, TIMBRAL_FRAMES), padding=(0, TIMBRAL_FRAMES // 2))
            for count, bands in TIMBRAL
        )
        self.temporal = nn.ModuleList(nn.Conv1d(1, count, frames) for count, frames in TEMPORAL)
        self.shapes = nn.ModuleList(FilterShape(count) for count, _ in TIMBRAL + TEMPORAL)
        self.middle = nn.ModuleList(
            nn.Conv1d(before, MIDDLE, 7, padding=3)
            for before in (FRONT, *[MIDDLE] * (MIDDLE_LAYERS - 1))
        )
        self.middle_shapes = nn.ModuleList(FilterShape(MIDDLE) for _ in range(MIDDLE_LAYERS))
        width = FRONT + MIDDLE * MIDDLE_LAYERS
        self.units = nn.Linear(2 * width, UNITS)  # of each filter's maximum, then of its mean
        self.tags = nn.Linear(UNITS, len(TAGS))  # of the units, where they are positive

    def forward(self, patches: Tensor) -> Tensor:
        """Return what the network makes of patches: (N, 96, 187) -> (N, 200)."""
        maps = [self.front(self.level(patches))]
        for layer, shape in zip(self.middle, self.middle_shapes, strict=True):
            fresh = shape(functional.relu(layer(maps[-1])))
            maps.append(fresh if len(maps) == 1 else maps[-1] + fresh)
        everything = torch.cat(maps, dim=1)
        units: Tensor = self.units(torch.cat([everything.amax(dim=2), everything.mean(dim=2)], 1))
        return units

    def front(self, bands: Tensor) -> Tensor:
        """Return each filter's answer at the band where it is greatest: (N, 64, T)."""
        front, bias, factor, offset = self._front
        rectified = functional.relu(front.greatest(bands) * factor.sign() + bias)
        return rectified * factor + offset

    @cached_property
    def _front(self) -> tuple[Front, Tensor, Tensor, Tensor]:
        """Return the filters as they are computed, and bias, factor and offset of each.

        Scaling comes last, which is less work: where a factor is negative, the least answer counts,
        and so a filter's opposite stands for it.
        """
        factor, offset = (
            [shape.get_parameter(name).detach() for shape in self.shapes]
            for name in ("factor", "offset")
        )
        layers = [*self.timbral, *self.temporal]
        weights = [layer.get_parameter("weight").detach()[:, 0] for layer in layers]
        signed = [
            weight * sign.sign().reshape(-1, *[1] * (weight.dim() - 1))
            for weight, sign in zip(weights, factor, strict=True)
        ]
        front = Front(signed[: len(TIMBRAL)], signed[len(TIMBRAL) :], BANDS, self.dtype)
        bias = torch.cat([layer.get_parameter("bias").detach() for layer in layers])
        return front, bias[:, None], torch.cat(factor)[:, None], torch.cat(offset)[:, None]


@cache
def load_musicnn(dtype: torch.dtype = torch.float32) -> Musicnn:
    """Return the network that ships, ready to answer; its first filters multiply in `dtype`."""
    with torch.device("meta"):
        network = Musicnn()
    tensors = {name: value.float() for name, value in load_file(FILE).items()}
    network.load_state_dict(tensors, assign=True)
    network.dtype = dtype
    return network.requires_grad_(requires_grad=False).eval()


def bands_of(samples: Tensor) -> Tensor:
    """Return log10(1 + 10,000 x mel power) of every whole window: (..., n) -> (..., 96, frames)."""
    power = short_time_power(samples, SETTINGS.n_fft, SETTINGS.hop, HEARD).mT
    return torch.log10(1.0 + LOUDEST * POWER * (mel_filters(SETTINGS)[:, HEARD] @ power))


def patch_starts(frames: int, seconds: float, each: int) -> list[int]:
    """Return where patches begin, so many evenly spaced in each segment of a clip."""
    per_second = SETTINGS.sample_rate / SETTINGS.hop
    room = max(0.0, min(SEGMENT_SECONDS, seconds) * per_second - PATCH)
    steps = [room * place / max(1, each - 1) for place in range(each)]
    starts = [start * per_second + step for start in segment_starts(seconds) for step in steps]
    return [min(int(start), max(0, frames - PATCH)) for start in starts]


def patches_of(samples: Tensor, seconds: float, each: int) -> Tensor:
    """Return what is heard of a clip, shape (3 x each, 96, 187); a short clip is repeated.

    Frames that lie in no patch are not transformed.
    """
    hop, around = SETTINGS.hop, SETTINGS.n_fft // 2
    padded = functional.pad(samples, (around, around))
    frames = 1 + len(samples) // hop
    if frames < PATCH:
        repeated = bands_of(padded).repeat(1, -(-PATCH // frames))
        return repeated[:, :PATCH].expand(SEGMENTS * each, -1, -1)
    starts = [hop * start for start in patch_starts(frames, seconds, each)]
    length = hop * (PATCH - 1) + SETTINGS.n_fft
    return bands_of(torch.stack([padded[start : start + length] for start in starts]))


def segment_units(
    samples: Tensor, seconds: float, each: int, dtype: torch.dtype = torch.float32
) -> Tensor:
    """Return what the network makes of a clip's segments: the mean of their patches' active units.

    Parameters
    ----------
    samples : Tensor, shape (n,)
        Levelled, at 22,050 Hz.
    each : int
        Patches of a segment.
    dtype : torch.dtype
        Number format of the first filters' products.

    Returns
    -------
    Tensor, shape (3, 200)
    """
    units = functional.relu(load_musicnn(dtype)(patches_of(samples, seconds, each)))
    return units.reshape(SEGMENTS, each, UNITS).mean(dim=1)
