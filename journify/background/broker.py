"""Tasks through Redis or RabbitMQ, by Celery: for work that several machines share.

What Celery carries is the name of a task and ids. Tasks are acknowledged late, so that one whose
worker is killed comes back; that it may then run twice is no harm to tasks of ours.
"""

from __future__ import annotations

import functools
import logging
import os
import signal
import socket
import sys
import threading
import time
from types import SimpleNamespace
from typing import Any

from celery import Celery, signals
from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.db import close_old_connections
from django.utils.module_loading import import_string
from django_tasks.base import Task
from kombu.exceptions import KombuError, OperationalError

logger = logging.getLogger(__name__)

QUEUE = "journify"
RUN = "journify.run"
CONNECT_SECONDS = 4
AWAY_SECONDS = 10
LARGEST = 9  # priorities are 0 to 9
_is_stopping = threading.Event()
_away = SimpleNamespace(until=0.0)


class BrokerAwayError(Exception):
    """The broker did not answer a moment ago."""


@functools.cache
def get_app() -> Celery:
    """Return the one Celery app of this process."""
    app = Celery("journify", broker=settings.QUEUE_URL, set_as_current=False, fixups=[])
    app.conf.update(
        task_default_queue=QUEUE,
        task_queue_max_priority=LARGEST,
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_ignore_result=True,
        # once more, at once: an idle connection may have been closed
        task_publish_retry_policy={"max_retries": 1, "interval_start": 0, "interval_step": 0},
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_enable_remote_control=False,
        accept_content=["json"],
        broker_connection_timeout=CONNECT_SECONDS,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,  # a broker that is away is waited for
        broker_transport_options=_transport_options(),
    )
    app.task(run, name=RUN)
    return app


def _transport_options() -> dict[str, Any]:
    """Have Redis hand out again what a dead worker had: its defaults wait for an hour.

    https://docs.celeryq.dev/en/stable/getting-started/backends-and-brokers/redis.html
    """
    if not _is_redis():
        return {}
    return {
        "queue_order_strategy": "priority",
        "visibility_timeout": settings.CLASSIFY_LEASE_SECONDS,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_connect_timeout": CONNECT_SECONDS,
    }


def send(path: str, arguments: dict[str, Any], *, priority: int = 0) -> str:
    """Hand a task over to the broker; returns Celery's id of it.

    Raises
    ------
    BrokerAwayError
        It did not answer a moment ago: nobody waits for it again so soon.
    OperationalError
        It does not answer.
    """
    urgency = 0 if priority < 0 else LARGEST if priority else LARGEST // 2
    if _is_redis():
        urgency = LARGEST - urgency  # there, the smallest number is served first
    if time.monotonic() < _away.until:
        raise BrokerAwayError
    try:
        message = get_app().send_task(RUN, args=[path, arguments], priority=urgency)
    except (KombuError, OperationalError, OSError):
        _away.until = time.monotonic() + AWAY_SECONDS
        raise
    return str(message.id)


def _is_redis() -> bool:
    return bool(settings.QUEUE_URL.startswith(("redis:", "rediss:")))


def run(path: str, arguments: dict[str, Any]) -> None:
    """Call the task at `path`: what a worker does with a message."""
    task = import_string(path)
    if not isinstance(task, Task):
        raise SuspiciousOperation(f"{path} is no task")
    close_old_connections()
    try:
        task.call(**arguments)
    finally:
        close_old_connections()


def depth() -> int | None:
    """Return how many messages wait; None when the broker does not answer."""
    app = get_app()
    try:
        with app.connection_for_read() as connection:
            connection.ensure_connection(max_retries=1, timeout=CONNECT_SECONDS)
            channel = connection.default_channel
            try:
                return int(channel.queue_declare(QUEUE, passive=True).message_count)
            except connection.channel_errors:
                return 0  # nothing was ever put there
    except (KombuError, OperationalError, OSError) as error:
        logger.warning("the broker does not answer: %s", error)
        return None


def work() -> None:
    """Run tasks in this process, one at a time, until a signal says stop.

    The first signal lets the task under way finish, the second ends it.
    """
    signals.worker_shutting_down.connect(_be_ended_by_the_next_signal)
    worker = get_app().Worker(
        pool="solo",
        concurrency=1,
        quiet=True,  # no banner
        hostname=f"{os.getpid()}@{socket.gethostname()}",
        loglevel=logging.getLogger().level,
        without_gossip=True,
        without_mingle=True,
        without_heartbeat=True,
    )
    worker.start()
    # Ctrl-C is a failure to Celery, even when all was finished as it should be
    if worker.exitcode and not _is_stopping.is_set():
        sys.exit(worker.exitcode)


def _be_ended_by_the_next_signal(**_signal: Any) -> None:
    _is_stopping.set()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: sys.exit(1))
