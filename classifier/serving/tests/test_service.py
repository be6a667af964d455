from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from classifier.errors import NoModelError
from classifier.tests.fakes import FakePrediction
from ml.clip import Clip
from ml.tests.sounds import music

if TYPE_CHECKING:
    from classifier.serving.service import EmotionService

CLIP = Clip(music(3), 3.0, 3.0, 0.0)


class FakePredictor:
    """A model that answers with its name, or fails."""

    def __init__(self, name: str, error: Exception | None = None) -> None:
        self.name = name
        self.error = error

    def predict(self, _clip: Clip) -> FakePrediction:
        if self.error is not None:
            raise self.error
        return FakePrediction(model=self.name)


def service_of(*predictors: FakePredictor) -> EmotionService:
    from classifier.serving.service import EmotionService  # noqa: PLC0415 -- imports torch

    service = EmotionService([])
    service.predictors = cast("list", predictors)
    return service


def test_the_first_model_answers() -> None:
    service = service_of(FakePredictor("main"), FakePredictor("ann"))
    assert service.classify(CLIP).model == "main"


@pytest.mark.parametrize("error", [RuntimeError("shape"), ValueError("NaN"), MemoryError()])
def test_the_next_model_answers_when_one_fails(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    service = service_of(FakePredictor("main", error), FakePredictor("ann"))
    assert service.classify(CLIP).model == "ann"
    assert "model main failed on a clip" in caplog.text


def test_it_says_so_when_every_model_fails() -> None:
    service = service_of(FakePredictor("main", ValueError()), FakePredictor("ann", ValueError()))
    with pytest.raises(NoModelError, match="No model could listen"):
        service.classify(CLIP)


def test_models_without_weights_are_left_out(caplog: pytest.LogCaptureFixture) -> None:
    from classifier.serving.service import EmotionService  # noqa: PLC0415 -- imports torch

    service = EmotionService(["resnet18_bilstm", "ann", "none"])
    assert service.predictors == []
    assert [record.message.split(":")[0] for record in caplog.records] == [
        "model resnet18_bilstm cannot be used",
        "model ann cannot be used",
        "model none cannot be used",
    ]
    with pytest.raises(NoModelError):
        service.classify(CLIP)
