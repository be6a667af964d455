"""Calls to workers on other machines, by Celery's connections to Redis or RabbitMQ.

Every worker hears every call, and what nobody hears is gone: nothing piles up in the broker.
"""

import functools
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import SimpleNamespace
from typing import Any

from celery import Celery
from django.conf import settings
from kombu.connection import Connection
from kombu.entity import Exchange, Queue
from kombu.exceptions import KombuError

logger = logging.getLogger(__name__)

CALLS = Exchange("journify.calls", type="fanout", durable=False, auto_delete=True)
CONNECT_SECONDS = 4
AWAY_SECONDS = 10
# once more, at once: an idle connection may have been closed
RETRY = {"max_retries": 1, "interval_start": 0, "interval_step": 0}
_away = SimpleNamespace(until=0.0)


@functools.cache
def get_app() -> Celery:
    is_redis = settings.QUEUE_URL.startswith(("redis:", "rediss:"))
    app = Celery("journify", broker=settings.QUEUE_URL, set_as_current=False, fixups=[])
    app.conf.update(
        broker_connection_timeout=CONNECT_SECONDS,
        broker_transport_options={"socket_connect_timeout": CONNECT_SECONDS} if is_redis else {},
    )
    return app


def call_workers() -> None:
    """Call all workers; where the broker is away, nobody waits for it again for ten seconds."""
    if time.monotonic() < _away.until:
        return
    try:
        with get_app().producer_pool.acquire(block=True, timeout=CONNECT_SECONDS) as producer:
            producer.publish(
                {}, exchange=CALLS, routing_key="", declare=[CALLS], retry=True, retry_policy=RETRY
            )
    except (KombuError, OSError) as error:
        _away.until = time.monotonic() + AWAY_SECONDS
        logger.warning("the broker does not answer, workers look by themselves: %s", error)


@contextmanager
def broker_calls() -> Iterator[Callable[[float], bool]]:
    """Yield what waits for a call; while the broker is away it only waits."""
    listener = _Listener()
    try:
        yield listener.listen
    finally:
        listener.close()


class _Listener:
    """A connection to the broker, made anew when it broke."""

    def __init__(self) -> None:
        self._connection: Connection | None = None
        self._away_until = 0.0
        self._is_called = False

    def listen(self, seconds: float) -> bool:
        if time.monotonic() < self._away_until:
            time.sleep(seconds)
            return False
        self._is_called = False
        try:
            self._connected().drain_events(timeout=seconds)
        except TimeoutError:
            pass
        except Exception as error:  # each broker's driver has errors of its own
            self._away_until = time.monotonic() + AWAY_SECONDS
            logger.warning("the broker does not answer, next try in %d s: %s", AWAY_SECONDS, error)
            self.close()
        return self._is_called

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(Exception):  # as above: it may be broken already
                connection.release()

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = get_app().connection_for_read()
            self._connection.ensure_connection(max_retries=1, timeout=CONNECT_SECONDS)
            queue = Queue("", CALLS, exclusive=True, auto_delete=True, durable=False)
            self._connection.Consumer(queue, callbacks=[self._hear], no_ack=True).consume()
        return self._connection

    def _hear(self, _body: Any, _message: Any) -> None:
        self._is_called = True
