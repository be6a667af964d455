"""The broker's side of the queue, on Kombu's broker in memory; real ones are in tools/tests."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
from django.core.exceptions import SuspiciousOperation
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from classifier import queue, tasks
from classifier.models import Classification
from classifier.tests.factories import ClassificationFactory
from journify.background import backends, broker, transport

PATH = "classifier.tasks.classify"


@pytest.fixture(autouse=True)
def _broker_in_memory(settings: Settings) -> Iterator[None]:
    settings.QUEUE_URL = "memory://"
    broker.get_app.cache_clear()
    with broker.get_app().connection_for_write() as connection:
        connection.default_channel.queue_declare(broker.QUEUE)
        connection.default_channel.queue_purge(broker.QUEUE)
    yield
    broker.get_app.cache_clear()


def enqueue(key: str) -> None:
    backend = backends.BrokerBackend("default", {})
    backend.enqueue(tasks.classify, [], {"classification_id": key})


def line(keys: str, *, length: int | None = None) -> transport.Line:
    return transport.Line("classification_id", list(keys), len(keys) if length is None else length)


def taken() -> list[list[object]]:
    """The arguments of every message that waits."""
    found = []
    with broker.get_app().connection_for_read() as connection:
        while (message := connection.default_channel.basic_get(broker.QUEUE)) is not None:
            found.append(json.loads(message.body)[0])
    return found


def test_a_message_is_a_name_and_an_id() -> None:
    enqueue("1")
    assert transport.depth() == 1
    assert taken() == [[PATH, {"classification_id": "1"}]]


def test_the_usual_does_not_wait_for_what_is_below_it() -> None:
    """Priorities are Redis's and RabbitMQ's own: tools/tests sees them there."""
    backend = backends.BrokerBackend("default", {})
    for task, argument in ((tasks.explain, "explanation_id"), (tasks.try_out, "tryout_id")):
        backend.enqueue(task, [], {argument: "1"})
    assert transport.depth() == 2


def test_positional_arguments_are_refused() -> None:
    with pytest.raises(ValueError, match="keyword"):
        backends.BrokerBackend("default", {}).enqueue(tasks.classify, ["1"], {})


@pytest.mark.django_db
def test_a_message_calls_its_task(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(broker, "close_old_connections", lambda: None)
    row = ClassificationFactory(status=Classification.Status.DONE)
    broker.run(PATH, {"classification_id": str(row.pk)})
    row.refresh_from_db()
    assert row.attempts == 0  # nothing was left to do


@pytest.mark.parametrize("path", ["os.system", "classifier.queue.sweep"])
def test_a_message_calls_nothing_but_tasks(path: str) -> None:
    with pytest.raises(SuspiciousOperation):
        broker.run(path, {})


class TestUnserved:
    def test_nothing_waits_in_an_empty_broker(self) -> None:
        assert transport.unserved([line("12")]) == {"1", "2"}

    def test_the_youngest_are_taken_to_wait_in_the_broker(self) -> None:
        enqueue("3")
        assert transport.unserved([line("123")]) == {"1", "2"}

    def test_a_long_backlog_serves_everybody(self) -> None:
        for key in "123":
            enqueue(key)
        assert transport.unserved([line("12")]) == set()

    def test_those_of_whom_only_the_number_is_known_count_too(self) -> None:
        enqueue("9")
        assert transport.unserved([line("12", length=4), line("56")]) == {"1", "2", "5"}
        assert transport.unserved([line("12", length=2), line("5", length=7)]) == {"1", "2", "5"}
        assert transport.unserved([line("12", length=1), line("5")]) == {"1"}


class TestBrokerIsAway:
    @pytest.fixture(autouse=True)
    def _nobody_there(self, settings: Settings) -> None:
        settings.QUEUE_URL = "redis://127.0.0.1:1/0"
        broker.get_app.cache_clear()

    def test_only_the_first_listener_waits_for_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(broker, "_away", SimpleNamespace(until=0.0))
        with pytest.raises(broker.OperationalError):
            enqueue("1")
        with pytest.raises(broker.BrokerAwayError):
            enqueue("2")
        monkeypatch.setattr(broker.time, "monotonic", lambda: broker._away.until)
        with pytest.raises(broker.OperationalError):
            enqueue("3")

    def test_the_depth_is_not_known(self) -> None:
        assert transport.depth() is None

    @pytest.mark.django_db
    def test_the_sweep_leaves_the_rows_to_the_next(self) -> None:
        minutes_ago = timezone.now() - dt.timedelta(minutes=9)
        ClassificationFactory(status=Classification.Status.QUEUED, woken_at=minutes_ago)
        assert queue.sweep() == 0


@pytest.mark.django_db
def test_a_row_is_told_of_again_when_the_broker_lost_it(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    minutes_ago = timezone.now() - dt.timedelta(minutes=2)
    ClassificationFactory(status=Classification.Status.QUEUED, woken_at=minutes_ago)
    with django_capture_on_commit_callbacks() as callbacks:
        assert queue.sweep() == 1
        assert queue.sweep() == 0
    assert len(callbacks) == 1


def test_redis_gives_up_a_dead_workers_task_with_its_lease(settings: Settings) -> None:
    settings.QUEUE_URL = "redis://127.0.0.1:1/0"
    broker.get_app.cache_clear()
    conf = broker.get_app().conf
    assert conf.task_acks_late
    assert conf.broker_transport_options["visibility_timeout"] == settings.CLASSIFY_LEASE_SECONDS


def test_celery_stays_out_until_a_task_is_sent(settings: Settings) -> None:
    script = (
        "import sys, django; django.setup(); import journify.urls, journify.background.backends;"
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
