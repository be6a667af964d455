"""The loop of a worker: one row after another, until it is told to stop."""

import logging
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from django.db import DatabaseError, InterfaceError, close_old_connections, connections

from journify.background import jobs, transport
from journify.background.transport import Listen

logger = logging.getLogger(__name__)

AWAY_SECONDS = 2.0
LISTEN_SECONDS = 0.5  # a signal is noticed so soon


def work(*, batch: bool = False) -> None:
    """Do what waits until a signal says stop or, as a batch, until nothing waits.

    The first signal lets the work under way finish, the second ends it.
    """
    with _stopped_by_signals() as stop, transport.worker_calls() as listen:
        while not stop.is_set():
            if _do_next():
                continue
            if batch:
                return
            _wait(stop, listen)


def _do_next() -> bool:
    """Do the work whose turn it is; False when there is none, or the database is away."""
    try:
        close_old_connections()
        row = jobs.claim_next()
        if row is not None:
            jobs.kind_of(row).do(row)
    except (DatabaseError, InterfaceError):
        logger.exception("the database is away, next try in %.0f s", AWAY_SECONDS)
        connections.close_all()
        time.sleep(AWAY_SECONDS)
        return False
    except Exception:
        # Work tells of its own accidents; this is a mistake of ours, and must not end the worker.
        # The row is taken up again when its lease is over.
        logger.exception("work broke")
        return True
    return row is not None


def _wait(stop: threading.Event, listen: Listen) -> None:
    """Wait for a call, or until it is time to look without one."""
    deadline = time.monotonic() + transport.look_seconds()
    while not stop.is_set() and (left := deadline - time.monotonic()) > 0:
        if listen(min(left, LISTEN_SECONDS)):
            return


@contextmanager
def _stopped_by_signals() -> Iterator[threading.Event]:
    """Yield an event that the first signal sets; the second ends the process."""
    stop = threading.Event()

    def handle(_number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            sys.exit(1)
        stop.set()

    numbers = (signal.SIGTERM, signal.SIGINT)
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = [signal.signal(number, handle) for number in numbers]
    try:
        yield stop
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
