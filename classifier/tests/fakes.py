"""Stand-ins for the models, so that tests of the app need neither torch nor weights."""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import dataclass, field
from types import ModuleType
from typing import TYPE_CHECKING, Any

from classifier.terminal import batch

if TYPE_CHECKING:
    import pytest

    from ml.clip import Clip

SURE = {"sad": 0.1, "happy": 0.7, "energetic": 0.1, "calm": 0.1}


def _segments() -> list[dict[str, Any]]:
    return [
        {"start": start, "end": start + 10.0, "probabilities": SURE} for start in (0.0, 10.0, 20.0)
    ]


@dataclass(frozen=True)
class FakePrediction:
    """What a `Prediction` looks like; by default an answer of the main model of the tests."""

    emotion: str = "happy"
    probabilities: dict[str, float] = field(default_factory=SURE.copy)
    segments: list[dict[str, Any]] = field(default_factory=_segments)
    model: str = "resnet18_bilstm"
    version: str = "test"
    embedding: list[int] = field(default_factory=lambda: [127, 0, -5])
    word_odds: dict[str, float] = field(default_factory=lambda: {"triumphant": 2.0})


class FakeService:
    """Answers from a script, the last line again and again, and remembers what it heard."""

    def __init__(self, *script: FakePrediction | BaseException) -> None:
        self.script = list(script) or [FakePrediction()]
        self.heard: list[Clip] = []
        self.predictors: list[Any] = []
        self.names: list[str] = []

    def classify(self, clip: Clip) -> FakePrediction:
        self.heard.append(clip)
        line = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(line, BaseException):
            raise line
        return line


def install(monkeypatch: pytest.MonkeyPatch, service: FakeService) -> None:
    """Put `service` in the place of `classifier.serving.service`, which imports torch."""

    def make(names: tuple[str, ...]) -> FakeService:
        service.names = list(names)
        return service

    module = ModuleType("classifier.serving.service")
    module.get_service = lambda: service  # type: ignore[attr-defined]
    module.service_of = make  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "classifier.serving.service", module)


def set_up_process(models: list[str]) -> None:
    """Stand in for `batch._set_up` in a process of the pool, which has no patches."""
    batch._state["service"] = FakeService(FakePrediction(model=models[0]))


DEADLY = "truncated.mp3"  # of the corpus: the one of four seconds


class MortalService(FakeService):
    """Dies of one file, as of a segmentation fault or for want of memory."""

    def classify(self, clip: Clip) -> FakePrediction:
        if clip.seconds < 4.5:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().classify(clip)


def set_up_mortal_process(_models: list[str]) -> None:
    """As `set_up_process`."""
    batch._state["service"] = MortalService()
