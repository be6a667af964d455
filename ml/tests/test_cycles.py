"""A song's arrays are freed as soon as it was heard, whether or not Python searches for garbage."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from torch import Tensor, nn

import ml.features.descriptors
from ml.audio.decoding import Decoder
from ml.explanations.explain import explain
from ml.explanations.figure import paint
from ml.predictor import Predictor
from ml.tests.cycles import bytes_left
from ml.tests.sounds import music, write
from ml.tests.test_predictor import clip

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=[1, 2])
def predictor(request: pytest.FixtureRequest) -> Predictor:
    return Predictor.load("resnet18_bilstm", cores=request.param)


@pytest.fixture
def decoder() -> Iterator[Decoder]:
    decoder = Decoder()
    decoder.start()
    yield decoder
    decoder.close()


def test_an_array_in_a_cycle_is_found() -> None:
    def leave_one() -> None:
        cycle: list[object] = [np.zeros(1000, np.float32)]
        cycle.append(cycle)

    assert bytes_left(leave_one) == 4000


def test_no_cycle_holds_a_clip_after_it_was_classified(predictor: Predictor) -> None:
    assert bytes_left(lambda: predictor.predict(clip(12))) == 0


def test_no_cycle_holds_a_clip_after_it_was_explained(predictor: Predictor) -> None:
    assert bytes_left(lambda: paint(explain(predictor, clip(12)))) == 0


@pytest.mark.parametrize("part", ["measure_moments", "Frames", "describe_rhythm"])
def test_no_cycle_holds_a_clip_that_could_not_be_described(
    predictor: Predictor, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("no memory")

    monkeypatch.setattr(ml.features.descriptors, part, fail)
    assert bytes_left(lambda: predictor.predict(clip(12))) == 0


def test_no_cycle_holds_a_clip_that_the_network_could_not_take(
    predictor: Predictor, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Failing(nn.Module):
        def forward(self, inputs: dict[str, Tensor]) -> None:
            raise RuntimeError(f"no memory for {inputs['picture'].shape}")

    monkeypatch.setattr(predictor, "network", Failing())
    assert bytes_left(lambda: predictor.predict(clip(12))) == 0


def test_no_cycle_holds_samples_after_decoding(decoder: Decoder, tmp_path: Path) -> None:
    song = write(tmp_path / "song.mp3", music(12), codec="libmp3lame")
    broken = tmp_path / "broken.mp3"
    broken.write_bytes(song.read_bytes()[:50])
    assert bytes_left(lambda: decoder.load(song)) == 0
    assert bytes_left(lambda: decoder.load(broken)) == 0
