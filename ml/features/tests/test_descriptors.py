from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import librosa
import numpy as np
import numpy.typing as npt
import pytest
import torch

from ml.audio.loading import load_clip
from ml.features.descriptors import DESCRIPTORS, TABLE, Describing, describe, describe_with_segments
from ml.features.descriptors.dynamics import moving_median
from ml.features.descriptors.moments import chroma_of, roughness
from ml.features.descriptors.peaks import find_peaks, tuning_offset
from ml.features.descriptors.rhythm import autocorrelation
from ml.features.descriptors.spectra import (
    HOP,
    SAMPLE_RATE,
    SETTINGS,
    WINDOW,
    Spectra,
    long_spectra,
    short_spectra,
    sound_of,
)
from ml.features.descriptors.timbre import (
    centroid_and_moments,
    flatness_and_entropy,
    rolloffs,
    zero_crossing_hertz,
)
from ml.features.spectrogram import levelled, power_spectrogram
from ml.tests.sounds import music, write

Array = npt.NDArray[np.float32]
SONGS = Path(__file__).resolve().parents[3] / "classifier" / "demo" / "audio"
C4 = 261.63


def tones(semitones: list[float], seconds: float = 6.0) -> Array:
    time = np.arange(int(seconds * SAMPLE_RATE)) / SAMPLE_RATE
    hertz = [C4 * 2 ** (each / 12) for each in semitones]
    parts = [np.sin(2 * np.pi * k * f * time) / k for f in hertz for k in (1, 2, 3)]
    return (0.1 * np.sum(parts, axis=0)).astype(np.float32)


def clicks(bpm: float, seconds: float = 20.0) -> Array:
    random = np.random.default_rng(0)
    samples = 0.001 * random.standard_normal(int(seconds * SAMPLE_RATE))
    for start in np.arange(0, seconds - 0.1, 60 / bpm):
        at = int(start * SAMPLE_RATE)
        samples[at : at + 1000] += random.standard_normal(1000) * np.exp(-np.arange(1000) / 150)
    return samples.astype(np.float32)


def value(samples: Array, name: str) -> float:
    return float(describe(samples)[DESCRIPTORS.index(name)])


def varied_sounds() -> list[Array]:
    rich = [music(12, seed=seed) for seed in range(3)]
    return [*rich, clicks(90), clicks(140), tones([0, 4, 7]), tones([-12, 3, 6]), tones([1, 2])]


def spread() -> Array:
    """Return how far each descriptor ranges over sounds that have little in common."""
    deviation: Array = np.std([describe(sound) for sound in varied_sounds()], axis=0)
    return deviation + 1e-6


@pytest.fixture
def noisy() -> Spectra:
    samples = levelled(torch.from_numpy(music(5)))
    return short_spectra(sound_of(samples), power_spectrogram(samples, SETTINGS))


def tonal(samples: Array) -> Spectra:
    return long_spectra(sound_of(levelled(torch.from_numpy(samples))))


class TestTable:
    def test_names_are_unique_when_listed(self) -> None:
        assert len(set(DESCRIPTORS)) == len(DESCRIPTORS) == len(describe(music(5)))

    @pytest.mark.parametrize("field", ["name", "unit", "meaning"])
    def test_every_descriptor_says_what_it_is_when_listed(self, field: str) -> None:
        assert all(getattr(each, field).strip() for each in TABLE)


class TestDescribe:
    @pytest.mark.parametrize(
        "samples",
        [
            np.zeros(3 * SAMPLE_RATE, np.float32),
            np.ones(3 * SAMPLE_RATE, np.float32),
            np.zeros(0, np.float32),
            music(0.1),
            music(3),
            music(30),
            clicks(60, 3),
        ],
        ids=["silence", "constant", "nothing", "0.1s", "3s", "30s", "clicks"],
    )
    def test_numbers_are_finite_when_input_is_odd(self, samples: Array) -> None:
        values = describe(samples)
        assert values.dtype == np.float32
        assert np.isfinite(values).all()

    def test_numbers_stay_when_level_changes(self) -> None:
        samples = music(10)
        assert np.allclose(describe(samples), describe(0.05 * samples), rtol=1e-2, atol=1e-2)

    def test_input_stays_as_it_was_when_described(self) -> None:
        samples = music(5)
        before = samples.copy()
        describe(samples)
        assert np.array_equal(samples, before)

    @pytest.mark.parametrize(("codec", "suffix"), [("libmp3lame", ".mp3"), ("aac", ".m4a")])
    def test_numbers_hardly_move_when_encoded(
        self, tmp_path: Path, codec: str, suffix: str
    ) -> None:
        samples = music(12)
        path = write(tmp_path / f"clip{suffix}", samples, codec=codec)
        moved = np.abs(describe(load_clip(path).samples) - describe(samples)) / spread()
        assert np.median(moved) < 0.1
        assert np.mean(moved < 0.5) > 0.8

    def test_numbers_hardly_move_when_ends_are_silent(self) -> None:
        samples = music(12)
        padded = np.concatenate([np.zeros(20000, np.float32), samples, np.zeros(9000, np.float32)])
        moved = np.abs(describe(padded) - describe(samples)) / spread()
        assert np.median(moved) < 0.05

    def test_librosa_stays_out_when_imported(self) -> None:
        code = (
            "import sys, ml.features.descriptors; "
            "print('librosa' in sys.modules, 'numba' in sys.modules)"
        )
        answer = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
        assert answer.stdout.split() == [b"False", b"False"]

    def test_numbers_hardly_move_when_songs_are_encoded(self, tmp_path: Path) -> None:
        clips = [load_clip(file).samples for file in sorted(SONGS.glob("*.mp3"))[::3]]
        assert len(clips) > 3
        plain = np.stack([describe(samples) for samples in clips])
        paths = [
            write(tmp_path / f"{number}.mp3", samples, codec="libmp3lame")
            for number, samples in enumerate(clips)
        ]
        again = np.stack([describe(load_clip(path).samples) for path in paths])
        moved = np.abs(again - plain) / (plain.std(axis=0) + 1e-6)
        assert np.median(moved) < 0.1


