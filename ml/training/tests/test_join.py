from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from ml.axes import from_axes, to_axes
from ml.datasets.labels_file import read_labels
from ml.errors import DataError
from ml.labels import EMOTIONS
from ml.networks.config import NetworkConfig
from ml.networks.joined import AxisMix
from ml.networks.registry import build_network
from ml.training.experiment import DataFolders, read_predictions, write_prediction
from ml.training.join import TOWARDS, Opinions, Parts, fit_mix, join_runs

TRUTH = torch.arange(200) % 4
AROUSAL = torch.tensor([-1.0, 1, 1, -1])[TRUTH]
VALENCE = torch.tensor([-1.0, 1, -1, 1])[TRUTH]


def opinion(arousal: float, valence: float, seed: int) -> Tensor:
    random = torch.Generator().manual_seed(seed)
    axes = torch.stack([arousal * AROUSAL, valence * VALENCE, valence * VALENCE], dim=1)
    return from_axes(axes + torch.randn(200, 3, generator=random))


def right(logits: Tensor) -> float:
    return float((logits.argmax(dim=1) == TRUTH).float().mean())


def test_axes_return_to_emotions_when_turned_back() -> None:
    logits = torch.randn(5, 4).log_softmax(dim=1)
    assert torch.allclose(from_axes(to_axes(logits)), logits, atol=1e-5)


def test_opinions_are_averaged_when_not_fitted() -> None:
    logits = torch.randn(5, 4)
    assert torch.allclose(AxisMix()(logits, logits), logits.log_softmax(dim=1), atol=1e-5)


def test_each_axis_follows_who_knows_it_when_fitted() -> None:
    heard, described = opinion(3, 0.1, 0), opinion(0.1, 3, 1)
    truth = torch.eye(4)[TRUTH]
    mix = fit_mix(Opinions([""] * 200, heard, described, truth, torch.ones(200)))
    weight = mix.weight.detach()
    (heard_first, described_first), *_ = TOWARDS
    assert weight[0, 0] / weight[0, 1] > 2 * heard_first / described_first
    assert (weight[1:, 1] > 2 * weight[1:, 0]).all()
    assert right(mix(heard, described)) > max(right(heard), right(described)) + 0.2


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
        assert torch.allclose(outputs[name], network.mix(heard[name], described[name]), atol=1e-5)


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


def test_folds_are_joined_without_their_own_labels_when_runs_are(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ml.training.join._write_network", lambda *parts: None)
    first = written(data / "listener", opinion(3, 0.1, 0))
    second = written(data / "describer", opinion(0.1, 3, 1))
    join_runs(data / "joined", Parts(first, second), DataFolders(data))
    joined = read_predictions(data / "joined")
    assert [each.fold for each in joined] == [0, 1]
    assert right(torch.cat([torch.tensor(each.logits) for each in joined])) > 0.8
    path = data / "labels.csv"
    turned = [
        line.replace("happy", "none").replace("sad", "happy").replace("none", "sad")
        if line.endswith(",0")
        else line
        for line in path.read_text().splitlines()
    ]
    path.write_text("\n".join(turned))
    join_runs(data / "again", Parts(first, second), DataFolders(data))
    again = read_predictions(data / "again")
    assert again[0].logits == joined[0].logits
    assert again[1].logits != joined[1].logits


def test_refused_when_runs_share_one_fold_only(data: Path) -> None:
    first = written(data / "listener", opinion(3, 1, 0), folds=1)
    with pytest.raises(DataError, match="At least two folds"):
        join_runs(data / "joined", Parts(first, first), DataFolders(data))
