"""The whole way on a handful of made-up clips: train, join, evaluate, ship, predict."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from ml import ship, train
from ml.audio import load_clip
from ml.cards import card_text
from ml.errors import DataError
from ml.evaluate import main as evaluate_main
from ml.experiment import parse_folds, read_experiment
from ml.labels import EMOTIONS
from ml.predictor import Predictor
from ml.tests.sounds import music, write

SMALL = """
join = "{join}"
[network]
kind = "cnn_lstm"
hidden = 8
dense = 8
[training]
epochs = 2
batch = 4
[training.loss_weights]
moods = 0.5
"""


@pytest.fixture
def data(tmp_path: Path) -> Path:
    lines = ["file,emotion,fold,moods"]
    for index in range(16):
        pitch = np.float32(index % 4 + 1)
        write(tmp_path / f"{index}.wav", music(4, seed=index) * pitch / 8)
        lines.append(f"{index}.wav,{EMOTIONS[index % 4]},{index // 8},Fun")
    (tmp_path / "labels.csv").write_text("\n".join(lines))
    return tmp_path


def configured(folder: Path, join: str = "") -> Path:
    path = folder / "small.toml"
    path.write_text(SMALL.format(join=join))
    return path


def trained(data: Path, folds: str, *more: str, join: str = "") -> Path:
    config = str(configured(data, join))
    runs = ["--runs", str(data / "runs"), "--device", "cpu"]
    train.main(["small", "--config", config, "--data", str(data), "--folds", folds, *runs, *more])
    return data / "runs" / "small"


def test_network_ships_when_trained_on_everything(data: Path) -> None:
    run = trained(data, "0-1")
    trained(data, "all")
    ship.ship(run, data / "weights" / "small", version="0.1", data=data)
    prediction = Predictor.load("small", root=data / "weights").predict(load_clip(data / "0.wav"))
    assert (prediction.model, prediction.version) == ("small", "0.1")
    meta, metrics = (
        json.loads((data / "weights" / "small" / name).read_text())
        for name in ("meta.json", "metrics.json")
    )
    assert metrics["clips"] == 16
    assert (data / "weights" / "small" / "card.md").read_text() == card_text(meta, metrics)


def test_predictions_are_the_same_when_trained_twice(data: Path) -> None:
    first = json.loads((trained(data, "0") / "fold-0" / "predictions.json").read_text())
    second = json.loads((trained(data, "0") / "fold-0" / "predictions.json").read_text())
    assert first == second


def test_finished_folds_are_left_alone_when_resumed(data: Path) -> None:
    path = trained(data, "0") / "fold-0" / "network.safetensors"
    before = path.stat().st_mtime_ns
    trained(data, "0", "--resume")
    assert path.stat().st_mtime_ns == before


def test_mood_words_are_no_part_of_what_was_not_seen(data: Path) -> None:
    facts = json.loads((trained(data, "0") / "fold-0" / "facts.json").read_text())
    assert facts["network"]["heads"] == {"moods": 1}
    assert facts["clips"] == 8


def test_table_is_printed_when_evaluated(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trained(data, "0-1")
    evaluate_main(["--all", "--data", str(data), "--runs", str(data / "runs")])
    assert "thesis" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "folds"), [("0-2", (0, 1, 2)), ("7", (7,)), ("0,3-4", (0, 3, 4)), ("all", (-1,))]
)
def test_folds_are_read_when_written_in_short(text: str, folds: tuple[int, ...]) -> None:
    assert parse_folds(text) == folds


@pytest.mark.parametrize("name", ["resnet18_bilstm", "cnn_lstm", "resnet18", "ann"])
def test_configurations_can_be_read_when_shipped(name: str) -> None:
    experiment = read_experiment(name)
    assert experiment.network.kind == name
    assert experiment.training.epochs > 0


def test_refused_when_there_is_no_configuration() -> None:
    with pytest.raises(DataError, match="no configuration"):
        read_experiment("oracle")