class TestSegments:
    @pytest.mark.parametrize("seconds", [3.0, 9.9, 10.0, 10.5, 17.3, 30.0])
    def test_three_finite_segments_when_length_varies(self, seconds: float) -> None:
        described = describe_with_segments(music(seconds))
        assert described.shape == (4, len(DESCRIPTORS))
        assert np.isfinite(described).all()

    def test_whole_clip_is_as_described_alone(self) -> None:
        samples = music(30)
        assert np.allclose(describe_with_segments(samples)[0], describe(samples), atol=1e-6)

    def test_segments_are_near_clips_of_their_own(self) -> None:
        samples = np.concatenate([music(10, seed=1), clicks(140, 10), tones([0, 4, 7], 10)])
        found = describe_with_segments(samples.astype(np.float32))[1:]
        alone = [describe(part) for part in np.split(samples, 3)]
        moved = np.abs(found - np.stack(alone)) / spread()
        assert np.median(moved) < 0.03
        assert np.mean(moved < 0.5) > 0.9

    def test_segments_are_the_clip_when_it_is_shorter_than_one(self) -> None:
        described = describe_with_segments(music(8))
        assert (described == described[0]).all()

    def test_numbers_stay_when_a_second_thread_helps(self) -> None:
        samples = levelled(torch.from_numpy(music(30) - music(30).mean()))
        power = power_spectrogram(samples, SETTINGS)
        with ThreadPoolExecutor(1) as pool:
            describing = Describing(samples, seconds=30.0, pool=pool)
            describing.go_on(power)
            found = describing.values()
        assert np.allclose(found, describe_with_segments(samples.numpy()), atol=1e-2)

    def test_segments_differ_when_one_is_silent(self) -> None:
        samples = music(30)
        samples[10 * SAMPLE_RATE : 20 * SAMPLE_RATE] = 0.0
        described = describe_with_segments(samples)
        assert np.isfinite(described).all()
        assert not np.allclose(described[1], described[2])


class TestTwinsOfLibrosa:
    def test_centroid_and_spread_agree_when_power_is_the_same(self, noisy: Spectra) -> None:
        centre, spread_, *_ = centroid_and_moments(noisy.values, noisy.hertz)
        kwargs = {"S": noisy.values.T, "freq": noisy.hertz}
        assert np.allclose(centre, librosa.feature.spectral_centroid(**kwargs)[0], rtol=1e-4)
        assert np.allclose(spread_, librosa.feature.spectral_bandwidth(**kwargs)[0], rtol=1e-3)

    @pytest.mark.parametrize("share", [0.25, 0.85])
    def test_rolloff_agrees_when_power_is_the_same(self, noisy: Spectra, share: float) -> None:
        ours = rolloffs(noisy.values, noisy.hertz, (share,))[0]
        theirs = librosa.feature.spectral_rolloff(
            S=noisy.values.T, freq=noisy.hertz, roll_percent=share
        )[0]
        assert np.mean(np.abs(ours - theirs) < 11) > 0.99  # one bin, where rounding decides

    def test_flatness_agrees_when_power_is_the_same(self, noisy: Spectra) -> None:
        theirs = librosa.feature.spectral_flatness(S=noisy.values.T, power=1.0)[0]
        inner = slice(8, -8)  # at the ends bins are too weak for the floor of either
        ours, _ = flatness_and_entropy(noisy.values)
        assert np.allclose(ours[inner], 10 * np.log10(theirs[inner]), atol=0.02)

    def test_zero_crossings_agree_when_samples_are_the_same(self) -> None:
        samples = music(3)
        theirs = librosa.feature.zero_crossing_rate(
            samples, frame_length=WINDOW, hop_length=HOP, center=False
        )[0]
        ours = zero_crossing_hertz(samples, SAMPLE_RATE)
        assert np.allclose(ours, theirs * SAMPLE_RATE / 2, atol=SAMPLE_RATE / WINDOW)

    @pytest.mark.parametrize("offset", [-0.3, 0.2])
    def test_tuning_agrees_when_tones_are_off(self, offset: float) -> None:
        samples = tones([offset, 4 + offset, 7 + offset])
        spectra = tonal(samples)
        ours = tuning_offset(find_peaks(spectra.values, spectra.hertz))
        theirs = librosa.estimate_tuning(y=samples, sr=SAMPLE_RATE, n_fft=8192)
        assert ours == pytest.approx(offset, abs=0.03)
        assert ours == pytest.approx(theirs, abs=0.05)

    def test_autocorrelation_agrees_when_unbiased(self) -> None:
        series = np.random.default_rng(0).standard_normal(400)
        plain = librosa.autocorrelate(series - series.mean()) / np.arange(400, 0, -1)
        assert np.allclose(autocorrelation(series), plain / plain[0], atol=1e-4)

    def test_tempo_agrees_when_clicks_are_steady(self) -> None:
        samples = clicks(120)
        theirs = float(librosa.feature.tempo(y=samples, sr=SAMPLE_RATE)[0])
        assert 2 ** value(samples, "tempo") == pytest.approx(theirs, rel=0.06)


