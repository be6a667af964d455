from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from ml.audio.loading import load_clip
from ml.clip import Clip
from ml.networks import quick
from ml.networks.resnet import ResNet18
from ml.predictor import Predictor
from ml.tests.sounds import music

AUDIO = Path(__file__).parents[3] / "classifier" / "demo" / "audio"
MODEL = "resnet18_bilstm"
SHAPE = (3, 1, 96, 107)
FURTHEST = 0.01


@pytest.fixture(scope="module")
def exact() -> Predictor:
    return Predictor.load(MODEL)


@pytest.fixture(scope="module")
def fast() -> Predictor:
    return Predictor.load(MODEL, quick=True)


def clips() -> list[Clip]:
    songs = [load_clip(path) for path in sorted(AUDIO.glob("*.mp3"))]
    sounds = [(music(length, seed=seed), length) for seed, length in enumerate((30, 17, 5))]
    return songs + [Clip(samples, length, length, 0.0) for samples, length in sounds]


def trained_resnet() -> ResNet18:
    network = ResNet18()
    with torch.no_grad():
        for _ in range(3):
            network(torch.randn(SHAPE))  # gives the normalisations statistics of their own
    return network.eval()


@pytest.mark.slow
def test_probabilities_hardly_move_when_network_is_quick(exact: Predictor, fast: Predictor) -> None:
    heard = clips()
    agreed = 0
    for one, other in zip(exact.predict_many(heard), map(fast.predict, heard), strict=True):
        agreed += one.emotion == other.emotion
        for name, share in one.probabilities.items():
            assert other.probabilities[name] == pytest.approx(share, abs=FURTHEST)
    assert agreed / len(heard) >= 0.995


@pytest.mark.parametrize("batch", [1, 3, 6])
def test_vectors_are_the_same_when_format_is_the_same(batch: int) -> None:
    network = trained_resnet()
    prepared = quick.QuickResNet(network, shape=SHAPE, dtype=torch.float32)
    picture = torch.randn(batch, *SHAPE[1:])
    with torch.inference_mode():
        assert torch.allclose(prepared(picture), network(picture), atol=1e-4)


def test_network_stays_as_it_is_when_kernels_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quick, "KERNELS", ("_no_such_kernel",))
    network = torch.nn.Sequential(trained_resnet())
    assert isinstance(quick.quicken(network, rows=96, columns=107)[0], ResNet18)


def test_format_is_wide_when_cpu_has_no_narrow_units(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx2": True})
    assert quick.best_format() is torch.float32


def test_exact_network_has_gradients_when_quick_one_answers(fast: Predictor) -> None:
    assert all(weight.dtype == torch.float32 for weight in fast.exact_network().parameters())
    assert any(isinstance(each, quick.QuickResNet) for each in fast.network.modules())


@pytest.mark.slow
def test_heavy_libraries_stay_out_when_a_clip_is_heard(tmp_path: Path) -> None:
    script = (
        "import sys, pathlib\n"
        "from ml.audio.loading import load_clip\n"
        "from ml.predictor import Predictor\n"
        f"Predictor.load({MODEL!r}, quick=True).predict(load_clip(pathlib.Path(sys.argv[1])))\n"
        "heavy = {'scipy', 'torchvision', 'librosa', 'numba', 'sklearn', 'torch._dynamo'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    song = sorted(AUDIO.glob("*.mp3"))[0]
    child = subprocess.run(
        [sys.executable, "-c", script, str(song)],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ,
    )
    assert child.stdout.strip() == "[]"
