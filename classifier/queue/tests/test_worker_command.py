from __future__ import annotations

import datetime as dt
import functools
import logging
import threading

import pytest
from django.core.management import call_command
from django.db import DatabaseError
from django.utils import timezone

from classifier.management.commands import worker
from classifier.models import Classification, Song
from classifier.queue import leases
from classifier.queue import rows as queue
from classifier.tests.factories import ClassificationFactory, SongFactory
from classifier.tests.fakes import FakePrediction, FakeService
from journify.background import working
from journify.background.jobs import worker_name
from journify.background.tests.workers import end_waits
from journify.operations.housekeeping import Rule


@pytest.mark.django_db(transaction=True)
class TestBatch:
    @pytest.fixture(autouse=True)
    def _no_sweep_beside(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The sweep has tests of its own; a second thread would need a second database."""
        monkeypatch.setattr(worker, "_sweep_until", lambda stop: stop.wait())

    def test_queued_rows_are_settled(self, service: FakeService, heard_song: Song) -> None:
        queue.request_classification(heard_song)
        silent = queue.request_classification(SongFactory(audio=""))
        call_command("worker", batch=True, verbosity=0)
        silent.refresh_from_db()
        assert heard_song.classifications.get().emotion == "happy"
        assert silent.status == "failed"

    def test_an_accident_waits_for_its_time(self, service: FakeService, heard_song: Song) -> None:
        service.script = [KeyError("x"), FakePrediction()]
        row = queue.request_classification(heard_song)
        call_command("worker", batch=True, verbosity=0)
        row.refresh_from_db()
        assert (row.status, row.attempts, row.reason) == ("queued", 1, "unexpected")
        end_waits()
        call_command("worker", batch=True, verbosity=0)
        row.refresh_from_db()
        assert (row.status, row.attempts, row.reason) == ("done", 2, "")

    def test_models_are_loaded_before_work_is_taken(
        self,
        service: FakeService,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        monkeypatch.setattr(
            working, "work", lambda **_options: logging.getLogger("test").info("working")
        )
        with caplog.at_level(logging.INFO):
            call_command("worker", batch=True, verbosity=0)
        assert [record.message for record in caplog.records] == ["models ready: none", "working"]

    def test_the_sweep_ends_with_the_worker(self, service: FakeService) -> None:
        before = threading.active_count()
        call_command("worker", batch=True, verbosity=0)
        assert threading.active_count() == before


class StopAfter(threading.Event):
    """Lets a number of rounds pass without waiting."""

    def __init__(self, rounds: int) -> None:
        super().__init__()
        self.rounds = rounds

    def wait(self, timeout: float | None = None) -> bool:
        self.rounds -= 1
        return self.rounds == 0


class TestSweepUntil:
    @pytest.fixture
    def stop(self) -> threading.Event:
        """Set from the start: one sweep, then the end."""
        stop = threading.Event()
        stop.set()
        return stop

    @pytest.mark.django_db
    def test_dropped_work_is_taken_up(
        self, stop: threading.Event, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(worker.connection, "close", lambda: None)
        row = ClassificationFactory(
            status=Classification.Status.RUNNING,
            attempts=1,
            lease_until=timezone.now() - dt.timedelta(seconds=1),
        )
        worker._sweep_until(stop)
        row.refresh_from_db()
        assert row.status == "queued"

    @pytest.mark.django_db
    def test_leases_are_renewed_before_the_sweep(
        self, stop: threading.Event, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(worker.connection, "close", lambda: None)
        row = ClassificationFactory(
            status=Classification.Status.RUNNING,
            owner=worker_name(),
            lease_until=timezone.now() - dt.timedelta(seconds=1),
        )
        with leases.held(row):
            worker._sweep_until(stop)
        row.refresh_from_db()
        assert row.status == "running"

    @pytest.mark.django_db
    def test_what_is_over_is_cleared_away_once_an_hour(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(worker.connection, "close", lambda: None)
        calls: list[str] = []
        monkeypatch.setattr(worker.jobs, "sweep", lambda: calls.append("sweep"))
        rules = {
            name: Rule(name, (), dt.timedelta, "", functools.partial(calls.append, name), every)
            for name, every in (("tasks", 3600), ("try-outs", 0))
        }
        monkeypatch.setattr(worker.housekeeping, "_rules", rules)
        monkeypatch.setattr(worker.housekeeping, "_done_at", {})
        worker._sweep_until(StopAfter(3))
        assert calls == ["sweep", "tasks", "try-outs", *(2 * ["sweep", "try-outs"])]

    def test_a_database_that_is_away_ends_nothing(
        self,
        stop: threading.Event,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        def away() -> int:
            raise DatabaseError("no answer")

        monkeypatch.setattr(worker, "close_old_connections", lambda: None)
        monkeypatch.setattr(worker.heartbeats, "beat", away)
        monkeypatch.setattr(worker.heartbeats, "stop_beating", away)
        worker._sweep_until(stop)
        assert "sweep failed, next one in 15 s" in caplog.text

    @pytest.mark.django_db
    def test_a_chore_that_breaks_ends_no_other(
        self,
        stop: threading.Event,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        def broken() -> int:
            raise OSError("no storage")

        calls: list[str] = []
        monkeypatch.setattr(worker.connection, "close", lambda: None)
        chores = {
            "broken": Rule("broken", (), dt.timedelta, "", broken),
            "other": Rule("other", (), dt.timedelta, "", lambda: calls.append("other")),
        }
        monkeypatch.setattr(worker.housekeeping, "_rules", chores)
        worker._sweep_until(stop)
        assert calls == ["other"]
        assert "no storage" in caplog.text
