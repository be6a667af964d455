from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from ml.features.musicnn import (
    BANDS,
    PATCH,
    SETTINGS,
    TAGS,
    TEMPORAL,
    UNITS,
    Musicnn,
    bands_of,
    load_musicnn,
    patch_starts,
    patches_of,
    segment_units,
)
from ml.features.spectrogram import levelled
from ml.tests.sounds import music

REFERENCE = Path(__file__).with_name("musicnn.npz")  # what TensorFlow made of `made_up` patches


def made_up() -> np.ndarray:
    """Four patches with waves over time and bands, and noise: (4, 187, 96)."""
    random = np.random.default_rng(0)
    time, band = np.arange(PATCH)[:, None], np.arange(BANDS)[None]
    patches = []
    for number in range(4):
        waves = 1.2 * np.sin(time / (5 + 3 * number)) * np.cos(band / (7 + 2 * number))
        noise = 0.5 * random.standard_normal((PATCH, BANDS))
        patches.append(np.clip(2 + waves - band / 60 + noise, 0, 5))
    return np.array(patches, dtype=np.float32)


def test_answers_are_tensorflows_when_patches_are_the_same() -> None:
    expected, network = np.load(REFERENCE), load_musicnn()
    with torch.inference_mode():
        units = network(torch.from_numpy(made_up()).mT)
        odds = network.tags(torch.relu(units))
    # weights are kept in 16 bits; in 32 they agree to 2e-5
    assert np.abs(units.numpy() - expected["units"]).max() < 0.03
    assert np.abs(odds.numpy() - expected["odds"]).max() < 0.02


def convolved(network: Musicnn, bands: torch.Tensor) -> torch.Tensor:
    """Answer with plain convolutions what `Musicnn.front` answers: as the paper says it."""
    answers = [layer(bands[:, None]) for layer in network.timbral]
    for layer, (_, frames) in zip(network.temporal, TEMPORAL, strict=True):
        padded = torch.nn.functional.pad(bands[:, None], ((frames - 1) // 2, frames // 2))
        answers.append(
            torch.nn.functional.conv2d(padded, layer.weight[:, :, None], layer.bias)  # type: ignore[arg-type]
        )
    pairs = zip(network.shapes, answers, strict=True)
    shaped = [
        answer.relu() * shape.factor[:, None, None] + shape.offset[:, None, None]
        for shape, answer in pairs
    ]
    return torch.cat([each.amax(dim=2) for each in shaped], dim=1)


@pytest.mark.parametrize("frames", [PATCH, 33, 16])
@pytest.mark.parametrize(("dtype", "furthest"), [(torch.float32, 1e-4), (torch.bfloat16, 0.02)])
def test_filters_answer_as_convolutions_when_computed_otherwise(
    frames: int, dtype: torch.dtype, furthest: float
) -> None:
    network = load_musicnn(dtype)
    assert any((shape.factor < 0).any() for shape in network.shapes)
    assert any((shape.factor > 0).any() for shape in network.shapes)
    with torch.inference_mode():
        bands = network.level(torch.from_numpy(made_up()).mT[..., :frames])
        expected, found = convolved(network, bands), network.front(bands)
    assert found.shape == expected.shape
    torch.testing.assert_close(found, expected, rtol=furthest, atol=10 * furthest)


def centred_bands(samples: torch.Tensor) -> torch.Tensor:
    """Return the bands of all of a clip, shape (96, frames)."""
    around = SETTINGS.n_fft // 2
    return bands_of(torch.nn.functional.pad(samples, (around, around)))


def test_bands_are_those_of_16_khz_when_taken_at_22_khz() -> None:
    librosa = pytest.importorskip("librosa")
    samples = levelled(torch.from_numpy(music(10)))
    slow = librosa.resample(samples.numpy(), orig_sr=22050, target_sr=16000)
    mel = librosa.feature.melspectrogram(y=slow, sr=16000, n_fft=512, hop_length=256, n_mels=BANDS)
    expected, found = np.log10(1 + 10000 * mel), centred_bands(samples).numpy()
    # noise differs from frame to frame, its mean does not; the highest bands lose to the resampler
    assert np.abs(expected.mean(axis=1) - found.mean(axis=1))[:-4].max() < 0.1
    assert np.abs(expected.std(axis=1) - found.std(axis=1))[:-4].max() < 0.1


def test_every_segment_has_its_patches_when_a_clip_is_whole() -> None:
    starts = patch_starts(1874, 30.0, 3)
    assert starts[0] == 0
    assert starts[-1] + PATCH <= 1874
    assert sorted(starts) == starts
    assert [round(starts[place] / 62.46) for place in (0, 3, 6)] == [0, 10, 20]


@pytest.mark.parametrize("seconds", [2.0, 3.0, 7.0, 30.0])
def test_patches_are_parts_of_a_clip_when_only_they_are_transformed(seconds: float) -> None:
    samples = levelled(torch.from_numpy(music(seconds)))
    bands = centred_bands(samples)
    bands = bands.repeat(1, -(-PATCH // bands.shape[-1]))
    starts = patch_starts(bands.shape[-1], seconds, 2)
    expected = torch.stack([bands[:, start : start + PATCH] for start in starts])
    torch.testing.assert_close(patches_of(samples, seconds, 2), expected)


@pytest.mark.parametrize("seconds", [2.0, 3.0, 7.0, 30.0])
def test_units_are_finite_when_length_varies(seconds: float) -> None:
    samples = levelled(torch.from_numpy(music(seconds)))
    units = segment_units(samples, seconds, 3)
    assert units.shape == (3, UNITS)
    assert units.isfinite().all()
    assert (units >= 0).all()


def test_tags_are_fifty_when_named() -> None:
    assert len(set(TAGS)) == len(TAGS) == load_musicnn().tags.out_features
