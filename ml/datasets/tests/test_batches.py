from __future__ import annotations

import pytest
import torch

from ml.datasets.augment import AugmentConfig
from ml.datasets.batches import ClipBatches, emotion_targets, vocabulary, word_targets
from ml.datasets.labels_file import LabelRow
from ml.features.spectrogram import FeatureSettings
from ml.labels import Emotion

SETTINGS = FeatureSettings()


def row(agreement: float = 1.0) -> LabelRow:
    return LabelRow("a", Emotion.HAPPY, "a", 0, agreement=agreement)


def batches(augment: AugmentConfig, filled: tuple[int, ...] = (323, 290, 60)) -> ClipBatches:
    columns = torch.arange(323) % 250
    pictures = columns[None, None, :].repeat(len(filled), SETTINGS.rows, 1).to(torch.uint8)
    targets = {"emotion": torch.full((len(filled), 4), 0.25)}
    return ClipBatches(pictures, torch.tensor(filled), targets, SETTINGS, augment)


def test_segments_are_cut_evenly_when_not_augmented() -> None:
    inputs, targets = batches(AugmentConfig()).batch(torch.tensor([0, 2]), None)
    assert inputs["picture"].shape == (2, 3, 109, 107)
    starts = (inputs["picture"][0, :, 0, 0] * 255).round().tolist()
    assert starts == [0, 108, 216]
    assert torch.equal(inputs["picture"][1, 0, 0, :47], inputs["picture"][1, 0, 0, 60:])
    assert targets["emotion"].shape == (2, 4)


def test_batch_is_the_same_when_seed_is() -> None:
    data, indices = batches(AugmentConfig()), torch.tensor([0, 1, 2])
    first, second, third = (
        data.batch(indices, torch.Generator().manual_seed(seed))[0]["picture"] for seed in (1, 1, 2)
    )
    assert torch.equal(first, second)
    assert not torch.equal(first, third)
    assert first.isfinite().all()


def test_segments_stay_in_the_clip_when_cut_at_random() -> None:
    still = AugmentConfig(
        shift=0, gain=0, equaliser=0, band_limit=0, noise=0, time_mask=0, mel_mask=0
    )
    random = torch.Generator().manual_seed(0)
    for _ in range(20):
        inputs, _ = batches(still, (200, 150)).batch(torch.tensor([0, 1]), random)
        assert float(inputs["picture"][0].max()) <= 199 / 255 + 1e-6
        assert float(inputs["picture"][1].max()) <= 149 / 255 + 1e-6


def test_segments_are_shorter_when_cropped() -> None:
    data = batches(AugmentConfig(crop=0.5))
    inputs, _ = data.batch(torch.tensor([0]), torch.Generator().manual_seed(0))
    assert inputs["picture"].shape == (1, 3, 109, 54)


@pytest.mark.parametrize(("agreement", "expected"), [(1.0, 0.9625), (0.5, 0.925)])
def test_target_is_softer_when_evidence_is_divided(agreement: float, expected: float) -> None:
    target = emotion_targets([row(agreement)], smoothing=0.1)[0]
    assert target.tolist() == pytest.approx(
        [(1 - expected) / 3, expected, *[(1 - expected) / 3] * 2]
    )


def test_words_become_targets_when_frequent() -> None:
    words = [("fun", "rare")] + [("fun",)] * 8
    assert vocabulary(words) == ["fun"]
    assert word_targets([("fun",), ("rare",)], ["fun"]).tolist() == [[1.0], [0.0]]
