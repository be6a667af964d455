"""What wakes workers up: a broker, if `QUEUE_URL` names one. The one place that knows.

It carries nothing but the call: the work is in rows of the database, where workers look by
themselves, too. So a call may be lost, repeated or late, and the broker may be away.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings

# How long a worker that has nothing to do waits until it looks again, without and with a broker.
POLL_SECONDS = 0.5
POLL_BESIDE_BROKER_SECONDS = 5.0

Listen = Callable[[float], bool]


def wake_workers() -> None:
    """Call the workers that wait; without a broker they look so often that no call is needed."""
    if settings.QUEUE_URL:
        from journify.background import broker

        broker.call_workers()


@contextmanager
def worker_calls() -> Iterator[Listen]:
    """Yield what waits for a call, for so many seconds at most, and says whether one came."""
    if settings.QUEUE_URL:
        from journify.background import broker

        with broker.broker_calls() as listen:
            yield listen
    else:
        yield _sleep


def look_seconds() -> float:
    """How long a worker waits for a call until it looks for work by itself."""
    return POLL_BESIDE_BROKER_SECONDS if settings.QUEUE_URL else POLL_SECONDS


def _sleep(seconds: float) -> bool:
    time.sleep(seconds)
    return False
