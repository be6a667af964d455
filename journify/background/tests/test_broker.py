"""Calls through Kombu's broker in memory; real ones are in tools/tests."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from pytest_django import Settings

from journify.background import broker, transport


@pytest.fixture(autouse=True)
def _broker_in_memory(settings: Settings) -> Iterator[None]:
    settings.QUEUE_URL = "memory://"
    broker.get_app.cache_clear()
    yield
    broker.get_app.cache_clear()


def test_every_worker_that_listens_hears_a_call() -> None:
    with transport.worker_calls() as one, transport.worker_calls() as other:
        assert not one(0.01)
        assert not other(0.01)
        transport.wake_workers()
        assert one(1)
        assert other(1)
        assert not one(0.01)


def test_a_call_that_nobody_hears_is_gone() -> None:
    transport.wake_workers()
    with transport.worker_calls() as listen:
        assert not listen(0.05)


def test_several_calls_wake_a_worker_up() -> None:
    with transport.worker_calls() as listen:
        listen(0.01)
        for _ in range(3):
            transport.wake_workers()
        assert listen(1)


class TestBrokerIsAway:
    @pytest.fixture(autouse=True)
    def _nobody_there(self, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        settings.QUEUE_URL = "redis://127.0.0.1:1/0"
        broker.get_app.cache_clear()
        monkeypatch.setattr(broker, "_away", SimpleNamespace(until=0.0))

    def test_only_the_first_listener_waits_for_it(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        transport.wake_workers()
        transport.wake_workers()
        assert len(caplog.records) == 1
        monkeypatch.setattr(broker.time, "monotonic", lambda: broker._away.until)
        transport.wake_workers()
        assert len(caplog.records) == 2

    def test_a_worker_only_waits_and_does_not_end(self, caplog: pytest.LogCaptureFixture) -> None:
        with transport.worker_calls() as listen:
            for _ in range(3):
                assert not listen(0.01)
        assert len(caplog.records) == 1


def test_without_a_broker_workers_look_often(settings: Settings) -> None:
    assert transport.look_seconds() == transport.POLL_BESIDE_BROKER_SECONDS
    settings.QUEUE_URL = ""
    transport.wake_workers()
    with transport.worker_calls() as listen:
        assert not listen(0)
    assert transport.look_seconds() == transport.POLL_SECONDS < 1


def test_celery_stays_out_until_somebody_is_called(settings: Settings) -> None:
    script = (
        "import sys, django; django.setup(); import journify.urls, journify.background.transport;"
        "import classifier.management.commands.worker;"
        "print(sorted({'celery', 'kombu', 'redis', 'amqp'} & set(sys.modules)))"
    )
    child = subprocess.run(
        [sys.executable, "-c", script],
        cwd=settings.BASE_DIR,
        env={"DJANGO_SETTINGS_MODULE": "journify.settings", "QUEUE_URL": "redis://127.0.0.1:1/0"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert child.stdout.strip() == "[]"
