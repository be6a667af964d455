"""Which claimed rows this process is listening to, how it keeps them, and for how long at most.

A slow machine may listen for longer than a lease lasts; a killed worker must still be noticed
within a minute. So leases are short, and a thread beside the work renews them, but not for ever: a
song gets `CLASSIFY_MAX_SECONDS`. Then an exception ends what waits or runs in Python; where that
does not help, the lease runs out, and the worker `is_stuck` and has to start anew.
"""

from __future__ import annotations

import datetime as dt
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from classifier.errors import TookTooLongError
from classifier.models import Classification

if TYPE_CHECKING:
    from types import FrameType

# Since when what is held. Only what is really being listened to is renewed: a row that an accident
# left running is not, so that it is swept up.
_held: dict[UUID, float] = {}


def worker_name() -> str:
    """Name this process, as the rows it claims do."""
    return f"{socket.gethostname()[:50]}:{os.getpid()}"


def lease_end() -> dt.datetime:
    """When a lease that begins now ends."""
    return timezone.now() + dt.timedelta(seconds=settings.CLASSIFY_LEASE_SECONDS)


@contextmanager
def held(row: Classification) -> Iterator[None]:
    """Have `renew` keep a claimed row for this process meanwhile."""
    with _watched(row.pk):
        yield


@contextmanager
def bounded(key: str) -> Iterator[None]:
    """Bound the time of work that claims no row, such as a drawing."""
    with _watched(UUID(key)), time_limit(settings.CLASSIFY_MAX_SECONDS):
        yield


@contextmanager
def _watched(key: UUID) -> Iterator[None]:
    _held[key] = time.monotonic()
    try:
        yield
    finally:
        _held.pop(key, None)


def renew() -> int:
    """Begin the leases of the rows that are held anew; returns how many still were ours."""
    in_time = [
        pk
        for pk, since in tuple(_held.items())
        if time.monotonic() - since < settings.CLASSIFY_MAX_SECONDS
    ]
    if not in_time:
        return 0
    rows = Classification.objects.filter(
        pk__in=in_time, owner=worker_name(), status=Classification.Status.RUNNING
    )
    return rows.update(lease_until=lease_end())


def is_stuck() -> bool:
    """Whether this process holds a row for longer than it may, although it was told to let go."""
    longest = settings.CLASSIFY_MAX_SECONDS + settings.CLASSIFY_LEASE_SECONDS
    return any(time.monotonic() - since > longest for since in tuple(_held.values()))


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
