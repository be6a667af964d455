"""The whole way on a handful of made-up clips: train, join, evaluate, ship, predict."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from ml.audio.loading import load_clip
from ml.errors import DataError
from ml.evaluation.answers import read_answers
from ml.evaluation.evaluate import main as evaluate_main
from ml.labels import EMOTIONS, HIGH_AROUSAL, POSITIVE_VALENCE
from ml.metrics import accuracy
from ml.predictor import Predictor
from ml.shipping import ship
from ml.shipping.cards import card_text
from ml.tests.sounds import music, write
from ml.training import train
from ml.training.experiment import DataFolders, parse_folds, read_experiment, read_prediction

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("train")]
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


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixteen clips with their labels."""
    folder = tmp_path_factory.mktemp("clips")
    lines = ["file,emotion,fold,moods"]
    for index in range(16):
        pitch = np.float32(index % 4 + 1)
        write(folder / f"{index}.wav", music(4, seed=index) * pitch / 8)
        lines.append(f"{index}.wav,{EMOTIONS[index % 4]},{index // 8},Fun")
    (folder / "labels.csv").write_text("\n".join(lines))
    return folder


@pytest.fixture(scope="module")
def heard(clips: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The clips, and a network that was trained on all but each of their two folds."""
    folder = copied(clips, tmp_path_factory.mktemp("heard"))
    trained(folder, "0-1")
    return folder


@pytest.fixture
def data(heard: Path, tmp_path: Path) -> Path:
    """The same in a folder of the test's own."""
    return copied(heard, tmp_path)


@pytest.fixture(scope="module")
def taught(clips: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The clips, another set, and a network that both taught, joined with another."""
    folder = copied(clips, tmp_path_factory.mktemp("taught"))
    other = with_another_set(folder)
    trained(folder, "0-1", "--also", str(other), join="ann")
    return folder


@pytest.fixture
def joined(taught: Path, tmp_path: Path) -> Path:
    """The same in a folder of the test's own."""
    return copied(taught, tmp_path)


def copied(folder: Path, into: Path) -> Path:
    """Copy a folder under a name that is always the same: results are kept with it."""
    return Path(shutil.copytree(folder, into / "data"))


def with_another_set(data: Path) -> Path:
    """Add a set of the kind of VGMIDI, with raters that agree or do not."""
    folder = data / "other"
    folder.mkdir()
    columns = "file,series,emotion,valence,arousal,valence_median,arousal_median"
    lines = [f"{columns},valence_agree,arousal_agree"]
    for index, emotion in enumerate(EMOTIONS * 2):
        write(folder / f"{index}.wav", music(4, seed=20 + index))
        valence, arousal = (
            1 if emotion in side else -1 for side in (POSITIVE_VALENCE, HIGH_AROUSAL)
        )
        lines.append(
            f"{index}.wav,{index},{emotion},{valence},{arousal},{valence / 2},"
            f"{arousal / 2},0.{index + 2},0.9"
        )
    (folder / "labels.csv").write_text("\n".join(lines))
    return folder


TAUGHT = SMALL.replace(
    "[training]",
    """parts = 3
[lesson]
epochs = 1
batch = 4
mixup = 0.0
[training]""",
    1,
)


def trained(data: Path, folds: str, *more: str, join: str = "") -> Path:
    path = data / "small.toml"
    text = TAUGHT.replace("{join}", f'{join}"\ndescriptors = true #') if join else SMALL
    path.write_text(text.replace("{join}", ""))
    config = str(path)
    runs = ["--runs", str(data / "runs"), "--device", "cpu"]
    train.main(["small", "--config", config, "--data", str(data), "--folds", folds, *runs, *more])
    return data / "runs" / "small"


def test_network_ships_when_trained_on_everything(data: Path) -> None:
    run = trained(data, "all")
    ship.ship(run, data / "weights" / "small", version="0.1", data=DataFolders(data))
    prediction = Predictor.load("small", root=data / "weights").predict(load_clip(data / "0.wav"))
    assert (prediction.model, prediction.version) == ("small", "0.1")
    meta, metrics = (
        json.loads((data / "weights" / "small" / name).read_text())
        for name in ("meta.json", "metrics.json")
    )
    assert metrics["clips"] == 16
    assert (data / "weights" / "small" / "card.md").read_text() == card_text(meta, metrics)


def test_predictions_are_the_same_when_trained_twice(data: Path) -> None:
    first = json.loads((data / "runs" / "small" / "fold-0" / "predictions.json").read_text())
    second = json.loads((trained(data, "0") / "fold-0" / "predictions.json").read_text())
    assert first == second


def test_finished_folds_are_left_alone_when_resumed(data: Path) -> None:
    path = data / "runs" / "small" / "fold-0" / "network.safetensors"
    before = path.stat().st_mtime_ns
    trained(data, "0", "--resume")
    assert path.stat().st_mtime_ns == before


def test_mood_words_are_no_part_of_what_was_not_seen(heard: Path) -> None:
    facts = json.loads((heard / "runs" / "small" / "fold-0" / "facts.json").read_text())
    assert facts["network"]["heads"] == {"moods": 1}
    assert facts["clips"] == 8


def test_table_is_printed_when_evaluated(data: Path, capsys: pytest.CaptureFixture[str]) -> None:
    evaluate_main(["--all", "--data", str(data), "--runs", str(data / "runs")])
    assert "thesis" in capsys.readouterr().out


def test_taught_network_is_joined_and_judged_on_a_set_left_out(
    joined: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = joined / "runs"
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr("ml.evaluation.held_out.read_experiment", lambda _: small)
    small = read_experiment("small", path=joined / "small.toml")
    options = ["--data", str(joined), "--also", str(joined / "other"), "--runs", str(runs)]
    evaluate_main(["small", "small-alone", "--held-out", *options])
    assert "loud is happy" in capsys.readouterr().out
    scores = json.loads((runs / "held-out.json").read_text())["other"]
    assert set(scores) == {"small", "small-alone", "loud is happy"}
    beyond = json.loads((runs / "paired.json").read_text())["small"]
    assert set(beyond) == {joined.name, "other"}
    gained = scores["small"]["macro_f1"] - scores["small-alone"]["macro_f1"]
    assert beyond["other"]["small-alone"]["macro_f1"][0] == pytest.approx(gained, abs=1e-4)
    for run in ("small", "small-alone", "ann"):
        said = read_prediction(runs / run / "without-other")
        assert [key.partition("/")[0] for key in said.files] == ["other"] * 8
    facts = json.loads((runs / "ann" / "without-other" / "facts.json").read_text())
    assert facts["clips"] == 16


def test_a_joined_network_ships_with_its_answers(joined: Path) -> None:
    other = joined / "other"
    run = trained(joined, "all", "--also", str(other), join="ann")
    folder = joined / "weights" / "small"
    ship.ship(run, folder, version="0.2", data=DataFolders(joined, (other,)))
    kept = read_answers(folder)
    assert kept is not None
    assert len(kept[1]) == 16  # of the main set alone
    metrics = json.loads((folder / "metrics.json").read_text())
    assert accuracy(kept[1], kept[0].argmax(axis=1)) == pytest.approx(metrics["accuracy"], abs=1e-4)
    assert not any(f"{index}.wav" in (folder / "answers.json").read_text() for index in range(16))
    prediction = Predictor.load("small", root=joined / "weights").predict(
        load_clip(joined / "0.wav")
    )
    assert len(prediction.segments) == 3


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
