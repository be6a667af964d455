from __future__ import annotations

import librosa
import numpy as np
import pytest
import torch

from ml.features import spectrogram as features
from ml.features.spectrogram import FeatureSettings
from ml.tests.sounds import music

SETTINGS = FeatureSettings()
OTHER = FeatureSettings(n_fft=1024, hop=256, n_mels=64, fmin=0.0, fmax=11025.0)


def log_mel(samples: torch.Tensor, settings: FeatureSettings) -> torch.Tensor:
    power = features.power_spectrogram(samples, settings)
    return features.power_to_db(features.mel_filters(settings).to(power.dtype) @ power)


def reference(samples: np.ndarray, settings: FeatureSettings) -> np.ndarray:
    mel = librosa.feature.melspectrogram(
        y=samples,
        sr=settings.sample_rate,
        n_fft=settings.n_fft,
        hop_length=settings.hop,
        n_mels=settings.n_mels,
        fmin=settings.fmin,
        fmax=settings.fmax,
    )
    return librosa.power_to_db(mel, top_db=None)


@pytest.mark.parametrize("scale", [SETTINGS, OTHER])
def test_filters_equal_librosa_when_settings_vary(scale: FeatureSettings) -> None:
    expected = librosa.filters.mel(
        sr=22050,
        n_fft=scale.n_fft,
        n_mels=scale.n_mels,
        fmin=scale.fmin,
        fmax=scale.fmax,
    )
    assert np.abs(features.mel_filters(scale).numpy() - expected).max() < 1e-7


@pytest.mark.parametrize("scale", [SETTINGS, OTHER])
@pytest.mark.parametrize("seconds", [3.0, 10.0, 7.123])
def test_log_mel_equals_librosa_when_settings_vary(scale: FeatureSettings, seconds: float) -> None:
    samples = music(seconds)
    ours = log_mel(torch.from_numpy(samples), scale).numpy()
    expected = reference(samples, scale)
    assert ours.shape == expected.shape
    assert np.abs(ours - expected).max() < 1e-4


def test_log_mel_equals_librosa_when_parts_are_silent() -> None:
    samples = music(5).astype(np.float64)
    samples[30000:60000] = 0.0
    ours = log_mel(torch.from_numpy(samples), SETTINGS).numpy()
    assert np.abs(ours - reference(samples, SETTINGS)).max() < 1e-4


@pytest.mark.parametrize("shape", [(), (1,), (2, 3)])
def test_log_mel_keeps_batch_shape_when_given_one(shape: tuple[int, ...]) -> None:
    samples = torch.randn(*shape, 22050)
    whole = log_mel(samples, SETTINGS)
    assert whole.shape == (*shape, 96, 44)
    last = log_mel(samples[(-1,) * len(shape)], SETTINGS)
    assert torch.allclose(whole[(-1,) * len(shape)], last, atol=1e-4)


def test_mel_scale_returns_when_inverted() -> None:
    hertz = torch.tensor([0.0, 440.0, 1000.0, 8000.0], dtype=torch.float64)
    assert torch.allclose(features.mel_to_hz(features.hz_to_mel(hertz)), hertz)


def test_picture_has_the_expected_size_when_clip_is_full() -> None:
    picture = features.clip_picture(torch.from_numpy(music(30)), SETTINGS)
    assert picture.shape == (109, 323) == (SETTINGS.rows, SETTINGS.columns(30))
    assert picture.min() >= 0
    assert picture.max() <= 1


def test_picture_is_the_same_when_file_is_quieter() -> None:
    samples = torch.from_numpy(music(5))
    loud = features.clip_picture(samples, SETTINGS)
    assert torch.allclose(loud, features.clip_picture(samples * 0.05, SETTINGS), atol=1e-4)


def test_chroma_points_at_the_note_when_one_sounds() -> None:
    time = torch.arange(5 * 22050) / 22050
    picture = features.clip_picture(torch.sin(2 * torch.pi * 440.0 * time), SETTINGS)
    chroma = picture[96:108].mean(dim=1)
    assert int(chroma.argmax()) == 9  # A
    assert chroma[9] > 5 * chroma[3]


def test_centroid_rises_when_sound_is_brighter() -> None:
    time = torch.arange(5 * 22050) / 22050
    low, high = (
        features.clip_picture(torch.sin(2 * torch.pi * hertz * time), SETTINGS)[-1].mean()
        for hertz in (220.0, 3000.0)
    )
    assert high > low + 0.3


def test_mfcc_equals_librosa_when_given_the_same_mel() -> None:
    mel = reference(music(5), SETTINGS)
    expected = librosa.feature.mfcc(S=mel, n_mfcc=20)
    assert np.abs(features.mfcc(torch.from_numpy(mel)).numpy() - expected).max() < 1e-3


def test_combined_features_stack_when_given_a_picture() -> None:
    picture = torch.rand(2, SETTINGS.rows, 50)
    combined = features.combined_features(picture, SETTINGS)
    assert combined.shape == (2, 129, 50)
    assert torch.equal(combined[:, 20], picture[:, -1])
    assert torch.equal(combined[:, -96:], picture[:, :96])


def test_cepstra_have_gradients_where_they_were_computed_without_before() -> None:
    features._dct.cache_clear()
    mel = torch.rand(8, 3)
    with torch.inference_mode():
        features.mfcc(mel)
    mel.requires_grad_()
    features.mfcc(mel).sum().backward()
    assert mel.grad is not None
