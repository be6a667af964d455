from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from ml.training.loop import (
    TrainConfig,
    Trainer,
    mix,
    pick_device,
    predict_logits,
    total_loss,
)

CONFIG = TrainConfig(epochs=4, batch=8, lr=0.01, mixup=0.3)


class Table:
    """Rows of numbers whose sign says the emotion."""

    def __init__(self) -> None:
        random = torch.Generator().manual_seed(0)
        self.truth = torch.arange(64) % 4
        centres = torch.tensor([[-1.0, -1], [1, 1], [-1, 1], [1, -1]])
        self.rows = centres[self.truth] + 0.3 * torch.randn(64, 2, generator=random)

    def __len__(self) -> int:
        return len(self.rows)

    def batch(self, indices: Tensor, random: torch.Generator | None) -> tuple[dict, dict]:
        noise = 0 if random is None else 0.01 * torch.randn(len(indices), 2, generator=random)
        inputs = {"row": self.rows[indices] + noise}
        return inputs, {"emotion": torch.eye(4)[self.truth[indices]]}


class Small(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(2, 16), nn.BatchNorm1d(16), nn.ReLU(), nn.Dropout(0.1), nn.Linear(16, 4)
        )

    def forward(self, inputs: dict[str, Tensor]) -> dict[str, Tensor]:
        return {"emotion": self.layers(inputs["row"])}


def trainer(config: TrainConfig = CONFIG) -> Trainer:
    torch.manual_seed(config.seed)
    return Trainer(Small(), Table(), torch.arange(64), config, device="cpu")


def answers(network: nn.Module) -> Tensor:
    return predict_logits(network, Table(), torch.arange(64))


class KilledError(Exception):
    pass


def test_table_is_learnt_when_trained() -> None:
    network = trainer(TrainConfig(epochs=20, batch=8, lr=0.02, average=0.9)).run(None, print)
    assert (answers(network).argmax(dim=1) == Table().truth).float().mean() > 0.95


def test_result_is_the_same_when_seed_is() -> None:
    first, second = (answers(trainer().run(None, lambda *_progress: None)) for _ in range(2))
    assert torch.equal(first, second)


def test_result_is_the_same_when_killed_and_resumed(tmp_path: Path) -> None:
    checkpoint = tmp_path / "checkpoint.pt"

    def kill(epoch: int, _loss: float) -> None:
        if epoch == 2:
            raise KilledError

    with pytest.raises(KilledError):
        trainer().run(checkpoint, kill)
    torch.manual_seed(99)
    resumed = trainer()
    resumed.resume(checkpoint)
    assert resumed.epoch == 2
    assert torch.equal(
        answers(resumed.run(checkpoint, lambda *_progress: None)),
        answers(trainer().run(None, lambda *_progress: None)),
    )


def test_training_goes_on_unchanged_when_watched() -> None:
    watched = trainer()

    def watch(_epoch: int, _loss: float) -> None:
        with watched.swapped() as network:
            answers(network)

    assert torch.equal(
        answers(watched.run(None, watch)), answers(trainer().run(None, lambda *_progress: None))
    )


def test_every_example_is_blended_when_mixed() -> None:
    inputs = {"row": torch.eye(8)}
    targets = {"emotion": torch.eye(4)[torch.arange(8) % 4]}
    mixed, blended = mix(inputs, targets, 0.4, torch.Generator().manual_seed(0))
    assert torch.allclose(mixed["row"].sum(dim=1), torch.ones(8))
    assert torch.allclose(blended["emotion"].sum(dim=1), torch.ones(8))
    assert (mixed["row"].diag() >= 0.5).all()
    assert not torch.equal(mixed["row"], inputs["row"])


def test_other_heads_count_when_weighted() -> None:
    outputs = {"emotion": torch.zeros(2, 4), "moods": torch.zeros(2, 3)}
    targets = {"emotion": torch.full((2, 4), 0.25), "moods": torch.zeros(2, 3)}
    plain = total_loss(outputs, targets, {})
    assert float(total_loss(outputs, targets, {"moods": 0.5}) - plain) == pytest.approx(
        0.3466, abs=1e-3
    )


def test_device_is_taken_by_name_when_given() -> None:
    assert pick_device("cpu") == "cpu"
    assert pick_device("auto") in {"cpu", "cuda"}
