"""Which claimed rows this process is working at, how it keeps them, and for how long at most.

A slow machine may listen for longer than a lease lasts; a killed worker must still be noticed
within a minute. So leases are short, and a thread beside the work renews them, but not for ever: a
song, like a drawing, gets `CLASSIFY_MAX_SECONDS`. Then an exception ends what waits or runs in
Python; where that does not help, the lease runs out, and the worker `is_stuck` and has to start
anew.
"""

import logging
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections, connection

from classifier.errors import TookTooLongError
from journify.background.jobs import Job, lease_end, worker_name

logger = logging.getLogger(__name__)


class Held(NamedTuple):
    """A row that is being worked at, since when, and for how long it may be."""

    model: type[Job]
    since: float
    most_seconds: float | None

    @property
    def seconds_over(self) -> float:
        """For how long it has been held for longer than it may be; negative before."""
        most: float = settings.CLASSIFY_MAX_SECONDS
        return time.monotonic() - self.since - (self.most_seconds or most)


# What is held, and since when. Only what is really being worked at is renewed: a row that an
# accident left running is not, so that it is swept up.
_held: dict[UUID, Held] = {}


@contextmanager
def held(row: Job, *, most_seconds: float | None = None) -> Iterator[None]:
    """Have `renew_leases` keep a claimed row for this process meanwhile.

    At most for `most_seconds`, which for a song is `CLASSIFY_MAX_SECONDS`.
    """
    _held[row.pk] = Held(type(row), time.monotonic(), most_seconds)
    try:
        yield
    finally:
        _held.pop(row.pk, None)


def renew_leases() -> int:
    """Begin the leases of the rows that are held anew; returns how many still were ours."""
    return sum(
        row.model._default_manager.filter(
            pk=pk, owner=worker_name(), status=Job.Status.RUNNING
        ).update(lease_until=lease_end())
        for pk, row in tuple(_held.items())
        if row.seconds_over < 0
    )


@contextmanager
def renewing() -> Iterator[None]:
    """Have a thread `renew_leases` meanwhile, where no worker's sweep does."""
    stop = threading.Event()
    renewer = threading.Thread(target=_renew_until, args=(stop,), daemon=True)
    renewer.start()
    try:
        yield
    finally:
        stop.set()
        renewer.join(timeout=5)


def _renew_until(stop: threading.Event) -> None:
    while not stop.wait(settings.CLASSIFY_SWEEP_SECONDS):
        try:
            close_old_connections()
            renew_leases()
        except (DatabaseError, InterfaceError):
            logger.exception(
                "no lease was renewed, next try in %d s", settings.CLASSIFY_SWEEP_SECONDS
            )
    connection.close()


def is_stuck() -> bool:
    """Whether this process holds a row for longer than it may, although it was told to let go."""
    return any(row.seconds_over > settings.CLASSIFY_LEASE_SECONDS for row in tuple(_held.values()))


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise TookTooLongError in what runs here for longer, even where it waits for a network.

    Only the main thread can be interrupted so; elsewhere nothing happens.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, _time_is_up)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _time_is_up(_number: int, _frame: FrameType | None) -> None:
    raise TookTooLongError
