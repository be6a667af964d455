from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import pytest

from ml.labels import EMOTIONS
from tools.demo_songs.render import AUDIO, CATALOGUE, SONGS

ROWS: list[dict[str, Any]] = json.loads(CATALOGUE.read_text(encoding="utf-8"))
FILES = [CATALOGUE.parent / row["file"] for row in ROWS]
MAX_TOTAL_BYTES = 8_000_000


def decode(path: Path) -> tuple[npt.NDArray[np.float32], float]:
    """Return the samples, shape (channels, samples), and the seconds of an audio file."""
    with av.open(str(path)) as container:
        rate = container.streams.audio[0].rate
        samples = np.concatenate([f.to_ndarray() for f in container.decode(audio=0)], axis=1)
    return samples, samples.shape[1] / rate


def test_every_piece_is_in_the_catalogue_in_order() -> None:
    assert [row["slug"] for row in ROWS] == sorted(path.stem for path in SONGS.iterdir())


def test_every_emotion_has_at_least_two_songs() -> None:
    emotions = Counter(row["emotion"] for row in ROWS)

    assert set(emotions) == set(EMOTIONS)
    assert min(emotions.values()) >= 2


def test_catalogue_and_folder_hold_the_same_files() -> None:
    assert sorted(FILES) == sorted(AUDIO.iterdir())


def test_files_stay_small_enough_to_be_cloned() -> None:
    assert sum(path.stat().st_size for path in FILES) <= MAX_TOTAL_BYTES


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_file_is_thirty_seconds_of_clean_sound(path: Path) -> None:
    samples, seconds = decode(path)
    per_second = samples[:, : 29 * 44_100].reshape(2, 29, -1)
    loudness = 10 * np.log10(np.square(per_second).mean(axis=(0, 2)))

    assert seconds == pytest.approx(30, abs=0.5)
    assert np.abs(samples).max() < 1.0
    assert loudness.min() > -45
    assert -25 < loudness.mean() < -15


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["slug"])
def test_file_carries_title_composer_and_licence(row: dict[str, Any]) -> None:
    with av.open(str(CATALOGUE.parent / row["file"])) as container:
        tags = container.metadata

    assert (tags["title"], tags["artist"]) == (row["title"], row["composer"])
    assert tags["copyright"] == row["licence"]
