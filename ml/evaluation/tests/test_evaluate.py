from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import torch

from ml.datasets.labels_file import read_labels
from ml.errors import DataError
from ml.evaluation import evaluate
from ml.evaluation.evaluate import comparison, evaluate_run
from ml.evaluation.folds import fold_answers, judged
from ml.evaluation.held_out import Said, beyond_first
from ml.labels import EMOTIONS
from ml.tests.sounds import music, write
from ml.training.experiment import DataFolders, read_predictions, write_prediction
from ml.weights import WEIGHTS


@pytest.fixture
def data(tmp_path: Path) -> Path:
    lines = [
        f"{index}.mp3,{EMOTIONS[index % 4]},{index // 4},{index // 40},Jazz" for index in range(80)
    ]
    (tmp_path / "labels.csv").write_text("file,emotion,group,fold,genres\n" + "\n".join(lines))
    return tmp_path


@pytest.fixture
def run(data: Path) -> Path:
    random = np.random.default_rng(0)
    rows = read_labels(data)
    for fold in (0, 1):
        folder = data / "run" / f"fold-{fold}"
        folder.mkdir(parents=True)
        mine = [row for row in rows if row.fold == fold]
        truth = np.array([EMOTIONS.index(row.emotion) for row in mine])
        logits = 2 * np.eye(4)[truth] + random.normal(size=(len(mine), 4))
        write_prediction(folder, fold, mine, torch.from_numpy(logits))
    return data / "run"


def test_metrics_and_figures_are_written_when_folds_are_finished(run: Path, data: Path) -> None:
    metrics = evaluate_run(run, DataFolders(data))
    assert json.loads((run / "metrics.json").read_text())["macro_f1"] == metrics["macro_f1"]
    assert metrics["folds"] == [0, 1]
    assert metrics["clips"] == 80
    assert metrics["macro_f1_interval"][0] < metrics["macro_f1"] < metrics["macro_f1_interval"][1]
    assert [each["fold"] for each in metrics["by_fold"]] == [0, 1]
    for name in ("confusion.svg", "reliability.svg"):
        figure = ElementTree.parse(run / name)  # noqa: S314 - we wrote it ourselves
        assert figure.getroot().tag.endswith("svg")


def test_refused_when_no_fold_is_finished(data: Path) -> None:
    with pytest.raises(DataError, match="No fold"):
        judged([], read_labels(data))


def test_refused_when_predictions_are_of_other_clips(run: Path, data: Path) -> None:
    with pytest.raises(DataError, match=r"not in labels\.csv"):
        judged(read_predictions(run), read_labels(data)[:10])


def test_published_numbers_stand_beside_ours_when_compared(run: Path, data: Path) -> None:
    table = comparison([("ours", evaluate_run(run, DataFolders(data)))])
    assert table.row_count == 7


@pytest.fixture
def other_data(tmp_path: Path) -> Path:
    folder = tmp_path / "other"
    folder.mkdir()
    (folder / "labels.csv").write_text("file,emotion,fold\nsomething-else.mp3,sad,0\n")
    return folder


def all_of(runs: Path, data: Path | None) -> dict[str, object]:
    return {
        "runs": runs,
        "data": data,
        "all": True,
        "models": [],
        "folds": None,
        "shipped": False,
        "also": [],
        "held_out": False,
    }


def test_earlier_metrics_are_quoted_when_a_run_is_of_other_data(
    run: Path, data: Path, other_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    evaluate_run(run, DataFolders(data))
    evaluate.run_evaluation(all_of(run.parent, other_data))
    assert "80 clips" in " ".join(capsys.readouterr().out.split())


def test_refused_when_a_run_of_other_data_was_never_measured(run: Path, other_data: Path) -> None:
    with pytest.raises(DataError, match=r"not in labels\.csv"):
        evaluate.run_evaluation(all_of(run.parent, other_data))


def test_shipped_networks_stand_side_by_side_when_nothing_was_trained_here(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    evaluate.run_evaluation(all_of(tmp_path, None))
    shown = capsys.readouterr().out
    for path in WEIGHTS.glob("*/metrics.json"):
        assert path.parent.name in shown
    assert "Panda" in shown


def test_shipped_weights_are_judged_when_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    folder = tmp_path / "mine"
    folder.mkdir()
    for index in range(3):
        write(folder / f"{index}.mp3", music(4 + index), codec="libmp3lame")
    (folder / "broken.mp3").write_bytes(b"no audio")
    lines = ["0.mp3,sad", "1.mp3,calm", "2.mp3,happy", "broken.mp3,sad"]
    (folder / "labels.csv").write_text("file,emotion\n" + "\n".join(lines))
    options = all_of(tmp_path / "runs", folder) | {"all": False, "models": ["ann"], "shipped": True}
    evaluate.run_evaluation(options)
    metrics = json.loads((tmp_path / "runs" / "ann-on-mine" / "metrics.json").read_text())
    assert metrics["clips"] == 3
    assert [sum(line) for line in metrics["confusion"]] == [1, 1, 0, 1]
    assert "3 clips, none in training" in " ".join(capsys.readouterr().out.split())


def test_refused_when_track_weights_are_asked_about_clips(tmp_path: Path) -> None:
    options = all_of(tmp_path, tmp_path) | {"all": False, "models": ["ann_tracks"], "shipped": True}
    with pytest.raises(DataError, match="track features"):
        evaluate.run_evaluation(options)


def test_a_doubted_label_moves_the_temperature_by_a_third_when_trusted_by_half(
    run: Path, data: Path
) -> None:
    rows = {row.key: replace(row, trust=0.5 if row.fold else 1.0) for row in read_labels(data)}
    weights = [fold_answers(each, rows).weights.tolist() for each in read_predictions(run)]
    assert weights == [[1.0] * 40, pytest.approx([0.354] * 40, abs=1e-3)]


def test_a_better_network_is_beyond_noise_and_an_equal_one_is_not(data: Path) -> None:
    rows = read_labels(data)
    right = np.eye(4)[[EMOTIONS.index(row.emotion) for row in rows]]
    random = np.random.default_rng(1).dirichlet(np.ones(4), len(rows))
    best, same, other = (Said(rows, said) for said in (right, right.copy(), random))
    equal, better = beyond_first([best, same, other])
    assert set(equal) == {"macro_f1", "arousal", "valence"}
    assert all(values == [0.0, 0.0, 0.0] for values in equal.values())
    for value, low, high in better.values():
        assert 0 < low <= value <= high
    with pytest.raises(DataError, match="same clips"):
        beyond_first([best, Said(rows[::-1], random)])
