from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from ml.clip import Clip
from ml.digests import file_digest
from ml.errors import WeightsError
from ml.features.musicnn import FILE
from ml.features.spectrogram import levelled
from ml.features.vectors import VECTOR, clip_vectors
from ml.features.word_tags import word_odds
from ml.labels import EMOTIONS
from ml.networks.config import NetworkConfig
from ml.networks.registry import build_network
from ml.predictor import TURN_SECONDS, Predictor
from ml.tests.sounds import music
from ml.training.words import NAMES
from ml.weights import save_weights

FACTS = {"version": "0.1", "input": "audio", "temperature": 2.0, "descriptors": []}
DESCRIBED = NetworkConfig(kind="cnn_lstm", hidden=16, dense=16, descriptors=len(VECTOR))


def saved(root: Path, name: str, config: NetworkConfig, **facts: object) -> None:
    torch.manual_seed(0)
    save_weights(root / name, build_network(config), config, FACTS | {"name": name} | facts)


def clip(seconds: float, seed: int = 0) -> Clip:
    return Clip(music(seconds, seed=seed), seconds, seconds, 0.0)


@pytest.fixture
def predictor(tmp_path: Path) -> Predictor:
    saved(tmp_path, "small", NetworkConfig(kind="cnn_lstm", hidden=16, dense=16))
    return Predictor.load("small", root=tmp_path)


def test_probabilities_are_named_in_order_when_predicting(predictor: Predictor) -> None:
    prediction = predictor.predict(clip(30))
    assert list(prediction.probabilities) == [str(emotion) for emotion in EMOTIONS]
    assert sum(prediction.probabilities.values()) == pytest.approx(1)
    assert prediction.emotion == max(
        prediction.probabilities, key=lambda name: prediction.probabilities[name]
    )
    assert (prediction.model, prediction.version) == ("small", "0.1")


def test_embedding_is_small_whole_numbers_when_predicting(predictor: Predictor) -> None:
    (first, _) = predictor.predict_many([clip(10), clip(10, seed=3)])
    assert len(first.embedding) == 16
    assert max(abs(value) for value in first.embedding) == 127


@pytest.mark.parametrize(
    ("seconds", "spans"),
    [(30, [(0, 10), (10, 20), (20, 30)]), (14, [(0, 10), (2, 12), (4, 14)]), (4, [(0, 4)] * 3)],
)
def test_segments_say_where_they_are_when_length_varies(
    predictor: Predictor, seconds: float, spans: list[tuple[float, float]]
) -> None:
    segments = predictor.predict(clip(seconds)).segments
    assert [(each["start"], each["end"]) for each in segments] == spans
    assert all(sum(each["probabilities"].values()) == pytest.approx(1) for each in segments)


def test_answers_are_the_same_when_clips_come_together(predictor: Predictor) -> None:
    clips = [clip(30), clip(5, seed=1), clip(12, seed=2)]
    together = predictor.predict_many(clips)
    alone = [predictor.predict(each) for each in clips]
    for first, second in zip(together, alone, strict=True):
        assert first.probabilities == pytest.approx(second.probabilities, abs=1e-5)


def test_answer_is_the_same_when_the_file_is_quieter(predictor: Predictor) -> None:
    loud, quiet = clip(10), Clip(music(10) * np.float32(0.02), 10, 10, 0.0)
    assert predictor.predict(loud).probabilities == pytest.approx(
        predictor.predict(quiet).probabilities, abs=5e-3
    )


def test_nothing_is_said_when_there_are_no_clips(predictor: Predictor) -> None:
    assert predictor.predict_many([]) == []


def test_answers_are_less_sure_when_temperature_is_higher(tmp_path: Path) -> None:
    config = NetworkConfig(kind="cnn_lstm", hidden=16, dense=16)
    answers = []
    for temperature in (0.1, 10.0):
        saved(tmp_path, "small", config, temperature=temperature)
        answers.append(Predictor.load("small", root=tmp_path).predict(clip(10)))
    assert max(answers[0].probabilities.values()) > max(answers[1].probabilities.values())


def test_descriptors_are_computed_when_the_network_wants_them(tmp_path: Path) -> None:
    saved(tmp_path, "joined", DESCRIBED, descriptors=list(VECTOR), musicnn=file_digest(FILE))
    prediction = Predictor.load("joined", root=tmp_path).predict(clip(10))
    assert all(np.isfinite(value) for value in prediction.probabilities.values())


def test_tags_say_which_finer_words_fit_when_the_network_is_given_them(tmp_path: Path) -> None:
    saved(tmp_path, "joined", DESCRIBED, descriptors=list(VECTOR), musicnn=file_digest(FILE))
    joined = Predictor.load("joined", root=tmp_path)
    together = [each.word_odds for each in joined.predict_many([clip(10), clip(20, seed=3)])]
    assert together == [joined.predict(clip(10)).word_odds, joined.predict(clip(20, 3)).word_odds]
    assert together[0] != together[1]
    vectors = clip_vectors(levelled(torch.from_numpy(clip(10).samples)), 10.0, DESCRIBED.patches)
    (odds,) = word_odds(vectors[:1])
    assert together[0] == pytest.approx(odds, abs=0.02)
    assert odds.keys() < set(NAMES)  # and some words tags do not help


def test_nothing_is_said_of_words_when_tags_are_not_heard(predictor: Predictor) -> None:
    assert predictor.predict(clip(10)).word_odds == {}


def test_refused_when_made_for_other_descriptors(tmp_path: Path) -> None:
    config = NetworkConfig(kind="cnn_lstm", hidden=16, dense=16, descriptors=1)
    saved(tmp_path, "joined", config, descriptors=["astrology"])
    with pytest.raises(WeightsError, match="other descriptors"):
        Predictor.load("joined", root=tmp_path)


def test_refused_when_made_with_another_musicnn(tmp_path: Path) -> None:
    saved(tmp_path, "joined", DESCRIBED, descriptors=list(VECTOR), musicnn="0" * 64)
    with pytest.raises(WeightsError, match="another musicnn"):
        Predictor.load("joined", root=tmp_path)


def test_refused_when_there_are_no_such_weights(tmp_path: Path) -> None:
    with pytest.raises(WeightsError):
        Predictor.load("none", root=tmp_path)


@pytest.mark.parametrize("name", ["resnet18_bilstm", "ann"])
def test_answers_stay_when_a_second_core_helps(name: str) -> None:
    clips = [clip(30), clip(7, seed=1)]
    alone = Predictor.load(name).predict_many(clips)
    helped = Predictor.load(name, cores=2).predict_many(clips)
    assert [each.probabilities for each in alone] == [each.probabilities for each in helped]


def test_threads_take_short_turns_when_a_second_core_helps() -> None:
    before = sys.getswitchinterval()
    sys.setswitchinterval(0.005)
    try:
        Predictor.load("ann", cores=1)
        assert sys.getswitchinterval() == pytest.approx(0.005)
        Predictor.load("ann", cores=2)
        assert sys.getswitchinterval() == pytest.approx(TURN_SECONDS)
    finally:
        sys.setswitchinterval(before)


def test_what_breaks_beside_is_raised_where_the_answer_is_awaited(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("no memory")

    monkeypatch.setattr("ml.features.descriptors.measure_moments", fail)
    with pytest.raises(RuntimeError, match="no memory"):
        Predictor.load("ann", cores=2).predict(clip(5))
