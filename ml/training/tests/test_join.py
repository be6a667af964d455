from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from torch import Tensor

from ml.axes import from_axes, to_axes
from ml.datasets.labels_file import read_labels
from ml.errors import DataError
from ml.labels import EMOTIONS
from ml.networks.config import NetworkConfig
from ml.networks.joined import join_answers
from ml.networks.registry import build_network
from ml.training.experiment import DataFolders, read_predictions, write_prediction
from ml.training.join import Parts, join_runs

TRUTH = torch.arange(200) % 4
AROUSAL = torch.tensor([-1.0, 1, 1, -1])[TRUTH]
VALENCE = torch.tensor([-1.0, 1, -1, 1])[TRUTH]


def opinion(arousal: float, valence: float, seed: int) -> Tensor:
    random = torch.Generator().manual_seed(seed)
    axes = torch.stack([arousal * AROUSAL, valence * VALENCE, valence * VALENCE], dim=1)
    return from_axes(axes + torch.randn(200, 3, generator=random))


def test_axes_return_to_emotions_when_turned_back() -> None:
    logits = torch.randn(5, 4).log_softmax(dim=1)
    assert torch.allclose(from_axes(to_axes(logits)), logits, atol=1e-5)


def test_valence_is_told_by_the_numbers_and_a_quarter_of_arousal_by_what_listens() -> None:
    heard, described = opinion(1, 2, 0), opinion(2, 1, 1)
    said = to_axes(join_answers(heard, described))
    assert torch.allclose(said[:, 1:], to_axes(described)[:, 1:], atol=1e-5)
    quarter = 0.25 * to_axes(heard)[:, 0] + 0.75 * to_axes(described)[:, 0]
    assert torch.allclose(said[:, 0], quarter, atol=1e-5)


def test_joined_network_mixes_its_parts_when_answering() -> None:
    config = NetworkConfig(
        kind="joined", listener="cnn_lstm", hidden=16, dense=16, descriptors=20, members=2
    )
    network = build_network(config).eval()
    inputs = {"picture": torch.rand(2, 3, 109, 107), "descriptors": torch.randn(2, 4, 20)}
    outputs = network(inputs)
    heard = network.listener(inputs)
    described = network.describer(inputs)
    for name in ("emotion", "segments"):
        expected = join_answers(heard[name], described[name])
        assert torch.allclose(outputs[name], expected, atol=1e-5)


def written(folder: Path, logits: Tensor, folds: int = 2) -> Path:
    rows = read_labels(folder.parent)
    for fold in range(folds):
        place = [index for index, row in enumerate(rows) if row.fold == fold]
        (folder / f"fold-{fold}").mkdir(parents=True)
        chosen = [rows[index] for index in place]
        write_prediction(folder / f"fold-{fold}", fold, chosen, logits[place])
    return folder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    lines = [f"{index},{EMOTIONS[index % 4]},{index // 100}" for index in range(200)]
    (tmp_path / "labels.csv").write_text("file,emotion,fold\n" + "\n".join(lines))
    return tmp_path


def test_folds_that_both_runs_finished_are_joined_clip_by_clip(data: Path) -> None:
    heard, described = opinion(3, 0.1, 0), opinion(0.1, 3, 1)
    first = written(data / "listener", heard)
    second = written(data / "describer", described, folds=1)
    path = second / "fold-0" / "predictions.json"
    table = json.loads(path.read_text())
    path.write_text(json.dumps(table | {name: table[name][::-1] for name in ("files", "logits")}))
    join_runs(data / "joined", Parts(first, second), DataFolders(data))
    (joined,) = read_predictions(data / "joined")
    assert joined.files == [f"{data.name}/{index}" for index in range(100)]
    expected = join_answers(heard[:100], described[:100])
    assert torch.allclose(torch.tensor(joined.logits), expected, atol=1e-4)


def test_refused_when_runs_were_judged_on_other_clips(data: Path) -> None:
    first = written(data / "listener", opinion(3, 1, 0))
    second = written(data / "describer", opinion(3, 1, 0))
    path = second / "fold-1" / "predictions.json"
    table = json.loads(path.read_text())
    path.write_text(
        json.dumps(table | {name: table[name][1:] for name in ("files", "emotions", "logits")})
    )
    with pytest.raises(DataError, match="same clips"):
        join_runs(data / "joined", Parts(first, second), DataFolders(data))
