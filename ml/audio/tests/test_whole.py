"""A whole song in clips of 30 s, decoded by a child that is bounded."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ml.audio.decoding import Bounds
from ml.audio.whole import whole_song
from ml.errors import ClipError
from ml.tests.sounds import place_of, rustle, silence, write

BOUNDS = Bounds(seconds=60.0)


def starts(path: Path, *, minutes: float = 15.0) -> list[float]:
    return [clip.start for clip in whole_song(path, minutes=minutes, bounds=BOUNDS)]


@pytest.mark.parametrize(
    ("name", "codec"), [("a.wav", "pcm_s16le"), ("a.mp3", "libmp3lame"), ("a.flac", "flac")]
)
def test_a_song_is_heard_from_end_to_end(tmp_path: Path, name: str, codec: str) -> None:
    sound = rustle(70)
    path = write(tmp_path / name, sound, codec=codec)
    clips = list(whole_song(path, minutes=15, bounds=BOUNDS))
    assert [clip.start for clip in clips] == [0.0, 30.0, 60.0]
    assert [round(clip.seconds) for clip in clips] == [30, 30, 10]
    for clip in clips:
        place = place_of(clip.samples[:22050], sound)
        assert place == pytest.approx(clip.start, abs=0.1)


def test_no_more_than_the_bound_is_heard(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", rustle(100))
    assert starts(path, minutes=1) == [0.0, 30.0]
    assert starts(path, minutes=0) == [0.0]


def test_silence_and_a_short_rest_are_passed_over(tmp_path: Path) -> None:
    sound = np.concatenate([rustle(30), silence(30), rustle(32)])
    assert starts(write(tmp_path / "a.wav", sound)) == [0.0, 60.0]


@pytest.mark.parametrize("seconds", [1.0, 40.0])
def test_what_cannot_be_heard_is_refused(tmp_path: Path, seconds: float) -> None:
    path = write(tmp_path / "a.wav", silence(seconds))
    with pytest.raises(ClipError, match=r"silent|silence|could be heard"):
        starts(path)


def test_what_is_no_song_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.mp3"
    path.write_bytes(b"no song" * 999)
    with pytest.raises(ClipError):
        starts(path)


def test_a_child_that_dies_takes_nobody_along(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ml.audio.whole.COMMAND", ["/bin/sh", "-c", "kill -SEGV $$"])
    with pytest.raises(ClipError) as caught:
        starts(write(tmp_path / "a.wav", rustle(5)))
    assert caught.value.code == "crashed"


def test_memory_is_bounded(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", rustle(5))
    with pytest.raises(ClipError):
        list(whole_song(path, minutes=1, bounds=Bounds(memory=1_000_000)))
