from __future__ import annotations

import signal
import time

import pytest
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from classifier.errors import NO_CLIP, NO_MODEL, TOOK_TOO_LONG, UNEXPECTED, NoModelError
from classifier.models import Classification, Song
from classifier.queue import rows as queue
from classifier.serving.embeddings import pack_embedding
from classifier.serving.listening import listen
from classifier.tests.corpus import Corpus
from classifier.tests.factories import ClassificationFactory, SongFactory
from classifier.tests.fakes import SURE, FakePrediction, FakeService
from spotify_auth.models import User

pytestmark = pytest.mark.django_db


def claimed(song: Song) -> Classification:
    row = queue.claim_classification(queue.request_classification(song).pk, worker="w1")
    assert row is not None
    return row


def listened(song: Song) -> Classification:
    row = claimed(song)
    listen(row)
    row.refresh_from_db()
    return row


def test_the_answer_is_written_down(service: FakeService, heard_song: Song) -> None:
    row = listened(heard_song)
    assert (row.status, row.emotion, row.error) == ("done", "happy", "")
    assert row.probabilities == SURE
    assert [segment["start"] for segment in row.segments] == [0.0, 10.0, 20.0]
    assert row.clip_source == "catalogue"
    assert row.seconds is not None
    assert row.seconds >= 0
    assert row.finished_at is not None
    assert row.embedding == pack_embedding([127, 0, -5])
    assert row.certainty == max(row.probabilities.values())


def test_what_is_done_is_told_on_the_way(service: FakeService, heard_song: Song) -> None:
    row = claimed(heard_song)
    assert row.stage == ""
    service.script = [NoModelError("No.")]
    listen(row)
    row.refresh_from_db()
    assert row.stage == "thinking"


def test_nothing_is_told_on_a_row_that_another_worker_has(heard_song: Song) -> None:
    row = claimed(heard_song)
    Classification.objects.update(owner="w2")
    queue.tell_stage(row, "fetching")
    row.refresh_from_db()
    assert row.stage == ""


def test_the_source_is_named_when_song_is_an_upload(
    service: FakeService, heard_song: Song, user: User
) -> None:
    heard_song.owner = user
    heard_song.save()
    assert listened(heard_song).clip_source == "upload"


class TestMainModelIsNotShipped:
    @pytest.fixture(autouse=True)
    def _no_main_model(self, settings: Settings) -> None:
        (settings.WEIGHTS_DIR / "resnet18_bilstm" / "meta.json").unlink()

    def test_the_next_model_answers_in_its_own_row(
        self, service: FakeService, heard_song: Song
    ) -> None:
        service.script = [FakePrediction(emotion="calm", model="ann")]
        row = listened(heard_song)
        assert (row.model, row.status, row.emotion) == ("ann", "done", "calm")
        assert heard_song.classifications.count() == 1

    def test_failed_with_a_reason_when_none_is_shipped(
        self, service: FakeService, heard_song: Song, settings: Settings
    ) -> None:
        (settings.WEIGHTS_DIR / "ann" / "meta.json").unlink()
        service.script = [NoModelError(str(NO_MODEL))]
        row = listened(heard_song)
        assert (row.status, row.error) == ("failed", str(NO_MODEL))


