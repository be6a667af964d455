from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from classifier.models import Classification, Song
from classifier.queue import rows as queue
from classifier.tests.factories import ClassificationFactory, SongFactory
from classifier.tests.fakes import FakeService
from journify.background import jobs, transport
from journify.background.tests.workers import end_waits, work_at

pytestmark = pytest.mark.django_db


Status = Classification.Status
LONG_AGO = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


def a_row(status: Status = Status.QUEUED, **values: object) -> Classification:
    return ClassificationFactory(status=status, emotion="", finished_at=None, **values)


def claimed(**values: object) -> Classification:
    row = queue.claim_classification(a_row(**values).pk, worker="w1")
    assert row is not None
    return row


class TestRequest:
    def test_a_row_waits_and_workers_are_called_after_the_commit(
        self, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
    ) -> None:
        song = SongFactory()
        with django_capture_on_commit_callbacks() as callbacks:
            row = queue.request_classification(song)
        assert (row.status, row.model, row.version) == ("queued", "resnet18_bilstm", "test")
        assert callbacks == [transport.wake_workers]

    @pytest.mark.parametrize("status", [Status.QUEUED, Status.RUNNING, Status.DONE])
    def test_nothing_changes_when_there_is_work_or_an_answer(
        self,
        status: Status,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        row = a_row(status)
        with django_capture_on_commit_callbacks() as callbacks:
            assert queue.request_classification(row.song) == row
        row.refresh_from_db()
        assert (row.status, row.revision, callbacks) == (status, 0, [])

    def test_tried_again_when_it_failed(
        self, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
    ) -> None:
        row = a_row(Status.FAILED, error="No.", attempts=3)
        with django_capture_on_commit_callbacks() as callbacks:
            queue.request_classification(row.song)
        row.refresh_from_db()
        assert (row.status, row.error, row.attempts) == ("queued", "", 0)
        assert len(callbacks) == 1

    def test_a_row_is_added_when_the_answer_is_of_another_version(self) -> None:
        old = ClassificationFactory(version="old")
        new = queue.request_classification(old.song)
        old.refresh_from_db()
        assert (old.status, new.status) == ("done", "queued")


class TestClaim:
    def test_one_wins_when_two_claim(self) -> None:
        row = a_row()
        first = queue.claim_classification(row.pk, worker="w1")
        second = queue.claim_classification(row.pk, worker="w2")
        assert first is not None
        assert second is None
        row.refresh_from_db()
        assert (row.status, row.owner, row.attempts) == ("running", "w1", 1)

    def test_the_lease_begins_now(self, settings: Settings) -> None:
        settings.CLASSIFY_LEASE_SECONDS = 90
        row = claimed()
        assert row.lease_until is not None
        left = row.lease_until - timezone.now()
        assert dt.timedelta(seconds=80) < left <= dt.timedelta(seconds=90)

    @pytest.mark.parametrize("status", [Status.RUNNING, Status.DONE, Status.FAILED])
    def test_nothing_is_claimed_when_row_does_not_wait(self, status: Status) -> None:
        assert queue.claim_classification(a_row(status).pk, worker="w1") is None

    def test_nothing_is_claimed_before_its_time(self) -> None:
        row = a_row(retry_at=timezone.now() + dt.timedelta(seconds=5))
        assert queue.claim_classification(row.pk, worker="w1") is None

    def test_nothing_is_claimed_when_row_is_gone(self) -> None:
        row = a_row()
        key = row.pk
        row.delete()
        assert queue.claim_classification(key, worker="w1") is None


class TestSettle:
    def test_outcome_is_written_when_claim_holds(self) -> None:
        row = claimed()
        assert queue.settle_classification(row, status=Status.DONE, emotion="sad")
        row.refresh_from_db()
        assert (row.status, row.emotion, row.lease_until) == ("done", "sad", None)
        assert row.finished_at is not None

    def test_nothing_is_written_when_somebody_else_took_over(self) -> None:
        late = claimed()
        queue.release(late, "", reason="interrupted")
        taken_over = queue.claim_classification(late.pk, worker="w2")
        assert taken_over is not None
        assert not queue.settle_classification(late, status=Status.DONE, emotion="sad")
        taken_over.refresh_from_db()
        assert (taken_over.status, taken_over.owner, taken_over.emotion) == ("running", "w2", "")

    def test_nothing_is_written_twice(self) -> None:
        row = claimed()
        assert queue.settle_classification(row, status=Status.DONE, emotion="sad")
        assert not queue.settle_classification(row, status=Status.DONE, emotion="calm")
        row.refresh_from_db()
        assert row.emotion == "sad"

    def test_a_sentence_is_kept_when_it_fails(self) -> None:
        row = claimed()
        assert queue.fail_classification(row, "x" * 400, reason="silent")
        row.refresh_from_db()
        assert (row.status, row.error, row.reason) == ("failed", "x" * 300, "silent")


class TestEarlierAnswer:
    @pytest.fixture
    def again(self) -> Classification:
        """An answered row that is being listened to anew."""
        row = ClassificationFactory(emotion="sad")
        assert queue.requeue(row)
        running = queue.claim_classification(row.pk, worker="w1")
        assert running is not None
        return running

    def test_it_stands_when_listening_again_fails(
        self, again: Classification, caplog: pytest.LogCaptureFixture
    ) -> None:
        assert queue.fail_classification(again, "This file is silent.", reason="silent")
        again.refresh_from_db()
        assert (again.status, again.emotion, again.error) == ("done", "sad", "")
        assert again.probabilities["sad"] == 0.7
        assert "This file is silent." in caplog.text

    def test_it_stands_after_the_last_accident(
        self, again: Classification, settings: Settings
    ) -> None:
        settings.CLASSIFY_MAX_ATTEMPTS = 1
        assert queue.release(again, "An accident.", reason="unexpected")
        again.refresh_from_db()
        assert (again.status, again.emotion) == ("done", "sad")


class TestRelease:
    def test_queued_again_when_attempts_are_left(
        self, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
    ) -> None:
        row = claimed()
        with django_capture_on_commit_callbacks() as callbacks:
            assert queue.release(row, "An accident.", reason="unexpected")
        row.refresh_from_db()
        assert (row.status, row.owner, row.attempts, row.error) == ("queued", "", 1, "")
        assert row.finished_at is None
        assert row.lease_until is None
        assert len(callbacks) == 1

    def test_failed_with_the_sentence_after_the_last_attempt(self, settings: Settings) -> None:
        settings.CLASSIFY_MAX_ATTEMPTS = 2
        row = a_row()
        for _ in range(2):
            running = queue.claim_classification(row.pk, worker="w1")
            assert running is not None
            queue.release(running, "An accident.", reason="unexpected")
        row.refresh_from_db()
        assert (row.status, row.attempts, row.error) == ("failed", 2, "An accident.")

    def test_nothing_is_enqueued_when_the_claim_was_lost(
        self, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
    ) -> None:
        row = claimed()
        queue.settle_classification(row, status=Status.DONE)
        with django_capture_on_commit_callbacks() as callbacks:
            assert not queue.release(row, "An accident.", reason="unexpected")
        assert callbacks == []

    def test_a_row_that_has_to_wait_is_not_to_be_had_before_its_time(
        self, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
    ) -> None:
        row = claimed()
        with django_capture_on_commit_callbacks() as callbacks:
            assert queue.release(row, "An accident.", reason="unexpected", seconds=30)
        assert callbacks == []
        assert queue.claim_classification(row.pk, worker="w2") is None
        assert Classification.objects.postponed().get() == row
        end_waits()
        again = queue.claim_classification(row.pk, worker="w2")
        assert again is not None
        assert (again.attempts, again.reason) == (2, "unexpected")


class TestBackOff:
    def test_it_doubles_up_to_a_limit(self) -> None:
        longest = [max(queue.back_off(attempts) for _ in range(200)) for attempts in (1, 2, 3, 20)]
        limits = [6, 12, 24, queue.LONGEST_RETRY_SECONDS]
        assert all(
            0.9 * limit < found <= limit for found, limit in zip(longest, limits, strict=True)
        )

    def test_it_is_not_the_same_for_all(self) -> None:
        waits = {queue.back_off(1) for _ in range(50)}
        assert len(waits) > 40
        assert min(waits) >= 3


class TestRequeue:
    @pytest.mark.parametrize("status", [Status.DONE, Status.FAILED, Status.QUEUED])
    def test_waits_anew_when_nobody_has_it(
        self,
        status: Status,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        row = ClassificationFactory(status=status, attempts=3, error="No.")
        with django_capture_on_commit_callbacks() as callbacks:
            assert queue.requeue(row)
        row.refresh_from_db()
        assert (row.status, row.attempts, row.error) == ("queued", 0, "")
        assert row.finished_at is None
        assert len(callbacks) == 1

    def test_refused_when_a_worker_has_it(self) -> None:
        row = claimed()
        assert not queue.requeue(row)
        row.refresh_from_db()
        assert (row.status, row.owner) == ("running", "w1")

    def test_refused_when_somebody_changed_it(self) -> None:
        row = a_row(Status.FAILED)
        assert queue.requeue(Classification.objects.get(pk=row.pk))
        assert not queue.requeue(row)


class TestClassifyAgain:
    def test_the_row_of_the_current_version_waits_anew(self) -> None:
        row = ClassificationFactory()
        assert queue.classify_again(row.song)
        row.refresh_from_db()
        assert row.status == "queued"

    def test_a_row_is_added_when_only_a_fallback_answered(self) -> None:
        fallback = ClassificationFactory(model="ann")
        assert queue.classify_again(fallback.song)
        fallback.refresh_from_db()
        assert fallback.status == "done"
        assert fallback.song.classifications.get(model="resnet18_bilstm").status == "queued"

    def test_refused_when_a_worker_is_at_it(self) -> None:
        assert not queue.classify_again(claimed().song)


class TestSweep:
    def test_an_expired_lease_is_taken_up(
        self, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
    ) -> None:
        row = a_row(Status.RUNNING, attempts=1, lease_until=timezone.now() - dt.timedelta(1))
        with django_capture_on_commit_callbacks() as callbacks:
            assert jobs.sweep() == 1
        row.refresh_from_db()
        assert row.status == "queued"
        assert len(callbacks) == 1

    def test_a_song_that_is_taken_up_again_comes_before_the_ones_behind_it(self) -> None:
        dead = claimed()
        queue.request_classification(SongFactory())
        Classification.objects.filter(pk=dead.pk).update(lease_until=LONG_AGO)
        assert jobs.sweep() == 1
        assert jobs.claim_next() == dead

    def test_an_expired_lease_fails_after_the_last_attempt(self) -> None:
        row = a_row(Status.RUNNING, attempts=3, lease_until=timezone.now() - dt.timedelta(1))
        assert jobs.sweep() == 1
        row.refresh_from_db()
        assert (row.status, row.error) == (
            "failed",
            "Listening was interrupted too often. Try again, or label it yourself.",
        )

    def test_nothing_is_touched_when_work_goes_its_way(
        self, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
    ) -> None:
        for row in (a_row(), claimed(), ClassificationFactory(), a_row(Status.FAILED)):
            assert row.pk
        with django_capture_on_commit_callbacks() as callbacks:
            assert jobs.sweep() == 0
        assert callbacks == []


class TestWork:
    def test_running_twice_is_harmless(self, service: FakeService, heard_song: Song) -> None:
        row = a_row(song=heard_song)
        assert work_at(row)
        assert not work_at(row)
        row.refresh_from_db()
        assert (row.status, row.emotion, row.attempts) == ("done", "happy", 1)
        assert len(service.heard) == 1

    def test_running_late_is_harmless_when_the_song_is_gone(self, service: FakeService) -> None:
        row = a_row()
        running = queue.claim_classification(row.pk, worker="w1")
        row.song.delete()
        assert not work_at(row)
        jobs.kind_of(running).do(running)
        assert service.heard == []

    def test_the_worker_is_named(self, service: FakeService, heard_song: Song) -> None:
        row = a_row(song=heard_song)
        assert work_at(row)
        row.refresh_from_db()
        assert row.owner == jobs.worker_name()
