"""The work of classifying: requested, claimed, finished or failed, and never lost.

The `Classification` row is the truth. A task only carries its id and wakes a worker up: the worker
claims the row by a conditional update, holds it by a lease, and writes its result only if nobody
else changed the row since. Running a task twice, late, or after a kill therefore does no harm, on a
database with row locks or without.
"""

from __future__ import annotations

import datetime as dt
import logging
import random
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from classifier import heartbeats
from classifier.bundles import main_bundle
from classifier.errors import INTERRUPTED
from classifier.leases import lease_end
from classifier.metrics import count_failure
from classifier.models import Classification, Song
from journify.background import transport
from journify.monitoring.context import request_id

if TYPE_CHECKING:
    from uuid import UUID

logger = logging.getLogger(__name__)

Status = Classification.Status

# An accident is tried again after about so many seconds, then after twice as many, and so on.
RETRY_SECONDS = 6.0
LONGEST_RETRY_SECONDS = 600.0
# Long after a worker should have come, a row is told of again even though its task seems to wait.
WOKEN_ANYWAY_AFTER = dt.timedelta(minutes=10)
# Of a task for a song that was taken up again: whoever asked for it has waited longest.
AHEAD = 1


def request_classification(song: Song) -> Classification:
    """Make sure that `song` has, or will get, an answer of the current main model.

    A failed attempt is tried again; an answer or open work is left as it is.
    """
    bundle = main_bundle()
    row, is_new = Classification.objects.get_or_create(
        song=song,
        model=bundle.name,
        version=bundle.version,
        defaults={"request_id": request_id()},
    )
    if is_new:
        enqueue(row.pk)
    elif row.status == Status.FAILED:
        requeue(row)
    return row


def requeue(row: Classification) -> bool:
    """Put a row back on the queue; False while a worker has it or after somebody changed it.

    An earlier answer stays in the row until there is a new one.
    """
    changed = (
        Classification.objects.filter(pk=row.pk, revision=row.revision)
        .exclude(status=Status.RUNNING)
        .update(
            status=Status.QUEUED,
            attempts=0,
            error="",
            reason="",
            owner="",
            retry_at=None,
            request_id=request_id(),
            queued_at=timezone.now(),
            woken_at=timezone.now(),
            finished_at=None,
            revision=F("revision") + 1,
        )
    )
    if changed:
        enqueue(row.pk)
    return bool(changed)


def classify_again(song: Song) -> bool:
    """Ask the current main model anew, answered or not; False while a worker is at it."""
    bundle = main_bundle()
    row = song.classifications.filter(model=bundle.name, version=bundle.version).first()
    if row is not None:
        return requeue(row)
    request_classification(song)
    return True


def enqueue(classification_id: UUID, *, priority: int = 0) -> None:
    """Wake a worker once the transaction that wrote the row is committed.

    Where the transport is away, the row waits for the sweep: that is no accident of the listener's.
    """
    from classifier.tasks import classify  # noqa: PLC0415 -- tasks import this module

    def wake() -> None:
        classify.using(priority=priority).enqueue(classification_id=str(classification_id))

    transaction.on_commit(wake, robust=True)


def claim(classification_id: UUID | str, *, worker: str) -> Classification | None:
    """Take a waiting row for `worker`; None when it is gone, taken, finished or not due yet."""
    claimed = (
        Classification.objects.waiting()
        .filter(pk=classification_id)
        .update(
            status=Status.RUNNING,
            owner=worker,
            stage="",
            lease_until=lease_end(),
            attempts=F("attempts") + 1,
            revision=F("revision") + 1,
        )
    )
    if not claimed:
        return None
    return Classification.objects.select_related("song").get(pk=classification_id)


def tell(row: Classification, stage: str) -> None:
    """Say on a claimed row what is being done with it: somebody may be watching the card."""
    Classification.objects.filter(pk=row.pk, owner=row.owner, status=Status.RUNNING).update(
        stage=stage
    )


def settle(row: Classification, **values: Any) -> bool:
    """Write the outcome of a claimed row; return False when the claim was lost meanwhile."""
    changed = Classification.objects.filter(
        pk=row.pk, revision=row.revision, status=Status.RUNNING
    ).update(
        **({"finished_at": timezone.now()} | values),
        lease_until=None,
        revision=F("revision") + 1,
    )
    return bool(changed)


def fail(row: Classification, error: str, *, reason: str) -> bool:
    """End a claimed row with a sentence for the listener; an earlier answer of it stands."""
    count_failure(reason)
    if row.emotion:
        logger.warning("classification %s keeps its earlier answer: %s", row.pk, error)
        return settle(row, status=Status.DONE, error="", reason="")
    return settle(row, status=Status.FAILED, error=error[:300], reason=reason)


def release(row: Classification, error: str, *, reason: str, seconds: float = 0.0) -> bool:
    """Give a claimed row back: queued, after so many seconds, or failed if that was the last try.

    The sweep takes up what has to wait.
    """
    if row.attempts >= settings.CLASSIFY_MAX_ATTEMPTS:
        return fail(row, error, reason=reason)
    count_failure(reason)
    now = timezone.now()
    retry_at = now + dt.timedelta(seconds=seconds) if seconds else None
    waiting = {"status": Status.QUEUED, "owner": "", "retry_at": retry_at, "woken_at": now}
    if not settle(row, reason=reason, finished_at=None, **waiting):
        return False
    if not seconds:
        enqueue(row.pk, priority=AHEAD)
    return True


def back_off(attempts: int) -> float:
    """How many seconds to wait after so many attempts: longer each time, and not all at once.

    https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    """
    longest: float = min(RETRY_SECONDS * 2 ** (attempts - 1), LONGEST_RETRY_SECONDS)
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 -- no secret


def sweep() -> int:
    """Take up what was dropped: leases of dead workers, rows whose time has come or task was lost.

    Returns the number of rows that were touched.
    """
    touched = 0
    for row in Classification.objects.expired():
        logger.warning("lease of classification %s ran out (worker %s)", row.pk, row.owner)
        touched += release(row, str(INTERRUPTED), reason="interrupted")
    for row in [*Classification.objects.due(), *_forgotten()]:
        changed = Classification.objects.filter(
            pk=row.pk, revision=row.revision, status=Status.QUEUED
        ).update(retry_at=None, woken_at=timezone.now(), revision=F("revision") + 1)
        if changed:
            enqueue(row.pk, priority=AHEAD)
            touched += 1
    return touched


def prune() -> None:
    """Delete the tasks that were finished a day ago: the rows tell what became of the songs."""
    transport.prune()
    call_command("forget_metadata", verbosity=0)
    heartbeats.forget()


def _forgotten() -> list[Classification]:
    """Rows that have waited for a while without a task that waits with them."""
    now = timezone.now()
    patience = dt.timedelta(seconds=settings.CLASSIFY_LEASE_SECONDS)
    rows = Classification.objects.waiting().filter(woken_at__lt=now - patience)
    waits = {str(row.pk): row for row in rows.order_by("woken_at")}
    if not waits:
        return []
    lost = transport.unserved(list(waits), argument="classification_id")
    overdue = [key for key, row in waits.items() if row.woken_at < now - WOKEN_ANYWAY_AFTER]
    return [waits[key] for key in dict.fromkeys([*lost, *overdue])]
