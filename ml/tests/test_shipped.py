"""What ships must agree with itself: weights, meta, metrics and card."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ml.audio.loading import load_clip
from ml.digests import file_digest
from ml.labels import EMOTIONS
from ml.predictor import Predictor
from ml.shipping.cards import card_text
from ml.tests.sounds import music, write
from ml.weights import META, TENSORS, WEIGHTS

NAMES = sorted(path.parent.name for path in WEIGHTS.glob(f"*/{META}"))
AUDIO = [
    name for name in NAMES if json.loads((WEIGHTS / name / META).read_text())["input"] == "audio"
]
MAX_BYTES = 25_000_000


def read(name: str, file: str) -> dict[str, Any]:
    table: dict[str, Any] = json.loads((WEIGHTS / name / file).read_text())
    return table


@pytest.mark.parametrize("name", NAMES)
def test_hash_and_size_are_those_of_the_weights_when_shipped(name: str) -> None:
    meta = read(name, META)
    assert meta["sha256"] == file_digest(WEIGHTS / name / TENSORS)
    assert meta["bytes"] == (WEIGHTS / name / TENSORS).stat().st_size <= MAX_BYTES
    assert meta["name"] == name


@pytest.mark.parametrize("name", NAMES)
def test_labels_are_ours_when_shipped(name: str) -> None:
    assert read(name, META)["labels"] == list(EMOTIONS)


@pytest.mark.parametrize("name", NAMES)
def test_meta_quotes_the_metrics_when_shipped(name: str) -> None:
    meta, metrics = read(name, META), read(name, "metrics.json")
    assert meta["metrics"] == {key: metrics[key] for key in meta["metrics"]}
    assert meta["temperature"] == metrics["temperature"]
    assert meta["folds"] == metrics["folds"]


@pytest.mark.parametrize("name", NAMES)
def test_metrics_agree_with_their_confusions_when_shipped(name: str) -> None:
    metrics = read(name, "metrics.json")
    right = sum(metrics["confusion"][index][index] for index in range(4))
    assert sum(map(sum, metrics["confusion"])) == metrics["clips"]
    assert metrics["accuracy"] == pytest.approx(right / metrics["clips"], abs=1e-4)
    f1 = [row["f1"] for row in metrics["per_class"].values()]
    assert metrics["macro_f1"] == pytest.approx(sum(f1) / 4, abs=1e-4)


@pytest.mark.parametrize("name", NAMES)
def test_card_is_made_of_meta_and_metrics_when_shipped(name: str) -> None:
    expected = card_text(read(name, META), read(name, "metrics.json"))
    assert (WEIGHTS / name / "card.md").read_text() == expected


@pytest.mark.parametrize("name", AUDIO)
def test_a_file_gets_an_answer_when_weights_are_real(name: str, tmp_path: Path) -> None:
    clip = load_clip(write(tmp_path / "a.mp3", music(12), codec="libmp3lame"))
    prediction = Predictor.load(name).predict(clip)
    assert sum(prediction.probabilities.values()) == pytest.approx(1)
    assert prediction.version == read(name, META)["version"]


def test_main_network_ships_when_installed() -> None:
    assert "resnet18_bilstm" in NAMES


def test_no_other_network_is_better_than_the_main_one_beyond_noise() -> None:
    metrics = read("resnet18_bilstm", "metrics.json")
    assert set(metrics["paired"]) == {"4q", *metrics["held_out"]}
    for source, others in metrics["paired"].items():
        assert set(others) == {"ann", "cnn_lstm", "resnet18"}
        for name, each in others.items():
            value, _, high = each["macro_f1"]
            assert high >= 0, (source, name)
            if source in metrics["held_out"]:
                scores = metrics["held_out"][source]
                gained = scores["resnet18_bilstm"]["macro_f1"] - scores[name]["macro_f1"]
                assert value == pytest.approx(gained, abs=1e-4)
