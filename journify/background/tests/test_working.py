from __future__ import annotations

import os
import signal
import threading

import pytest
from django.db import OperationalError

from classifier.models import Classification
from classifier.tests.factories import ClassificationFactory
from journify.background import jobs, transport, working


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the test's connection, which a worker would close as an old one; wait for nothing."""
    monkeypatch.setattr(working, "close_old_connections", lambda: None)
    monkeypatch.setattr(working, "AWAY_SECONDS", 0.0)
    monkeypatch.setattr(transport, "POLL_SECONDS", 0.01)


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[jobs.Job]:
    """What was worked at, by a stand-in for listening."""
    rows: list[jobs.Job] = []
    monkeypatch.setattr("classifier.serving.listening.classify", rows.append)
    return rows


def waiting() -> Classification:
    return ClassificationFactory(status="queued", emotion="")


@pytest.mark.django_db
class TestBatch:
    def test_everything_that_waits_is_done_and_then_it_ends(self, done: list[jobs.Job]) -> None:
        rows = [waiting(), waiting()]
        working.work(batch=True)
        assert done == rows

    def test_a_mistake_of_ours_costs_one_row_a_lease(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def broken(row: Classification) -> None:
            raise KeyError(row.pk)

        monkeypatch.setattr("classifier.serving.listening.classify", broken)
        rows = [waiting(), waiting()]
        working.work(batch=True)
        assert {row.status for row in Classification.objects.all()} == {"running"}
        assert all(str(row.pk) in caplog.text for row in rows)


@pytest.mark.django_db
def test_it_goes_on_when_the_database_was_away(
    done: list[jobs.Job], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    row, looked = waiting(), jobs.claim_next
    accidents = [OperationalError("no server"), OperationalError("no server")]

    def look() -> jobs.Job | None:
        if accidents:
            raise accidents.pop()
        if done:
            os.kill(os.getpid(), signal.SIGTERM)
        return looked()

    monkeypatch.setattr(jobs, "claim_next", look)
    monkeypatch.setattr(working.connections, "close_all", lambda: None)
    working.work()
    assert done == [row]
    assert caplog.text.count("the database is away") == 2


@pytest.mark.django_db
def test_the_row_under_way_is_finished_when_it_should_stop(
    done: list[jobs.Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = waiting(), waiting()

    def classify(row: jobs.Job) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        done.append(row)

    monkeypatch.setattr("classifier.serving.listening.classify", classify)
    handler = signal.getsignal(signal.SIGTERM)
    working.work()
    assert done == [first]
    assert Classification.objects.waiting().get() == second
    assert signal.getsignal(signal.SIGTERM) == handler


@pytest.mark.django_db
def test_the_second_signal_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    waiting()

    def classify(_row: jobs.Job) -> None:
        for _ in range(2):
            os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr("classifier.serving.listening.classify", classify)
    with pytest.raises(SystemExit):
        working.work()


def test_a_call_ends_the_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "POLL_SECONDS", 60.0)
    asked: list[float] = []

    def listen(seconds: float) -> bool:
        asked.append(seconds)
        return len(asked) == 3

    working._wait(threading.Event(), listen)
    assert len(asked) == 3
    assert max(asked) == working.LISTEN_SECONDS
