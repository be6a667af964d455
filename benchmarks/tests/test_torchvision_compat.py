from __future__ import annotations

import subprocess
import sys

import pytest

from benchmarks import torchvision_compat


def test_models_can_be_built_when_operators_may_be_missing() -> None:
    network = torchvision_compat.resnet18()
    assert sum(weight.numel() for weight in network.parameters()) == 11_689_512


def test_nothing_is_declared_when_operators_load(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torchvision_compat, "operators_load", lambda: True)
    assert torchvision_compat.declare_missing_operators.__wrapped__() is None


def test_schemas_are_declared_when_operators_do_not_load() -> None:
    # in a process that has not loaded them, and says that it cannot
    script = """
import torch
from benchmarks import torchvision_compat
torchvision_compat.operators_load = lambda: False
declared = torchvision_compat.declare_missing_operators()
print(torch.ops.torchvision.nms.default._schema)
"""
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip().endswith("-> Tensor")


def test_torchvision_is_not_imported_when_module_is() -> None:
    script = "import sys, benchmarks.torchvision_compat; print('torchvision' in sys.modules)"
    result = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "False"
