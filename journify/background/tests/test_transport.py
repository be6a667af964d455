import threading
import time
from pathlib import Path

import pytest
from pytest_django import Settings

from journify.background import transport, working


@pytest.fixture(autouse=True)
def alone(settings: Settings, tmp_path: Path) -> None:
    settings.QUEUE_URL, settings.DATA_DIR = "", tmp_path


def test_a_call_is_heard_once_by_every_worker_on_the_machine() -> None:
    with transport.worker_calls() as one, transport.worker_calls() as other:
        assert not one(0)
        transport.wake_workers()
        for listen in (one, other):
            assert listen(0)
            assert not listen(0)


def test_a_call_of_before_is_not_heard() -> None:
    transport.wake_workers()
    with transport.worker_calls() as listen:
        assert not listen(0)


def test_a_worker_that_waits_is_called(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "POLL_SECONDS", 60.0)
    caller = threading.Timer(0.1, transport.wake_workers)
    with transport.worker_calls() as listen:
        caller.start()
        began = time.monotonic()
        working._wait(threading.Event(), listen)
    assert time.monotonic() - began < 30
    caller.join()


def test_workers_look_by_themselves_where_nothing_can_be_written(
    settings: Settings, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path / "gone"
    with transport.worker_calls() as listen:
        transport.wake_workers()
        assert not listen(0.01)
