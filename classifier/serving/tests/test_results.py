from __future__ import annotations

import json

from classifier.serving.results import as_result
from classifier.tests.fakes import FakePrediction
from ml.labels import Emotion

UNEVEN = {"sad": 0.123456789, "happy": 0.5, "energetic": 0.3, "calm": 0.076543211}


def test_values_are_plain_and_rounded() -> None:
    prediction = FakePrediction(
        emotion=Emotion.SAD,
        probabilities=UNEVEN,
        segments=[{"start": 0.0, "end": 10.0, "probabilities": UNEVEN}],
    )
    result = as_result(prediction, seconds=0.123456)  # type: ignore[arg-type]
    rounded = {"sad": 0.1235, "happy": 0.5, "energetic": 0.3, "calm": 0.0765}
    assert json.loads(json.dumps(result)) == {
        "emotion": "sad",
        "probabilities": rounded,
        "valence": 0.153,
        "arousal": 0.6,
        "spread": {"valence": 0.571, "arousal": 0.462},
        "words": ["triumphant", "soulful", "festive"],
        "segments": [{"start": 0.0, "end": 10.0, "probabilities": rounded}],
        "model": "resnet18_bilstm",
        "version": "test",
        "seconds": 0.123,
    }


def test_the_prediction_itself_stays_as_it_was() -> None:
    prediction = FakePrediction(probabilities=UNEVEN.copy())
    as_result(prediction, seconds=1.0)  # type: ignore[arg-type]
    assert prediction.probabilities == UNEVEN
