"""What wakes workers up: a broker, if `QUEUE_URL` names one; else a file's time, on this machine.

The one place that knows.

It carries nothing but the call: the work is in rows of the database, where workers look by
themselves, too. So a call may be lost, repeated or late, and the broker may be away.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

from django.conf import settings

# How long a worker that has nothing to do waits until it looks again, without and with a broker.
POLL_SECONDS = 0.5
POLL_BESIDE_BROKER_SECONDS = 5.0
GLANCE_SECONDS = 0.05  # how often it looks at the file that the web process on its machine touches

Listen = Callable[[float], bool]


def wake_workers() -> None:
    """Call the workers that wait; without a broker those that share this process's data folder.

    Others look so often that no call is needed.
    """
    if settings.QUEUE_URL:
        from journify.background import broker

        broker.call_workers()
        return
    with suppress(OSError):  # a full disk
        _called().touch()


@contextmanager
def worker_calls() -> Iterator[Listen]:
    """Yield what waits for a call, for so many seconds at most, and says whether one came."""
    if settings.QUEUE_URL:
        from journify.background import broker

        with broker.broker_calls() as listen:
            yield listen
    else:
        yield partial(_glance, [_time_of_call()])


def look_seconds() -> float:
    """How long a worker waits for a call until it looks for work by itself."""
    return POLL_BESIDE_BROKER_SECONDS if settings.QUEUE_URL else POLL_SECONDS


def _glance(known: list[int], seconds: float) -> bool:
    """Wait for a call after those in `known`, which gets it."""
    deadline = time.monotonic() + seconds
    while (at := _time_of_call()) == known[-1]:
        left = deadline - time.monotonic()
        if left <= 0:
            return False
        time.sleep(min(left, GLANCE_SECONDS))
    known[:] = [at]
    return True


def _called() -> Path:
    return Path(settings.DATA_DIR) / "called"


def _time_of_call() -> int:
    try:
        return _called().stat().st_mtime_ns
    except OSError:
        return 0
