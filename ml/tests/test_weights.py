from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch

from ml.digests import file_digest
from ml.errors import WeightsError
from ml.labels import EMOTIONS
from ml.networks.config import NetworkConfig
from ml.networks.registry import build_network
from ml.weights import (
    META,
    TENSORS,
    load_network,
    narrowed,
    read_meta,
    save_weights,
    widened,
)

CONFIG = NetworkConfig(kind="cnn_lstm", hidden=16, dense=16, heads={"moods": 5})
FACTS: dict[str, Any] = {
    "name": "small",
    "version": "0.1",
    "input": "audio",
    "temperature": 1.3,
    "descriptors": [],
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    save_weights(tmp_path / "small", build_network(CONFIG), CONFIG, FACTS)
    return tmp_path / "small"


def changed(folder: Path, **entries: Any) -> Path:
    meta = json.loads((folder / META).read_text()) | entries
    (folder / META).write_text(json.dumps(meta))
    return folder


def test_answers_are_nearly_the_same_when_loaded_again(folder: Path) -> None:
    torch.manual_seed(0)
    original = build_network(CONFIG).eval()
    loaded = load_network(folder, read_meta(folder))
    inputs = {"picture": torch.rand(2, 3, 109, 107)}
    assert not loaded.training
    assert torch.allclose(original(inputs)["emotion"], loaded(inputs)["emotion"], atol=5e-3)


def test_meta_says_what_was_saved_when_read(folder: Path) -> None:
    meta = read_meta(folder)
    assert (meta.name, meta.version, meta.temperature) == ("small", "0.1", 1.3)
    assert meta.network.heads == {}
    assert json.loads((folder / META).read_text())["labels"] == list(EMOTIONS)


def test_refused_when_tensors_were_changed(folder: Path) -> None:
    content = bytearray((folder / TENSORS).read_bytes())
    content[-1] ^= 1
    (folder / TENSORS).write_bytes(content)
    with pytest.raises(WeightsError, match="not the ones"):
        load_network(folder, read_meta(folder))


def test_refused_when_tensors_are_missing(folder: Path) -> None:
    (folder / TENSORS).unlink()
    with pytest.raises(WeightsError, match="no weights"):
        load_network(folder, read_meta(folder))


def test_refused_when_tensors_do_not_fit(folder: Path) -> None:
    network = json.loads((folder / META).read_text())["network"] | {"dense": 32}
    with pytest.raises(WeightsError, match="do not fit"):
        load_network(folder, read_meta(changed(folder, network=network)))


def test_refused_when_file_is_no_safetensors(folder: Path) -> None:
    (folder / TENSORS).write_bytes(b"\x80\x04pickle")
    with pytest.raises(WeightsError, match="do not fit"):
        load_network(folder, read_meta(changed(folder, sha256=file_digest(folder / TENSORS))))


def test_refused_when_labels_stand_in_another_order(folder: Path) -> None:
    with pytest.raises(WeightsError, match="other labels"):
        read_meta(changed(folder, labels=["happy", "sad", "energetic", "calm"]))


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"labels": 3}'])
def test_refused_when_meta_is_damaged(folder: Path, text: str) -> None:
    (folder / META).write_text(text)
    with pytest.raises(WeightsError):
        read_meta(folder)


def test_refused_when_there_is_no_folder(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"no usable meta\.json"):
        read_meta(tmp_path / "none")


def test_large_weights_take_a_byte_when_stored() -> None:
    random = torch.Generator().manual_seed(0)
    tensors = {
        "large": torch.randn(512, 256, generator=random) * torch.rand(512, 1, generator=random),
        "small": torch.randn(8, 8, generator=random),
        "mean": torch.randn(300_000, generator=random),
        "count": torch.tensor(3),
    }
    stored = narrowed(tensors)
    assert [stored[name].dtype for name in tensors] == [
        torch.int8,
        torch.float16,
        torch.float32,
        torch.int64,
    ]
    again = widened(stored)
    assert set(again) == set(tensors)
    error = (again["large"] - tensors["large"]).abs().amax(dim=1)
    assert (error <= tensors["large"].abs().amax(dim=1) / 250).all()
