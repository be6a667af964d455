from __future__ import annotations

import datetime as dt
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError
from django.utils import timezone
from pytest_django import Settings

from classifier.errors import TookTooLongError
from classifier.models import Classification, Song
from classifier.queue import leases
from classifier.queue import rows as queue
from classifier.tests.factories import ClassificationFactory
from classifier.tests.fakes import FakePrediction, FakeService
from journify import settings as shipped
from journify.background import jobs
from journify.background.jobs import worker_name
from journify.background.tests.workers import work_at

pytestmark = pytest.mark.django_db


@pytest.fixture
def row() -> Classification:
    """Claimed by this process long ago: the lease has run out."""
    return ClassificationFactory(
        status=Classification.Status.RUNNING,
        emotion="",
        attempts=1,
        owner=worker_name(),
        lease_until=timezone.now() - dt.timedelta(seconds=1),
    )


def test_a_row_is_kept_while_it_is_listened_to(row: Classification) -> None:
    with leases.held(row):
        assert leases.renew_leases() == 1
        assert jobs.sweep() == 0
    row.refresh_from_db()
    assert (row.status, row.revision) == ("running", 0)


def test_a_row_is_swept_up_when_nobody_listens_to_it_any_more(row: Classification) -> None:
    with leases.held(row):
        pass
    assert leases.renew_leases() == 0
    assert jobs.sweep() == 1


def test_a_row_is_left_alone_when_another_worker_took_it_over(row: Classification) -> None:
    Classification.objects.update(owner="w2")
    with leases.held(row):
        assert leases.renew_leases() == 0


def test_a_row_is_not_kept_for_ever(row: Classification, settings: Settings) -> None:
    with leases.held(row):
        settings.CLASSIFY_MAX_SECONDS = 0
        assert leases.renew_leases() == 0
        assert not leases.is_stuck()
        settings.CLASSIFY_LEASE_SECONDS = -1
        assert leases.is_stuck()
    assert not leases.is_stuck()


def test_renewing_goes_on_when_the_database_is_away_for_a_moment(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    settings.CLASSIFY_SWEEP_SECONDS = 0.01
    threads = threading.active_count()
    renewed, is_renewed = [DatabaseError("away"), 0], threading.Event()

    def renew() -> int:
        answer = renewed.pop(0)
        if isinstance(answer, DatabaseError):
            raise answer
        renewed.append(answer)
        is_renewed.set()
        return answer

    monkeypatch.setattr(leases, "renew_leases", renew)
    monkeypatch.setattr(leases, "close_old_connections", lambda: None)
    with leases.renewing():
        assert is_renewed.wait(timeout=10)
    assert threading.active_count() == threads
    assert "no lease was renewed" in caplog.text


def test_only_the_main_thread_has_a_time_limit() -> None:
    def wait() -> str:
        with leases.time_limit(0.01):
            time.sleep(0.1)
        return "waited"

    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(wait).result() == "waited"
    with pytest.raises(TookTooLongError):
        wait()


def test_the_row_is_held_during_the_task(service: FakeService, heard_song: Song) -> None:
    row = queue.request_classification(heard_song)
    renewed = []

    def answer(_clip: object) -> FakePrediction:
        renewed.append(leases.renew_leases())
        return FakePrediction()

    service.classify = answer  # type: ignore[method-assign]
    assert work_at(row)
    assert renewed == [1]
    row.refresh_from_db()
    assert row.status == "done"


def test_a_killed_worker_is_noticed_within_a_minute() -> None:
    assert shipped.CLASSIFY_LEASE_SECONDS + shipped.CLASSIFY_SWEEP_SECONDS < 60
    assert 2 * shipped.CLASSIFY_SWEEP_SECONDS < shipped.CLASSIFY_LEASE_SECONDS