@pytest.mark.parametrize("width", [3, 7, 17])
def test_moving_median_is_the_median_of_each_window(width: int) -> None:
    values = np.random.default_rng(0).standard_normal((60, 5)).astype(np.float32)
    padded = np.pad(values, ((width // 2, width // 2), (0, 0)), mode="reflect")
    windows = [padded[start : start + width] for start in range(len(values))]
    assert np.array_equal(moving_median(values, width), np.median(windows, axis=1))


class TestMeaning:
    @pytest.mark.parametrize("bpm", [80.0, 105.0, 150.0])
    def test_tempo_is_the_clicks_when_steady(self, bpm: float) -> None:
        found = 2 ** value(clicks(bpm), "tempo")
        assert min(abs(found / bpm - ratio) for ratio in (0.5, 1.0, 2.0)) < 0.06

    def test_onset_rate_counts_when_clicks_are_clear(self) -> None:
        assert value(clicks(120), "onset_rate") == pytest.approx(2.0, abs=0.2)

    def test_pulse_is_clearer_when_there_are_beats(self) -> None:
        still = tones([0, 4, 7], 20)
        assert value(clicks(120), "pulse_clarity_all") > value(still, "pulse_clarity_all")

    def test_mode_tells_major_from_minor_when_chords_sound(self) -> None:
        assert value(tones([0, 4, 7]), "mode_parallel") > 0.2
        assert value(tones([0, 3, 7]), "mode_parallel") < -0.2
        assert value(tones([0, 4, 7]), "chord_major") > 0.9
        assert value(tones([0, 3, 7]), "chord_minor") > 0.9

    def test_degrees_stay_when_transposed(self) -> None:
        first, other = describe(tones([0, 4, 7])), describe(tones([3, 7, 10]))
        degrees = [DESCRIPTORS.index(f"degree{k:02}") for k in range(12)]
        assert np.allclose(first[degrees], other[degrees], atol=0.03)

    def test_chroma_peaks_at_the_tone_when_one_sounds(self) -> None:
        spectra = tonal(tones([9]))
        peaks = find_peaks(spectra.values, spectra.hertz)
        assert chroma_of(peaks, tuning_offset(peaks)).mean(axis=0).argmax() == 9

    def test_roughness_grows_when_tones_are_close(self) -> None:
        strength = np.ones((1, 2), np.float32)
        second = roughness(strength, np.array([[440.0, 466.0]], np.float32))
        octave = roughness(strength, np.array([[440.0, 880.0]], np.float32))
        assert second[0] > 5 * octave[0]

    def test_percussive_share_grows_when_clicks_replace_tones(self) -> None:
        assert value(clicks(120), "percussive_all") > 2 * value(tones([0, 7]), "percussive_all")

    def test_glide_grows_when_pitch_moves(self) -> None:
        time = np.arange(6 * SAMPLE_RATE) / SAMPLE_RATE
        phase = 2 * np.pi * 440 * time
        vibrato = 0.1 * np.sin(phase + 8 * np.sin(2 * np.pi * 1.5 * time))
        steady = 0.1 * np.sin(phase)
        moving, still = vibrato.astype(np.float32), steady.astype(np.float32)
        assert value(moving, "glide_middle") > value(still, "glide_middle") + 0.05

    def test_brightness_grows_when_highs_are_added(self) -> None:
        assert value(tones([36]), "centroid_mean") > value(tones([0]), "centroid_mean") + 2
