from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from ml.errors import WeightsError
from ml.networks.config import NetworkConfig, network_config
from ml.networks.registry import build_network

ROWS = 109
COUNTS = {"resnet18": 11_303_109, "cnn_lstm": 550_563, "resnet18_bilstm": 12_010_819}


def inputs(batch: int, columns: int = 107) -> dict[str, Tensor]:
    random = torch.Generator().manual_seed(0)
    return {
        "picture": torch.rand(batch, 3, ROWS, columns, generator=random),
        "descriptors": torch.randn(batch, 4, 20, generator=random),
    }


def parameters(network: torch.nn.Module) -> int:
    return sum(weight.numel() for weight in network.parameters())


@pytest.mark.parametrize("kind", COUNTS)
def test_logits_have_the_right_shape_when_answering(kind: str) -> None:
    network = build_network(NetworkConfig(kind=kind, descriptors=20, heads={"moods": 7})).eval()
    outputs = network(inputs(2))
    assert outputs["emotion"].shape == (2, 4)
    assert outputs["segments"].shape == (2, 3, 4)
    assert "moods" not in outputs
    assert outputs["embedding"].shape == (2, 256)


@pytest.mark.parametrize("kind", COUNTS)
def test_auxiliary_heads_answer_when_training(kind: str) -> None:
    network = build_network(NetworkConfig(kind=kind, heads={"moods": 7})).train()
    outputs = network(inputs(2))
    assert {name: tuple(values.shape) for name, values in outputs.items()} == {
        "emotion": (2, 4),
        "moods": (2, 7),
    }


@pytest.mark.parametrize("kind", COUNTS)
def test_parameters_are_counted_when_built(kind: str) -> None:
    assert parameters(build_network(NetworkConfig(kind=kind))) == COUNTS[kind]


@pytest.mark.parametrize("columns", [60, 107, 131])
def test_odd_lengths_are_taken_when_given(columns: int) -> None:
    network = build_network(NetworkConfig()).eval()
    assert network(inputs(1, columns))["emotion"].shape == (1, 4)


@pytest.mark.parametrize("kind", COUNTS)
@pytest.mark.slow
def test_eight_clips_are_overfitted_when_trained(kind: str) -> None:
    torch.manual_seed(0)
    network = build_network(NetworkConfig(kind=kind, hidden=32, dropout=0.0)).train()
    batch, truth = inputs(8, 48), torch.arange(8) % 4
    optimizer = torch.optim.Adam(network.parameters(), lr=1e-3)
    for _ in range(30):
        optimizer.zero_grad()
        loss = functional.cross_entropy(network(batch)["emotion"], truth)
        loss.backward()
        optimizer.step()
        if float(loss.detach()) < 0.1:  # learnt by heart: more steps say no more
            break
    assert (network(batch)["emotion"].argmax(dim=1) == truth).all()
    assert float(loss.detach()) < 0.3


@pytest.mark.parametrize("kind", COUNTS)
def test_other_rows_change_the_answer_unless_it_takes_the_mel_only(kind: str) -> None:
    config = NetworkConfig(kind="joined", listener=kind, descriptors=20)
    network, batch = build_network(config).eval(), inputs(1)
    before = network(batch)["emotion"]
    batch["picture"][..., config.features.n_mels :, :] += 1.0
    assert torch.equal(network(batch)["emotion"], before) == config.mel_only


def test_descriptors_change_the_answer_when_joined() -> None:
    network = build_network(NetworkConfig(kind="cnn_lstm", descriptors=20)).eval()
    batch = inputs(1)
    other = batch | {"descriptors": batch["descriptors"] + 3}
    assert not torch.allclose(network(batch)["emotion"], network(other)["emotion"])


def test_descriptors_do_not_matter_when_hidden() -> None:
    config = NetworkConfig(kind="cnn_lstm", descriptors=20, deaf=1.0, dropout=0.0)
    network = build_network(config).train()
    batch = inputs(4)
    other = batch | {"descriptors": batch["descriptors"] * 3}
    assert torch.allclose(network(batch)["emotion"], network(other)["emotion"], atol=1e-5)


def test_order_of_segments_matters_when_an_lstm_reads_them() -> None:
    network = build_network(NetworkConfig()).eval()
    batch = inputs(1)
    turned = batch | {"picture": batch["picture"].flip(1)}
    assert not torch.allclose(network(batch)["emotion"], network(turned)["emotion"])


def test_config_is_read_when_given_as_a_table() -> None:
    config = network_config({"kind": "resnet18", "features": {"n_mels": 64}})
    assert (config.kind, config.features.n_mels) == ("resnet18", 64)


def test_refused_when_kind_is_unknown() -> None:
    with pytest.raises(WeightsError, match="no network called oracle"):
        build_network(NetworkConfig(kind="oracle"))
