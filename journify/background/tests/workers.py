"""Be a worker for a moment."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from journify.background import jobs
from journify.background.jobs import J, Job


def claimed(row: J, *, worker: str = "w1") -> J | None:
    """Claim a row as a worker does; None when it is not to be had."""
    return jobs.claim(type(row)._default_manager.all(), row.pk, owner=worker)


def work_at(row: Job) -> bool:
    """Claim a row and do its work; False when it is not to be had."""
    mine = jobs.claim(type(row)._default_manager.all(), row.pk)
    if mine is not None:
        jobs.kind_of(mine).do(mine)
    return mine is not None


def work_off() -> int:
    """Do everything that waits, as a worker that is told to stop when nothing is left."""
    count = 0
    while (row := jobs.claim_next()) is not None:
        jobs.kind_of(row).do(row)
        count += 1
    return count


def end_leases() -> None:
    """Let the leases of all claimed rows run out: the database's clock cannot be moved."""
    long_ago = timezone.now() - dt.timedelta(minutes=2)
    for kind in jobs.kinds():
        kind.rows.running().update(lease_until=long_ago)


def end_waits() -> None:
    """Let the time for another try come for everything that waits for it."""
    from classifier.models import Classification  # noqa: PLC0415 -- only songs wait

    ago = timezone.now() - dt.timedelta(seconds=1)
    Classification.objects.postponed().update(retry_at=ago, ready_at=ago, turn_at=ago)