class TestFallback:
    @pytest.fixture
    def service(self, service: FakeService) -> FakeService:
        service.script = [FakePrediction(emotion="calm", model="ann", version="7")]
        return service

    def test_its_answer_stands_beside_the_failed_main_row(
        self, service: FakeService, heard_song: Song
    ) -> None:
        main = listened(heard_song)
        assert (main.status, main.emotion, main.error) == ("failed", "", str(NO_MODEL))
        beside = heard_song.classifications.get(model="ann")
        assert (beside.status, beside.version, beside.emotion) == ("done", "7", "calm")
        assert beside.clip_source == "catalogue"
        assert beside.finished_at is not None

    def test_its_row_is_written_again_when_it_answered_before(
        self, service: FakeService, heard_song: Song
    ) -> None:
        ClassificationFactory(song=heard_song, model="ann", version="7", emotion="sad")
        listened(heard_song)
        assert heard_song.classifications.get(model="ann").emotion == "calm"

    def test_nothing_is_written_when_the_claim_was_lost(
        self, service: FakeService, heard_song: Song
    ) -> None:
        row = claimed(heard_song)
        queue.settle_classification(row, status=Classification.Status.DONE, emotion="sad")
        listen(row)
        assert heard_song.classifications.get().emotion == "sad"


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("empty.mp3", "This file is empty."),
        ("silence.wav", "This file is silent."),
        ("text.mp3", "This file could not be read as audio."),
    ],
)
def test_the_clips_sentence_becomes_the_rows(
    service: FakeService, heard_song: Song, library: Corpus, name: str, sentence: str
) -> None:
    with heard_song.audio.storage.open(heard_song.audio.name, "wb") as file:
        file.write(library[name].read_bytes())
    row = listened(heard_song)
    assert (row.status, row.error, service.heard) == ("failed", sentence, [])


def test_failed_with_a_reason_when_there_is_no_audio(service: FakeService) -> None:
    row = listened(SongFactory(audio=""))
    assert (row.status, row.error, row.reason) == ("failed", str(NO_CLIP), "no-clip")


def test_failed_with_a_reason_when_no_model_answers(service: FakeService, heard_song: Song) -> None:
    service.script = [NoModelError(str(NO_MODEL))]
    row = listened(heard_song)
    assert (row.status, row.error) == ("failed", str(NO_MODEL))


class TestTooLong:
    def test_a_song_that_takes_too_long_is_tried_again_then_failed(
        self, service: FakeService, heard_song: Song, settings: Settings
    ) -> None:
        settings.CLASSIFY_MAX_SECONDS = 1.0
        settings.CLASSIFY_MAX_ATTEMPTS = 2
        service.classify = lambda _clip: time.sleep(60)  # type: ignore[method-assign,assignment]
        row = listened(heard_song)
        assert (row.status, row.attempts, row.reason) == ("queued", 1, "took-too-long")
        Classification.objects.update(retry_at=None)
        row = listened(heard_song)
        assert (row.status, row.attempts, row.error) == ("failed", 2, str(TOOK_TOO_LONG))

    def test_no_alarm_is_left_behind(self, service: FakeService, heard_song: Song) -> None:
        listened(heard_song)
        assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
        assert signal.getsignal(signal.SIGALRM) == signal.SIG_DFL


def test_the_row_is_given_back_when_the_worker_is_told_to_stop_at_once(
    service: FakeService, heard_song: Song
) -> None:
    service.script = [SystemExit(1)]
    row = claimed(heard_song)
    with pytest.raises(SystemExit):
        listen(row)
    row.refresh_from_db()
    assert (row.status, row.retry_at, row.owner) == ("queued", None, "")


class TestAccident:
    @pytest.fixture
    def service(self, service: FakeService) -> FakeService:
        service.script = [KeyError("segments"), FakePrediction()]
        return service

    def test_the_row_waits_for_another_attempt(
        self,
        service: FakeService,
        heard_song: Song,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        row = claimed(heard_song)
        with django_capture_on_commit_callbacks() as callbacks:
            listen(row)
        row.refresh_from_db()
        assert (row.status, row.attempts, row.error) == ("queued", 1, "")
        assert row.reason == "unexpected"
        assert row.retry_at is not None
        assert row.retry_at > timezone.now()
        assert callbacks == []  # the sweep will take it up

    def test_the_next_attempt_can_answer(self, service: FakeService, heard_song: Song) -> None:
        listened(heard_song)
        Classification.objects.update(retry_at=None)
        row = listened(heard_song)
        assert (row.status, row.attempts, row.emotion) == ("done", 2, "happy")

    def test_the_row_fails_after_the_last_attempt(
        self, service: FakeService, heard_song: Song, settings: Settings
    ) -> None:
        settings.CLASSIFY_MAX_ATTEMPTS = 1
        row = listened(heard_song)
        assert (row.status, row.error) == ("failed", str(UNEXPECTED))
