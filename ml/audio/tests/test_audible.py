"""Nothing that people hear is called silent, and what was heard instead of the middle is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ml.audio.loading import load_clip
from ml.errors import ClipError
from ml.tests.sounds import Array, place_of, rustle, silence, write, write_streams

QUIET = silence(40)
HISS = rustle(40, seed=9) * 0.002  # peaks at -63 dB: a tape between two songs
CODECS = [
    ("flac", "flac"),
    pytest.param("mp3", "libmp3lame", marks=pytest.mark.slow),
    pytest.param("ogg", "libopus", marks=pytest.mark.slow),
]


def volume(samples: Array) -> float:
    return float(np.sqrt(np.mean(samples**2)))


def encoded(path: Path, codec: str, samples: Array) -> Path:
    if codec == "libopus":  # which knows 24 kHz, not 22.05: the song lasts a little less
        return write(path, samples, rate=24000, codec=codec)
    return write(path, samples, codec=codec)


@pytest.mark.parametrize(("suffix", "codec"), CODECS)
@pytest.mark.parametrize(
    "parts",
    [
        (rustle(32), QUIET, rustle(32, seed=1)),  # a silent middle
        (rustle(20), QUIET, QUIET, rustle(32, seed=1)),  # a hidden track, longer than the song
        (QUIET, QUIET, rustle(32, seed=1)),
        (rustle(32), QUIET, QUIET),
        # a knock in the middle
        (rustle(32), silence(20), rustle(2, seed=2), silence(20), rustle(32, seed=1)),
        (rustle(32), HISS, rustle(32, seed=1)),
    ],
)
def test_another_part_is_heard_where_the_middle_is_silent(
    tmp_path: Path, suffix: str, codec: str, parts: tuple[Array, ...]
) -> None:
    song = np.concatenate(parts)
    clip = load_clip(encoded(tmp_path / f"a.{suffix}", codec, song))
    assert not clip.is_middle
    assert volume(clip.samples) > 0.8 * volume(rustle(30))
    if codec != "libopus":
        assert place_of(clip.samples, song) == pytest.approx(clip.start, abs=0.05)


def test_of_two_parts_the_one_nearer_to_the_middle_is_heard(tmp_path: Path) -> None:
    song = np.concatenate([rustle(35), QUIET, QUIET, rustle(40, seed=1), silence(2)])
    clip = load_clip(write(tmp_path / "a.flac", song, codec="flac"))
    assert 114 < clip.start < 117


def test_a_short_silence_in_the_middle_changes_nothing(tmp_path: Path) -> None:
    song = np.concatenate([rustle(35), silence(12), rustle(35, seed=1)])
    clip = load_clip(write(tmp_path / "a.flac", song, codec="flac"))
    assert (clip.is_middle, clip.start) == (True, 26)


def test_two_seconds_of_sound_in_minutes_of_silence_are_heard(tmp_path: Path) -> None:
    song = np.concatenate([QUIET, rustle(2), QUIET, QUIET])
    clip = load_clip(write(tmp_path / "a.flac", song, codec="flac"))
    assert clip.start < 41 < clip.start + 30
    assert volume(clip.samples) > 0.01


@pytest.mark.parametrize(("suffix", "codec"), [*CODECS, ("m4a", "aac"), ("wav", "pcm_f32le")])
def test_channels_that_cancel_each_other_are_heard(tmp_path: Path, suffix: str, codec: str) -> None:
    rate = 24000 if codec == "libopus" else 22050
    sound = rustle(5)
    path = tmp_path / f"a.{suffix}"
    clip = load_clip(
        write(path, np.stack([sound, -sound]), rate=rate, codec=codec, layout="stereo")
    )
    assert volume(clip.samples) == pytest.approx(volume(sound), rel=0.1)


def test_one_channel_alone_is_heard(tmp_path: Path) -> None:
    sound = np.stack([silence(5), rustle(5)])
    clip = load_clip(write(tmp_path / "a.wav", sound, layout="stereo"))
    assert volume(clip.samples) == pytest.approx(volume(rustle(5)) / 2, rel=0.1)


@pytest.mark.parametrize("number", range(6))
def test_any_channel_of_six_is_heard(tmp_path: Path, number: int) -> None:
    sound = np.zeros((6, 5 * 22050), np.float32)
    sound[number] = rustle(5)
    clip = load_clip(write(tmp_path / "a.flac", sound, codec="flac", layout="5.1"))
    assert volume(clip.samples) > 0.1 * volume(rustle(5))


def test_a_constant_beside_the_sound_is_no_sound(tmp_path: Path) -> None:
    clip = load_clip(write(tmp_path / "a.wav", rustle(5) + np.float32(0.3)))
    assert abs(float(clip.samples.mean())) < 1e-4


@pytest.mark.parametrize("default", [0, 1])
@pytest.mark.parametrize(("suffix", "codec"), [("mka", "flac"), ("m4a", "aac")])
def test_the_default_stream_is_heard(tmp_path: Path, suffix: str, codec: str, default: int) -> None:
    streams = [rustle(40), rustle(40, seed=1)]
    path = write_streams(tmp_path / f"a.{suffix}", streams, default=default, codec=codec)
    clip = load_clip(path)
    assert place_of(clip.samples, streams[default]) == pytest.approx(5, abs=0.05)


@pytest.mark.parametrize("silent", [0, 1])
@pytest.mark.parametrize(("suffix", "codec"), [("mka", "flac"), ("m4a", "aac")])
def test_the_stream_that_can_be_heard_is_heard(
    tmp_path: Path, suffix: str, codec: str, silent: int
) -> None:
    streams = [silence(40) if index == silent else rustle(40) for index in range(2)]
    path = write_streams(tmp_path / f"a.{suffix}", streams, default=silent, codec=codec)
    clip = load_clip(path)
    assert place_of(clip.samples, rustle(40)) == pytest.approx(5, abs=0.05)


@pytest.mark.parametrize("loudness", [0.02, 0.002])
@pytest.mark.parametrize(("suffix", "codec"), [("flac", "flac"), ("mp3", "libmp3lame")])
def test_very_quiet_music_is_heard(
    tmp_path: Path, suffix: str, codec: str, loudness: float
) -> None:
    song = rustle(40) * np.float32(loudness)
    clip = load_clip(write(tmp_path / f"a.{suffix}", song, codec=codec))
    assert (clip.is_middle, clip.start) == (True, 5)
    assert np.abs(clip.samples).max() < 0.01


@pytest.mark.parametrize("seconds", [5, 40])
@pytest.mark.parametrize("steps", [0, 1])
def test_silence_is_silence_with_the_dither_of_16_bits_too(
    tmp_path: Path, seconds: int, steps: int
) -> None:
    dither = np.random.default_rng(0).integers(-steps, steps + 1, seconds * 22050)
    path = write(tmp_path / "a.wav", (dither / 2**15).astype(np.float32))
    with pytest.raises(ClipError, match=r"^This file is silent\.$"):
        load_clip(path)
