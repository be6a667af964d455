"""Which claimed rows this process is listening to, and how it keeps them.

A slow machine may listen for longer than a lease lasts; a killed worker must still be noticed
within a minute. So leases are short, and a thread beside the work renews them.
"""

from __future__ import annotations

import datetime as dt
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

from classifier.models import Classification

if TYPE_CHECKING:
    from uuid import UUID

# Only what is really being listened to is renewed: a row that an accident left running is not, so
# that it is swept up.
_held: set[UUID] = set()


def worker_name() -> str:
    """Name this process, as the rows it claims do."""
    return f"{socket.gethostname()[:50]}:{os.getpid()}"


def lease_end() -> dt.datetime:
    """When a lease that begins now ends."""
    return timezone.now() + dt.timedelta(seconds=settings.CLASSIFY_LEASE_SECONDS)


@contextmanager
def held(row: Classification) -> Iterator[None]:
    """Have `renew` keep a claimed row for this process meanwhile."""
    _held.add(row.pk)
    try:
        yield
    finally:
        _held.discard(row.pk)


def renew() -> int:
    """Begin the leases of the rows that are held anew; returns how many still were ours."""
    if not _held:
        return 0
    rows = Classification.objects.filter(
        pk__in=tuple(_held), owner=worker_name(), status=Classification.Status.RUNNING
    )
    return rows.update(lease_until=lease_end())
