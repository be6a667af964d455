"""The app with the models it ships: everything else in this folder does without them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from pytest_django import Settings

from classifier.emotions.readings import read
from classifier.models import Song, TryOut
from classifier.queue import rows as queue
from classifier.serving import explaining
from classifier.serving.bundles import main_bundle
from classifier.serving.listening import listen
from classifier.serving.results import is_sure
from classifier.serving.service import EmotionService, get_service
from classifier.terminal.batch import classify_files, known_models
from classifier.tests.corpus import Corpus
from classifier.tests.fakes import FakePrediction
from journify.background import jobs
from journify.background.jobs import Job, Status
from ml.audio.loading import load_clip
from ml.labels import EMOTIONS
from ml.predictor import Prediction
from ml.tests.cycles import bytes_left

pytestmark = pytest.mark.any_database

MODELS = ("resnet18_bilstm", "ann")


@pytest.fixture(autouse=True)
def _shipped(settings: Settings, _a_known_main_model: None) -> Iterator[None]:
    """The weights of the repository in place of the `meta.json` of unit tests."""
    settings.WEIGHTS_DIR = settings.BASE_DIR / "ml" / "weights"
    get_service.cache_clear()
    yield
    get_service.cache_clear()


@pytest.fixture(scope="module", params=MODELS)
def service(request: pytest.FixtureRequest) -> EmotionService:
    """One shipped model, loaded once for all tests of this module."""
    return _service(request.param)


def _service(name: str) -> EmotionService:
    service = EmotionService([name])
    assert [predictor.name for predictor in service.predictors] == [name]
    return service


def test_every_configured_model_is_shipped(settings: Settings) -> None:
    assert set(settings.CLASSIFIER_MODELS) <= set(known_models())


@pytest.mark.parametrize("name", ["song.mp3", "mono-8-khz.wav", "surround.flac", "truncated.mp3"])
def test_an_emotion_is_said_with_calibrated_probabilities(
    service: EmotionService, library: Corpus, name: str
) -> None:
    prediction = service.classify(load_clip(library[name]))
    assert list(prediction.probabilities) == [emotion.value for emotion in EMOTIONS]
    assert sum(prediction.probabilities.values()) == pytest.approx(1)
    assert prediction.probabilities[prediction.emotion] == max(prediction.probabilities.values())
    assert prediction.model == service.predictors[0].name


def test_the_main_model_says_what_it_heard_in_each_segment(library: Corpus) -> None:
    clip = load_clip(library["song.mp3"])
    prediction = get_service().classify(clip)
    assert [segment["start"] for segment in prediction.segments] == [0, 0, 0]
    for segment in prediction.segments:
        assert list(segment["probabilities"]) == [emotion.value for emotion in EMOTIONS]


def test_the_same_clip_gets_the_same_answer(service: EmotionService, library: Corpus) -> None:
    clip = load_clip(library["song.flac"])
    assert service.classify(clip) == service.classify(clip)


@pytest.mark.django_db
def test_a_song_goes_in_and_an_emotion_comes_out(heard_song: Song) -> None:
    row = queue.claim_classification(queue.request_classification(heard_song).pk, worker="w1")
    assert row is not None
    listen(row)
    row.refresh_from_db()
    assert (row.status, row.model, row.version) == (
        "done",
        main_bundle().name,
        main_bundle().version,
    )
    reading = read(heard_song)
    assert reading.state == ("answered" if is_sure(row.certainty) else "unsure")
    assert row.emotion in {each.value for each in EMOTIONS}
    assert len(reading.segments) == 3


def test_the_fallback_answers_when_the_main_weights_are_damaged(
    settings: Settings, library: Corpus, tmp_path: Path
) -> None:
    main, fallback = MODELS
    shipped = settings.WEIGHTS_DIR
    (tmp_path / fallback).symlink_to(shipped / fallback)
    (tmp_path / main).mkdir()
    (tmp_path / main / "meta.json").write_bytes((shipped / main / "meta.json").read_bytes())
    (tmp_path / main / "model.safetensors").write_bytes(b"not tensors")
    settings.WEIGHTS_DIR = tmp_path
    assert get_service().classify(load_clip(library["song.mp3"])).model == fallback


def test_two_processes_answer_as_one_does(library: Corpus) -> None:
    paths = [library[name] for name in ("song.mp3", "empty.mp3", "song.flac")]
    first, bad, last = classify_files(paths, models=MODELS[:1], jobs=2)
    assert bad["error"] == "This file is empty."
    for result, path in ((first, paths[0]), (last, paths[2])):
        alone = get_service().classify(load_clip(path))
        assert result["file"] == str(path)
        assert result["probabilities"] == pytest.approx(alone.probabilities, abs=1e-3)


def test_the_stand_in_looks_like_the_real_prediction() -> None:
    fake, real = (
        [each.name for each in dataclasses.fields(kind)] for kind in (FakePrediction, Prediction)
    )
    assert fake == real


@pytest.mark.django_db
def test_no_cycle_holds_an_array_after_a_worker_heard_drew_or_tried_a_song(
    heard_song: Song, library: Corpus
) -> None:
    row = queue.request_classification(heard_song)
    assert bytes_left(lambda: _worked_at(row)) == 0
    assert row.emotion
    drawing = explaining.request_explanation(row)
    assert bytes_left(lambda: _worked_at(drawing)) == 0
    tryout = TryOut(title="mine")
    tryout.audio.save("mine.mp3", ContentFile(library["song.mp3"].read_bytes()))
    assert bytes_left(lambda: _worked_at(tryout)) == 0


def _worked_at(row: Job) -> None:
    """Claim a row and do its work as a worker does, from the beginning."""
    type(row)._default_manager.filter(pk=row.pk).update(status=Status.QUEUED)
    claimed = jobs.claim(type(row)._default_manager.all(), row.pk)
    assert claimed is not None
    jobs.kind_of(claimed).do(claimed)
    row.refresh_from_db()
    assert row.status == Status.DONE
