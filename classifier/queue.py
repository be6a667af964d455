"""The work of classifying: requested, claimed, finished or failed, and never lost.

The `Classification` row is the truth. A task only carries its id and wakes a worker up: the worker
claims the row by a conditional update, holds it by a lease, and writes its result only if nobody
else changed the row since. Running a task twice, late, or after a kill therefore does no harm, on a
database with row locks or without.
"""

from __future__ import annotations

import datetime as dt
import logging
from functools import partial
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management import call_command
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from classifier.bundles import main_bundle
from classifier.errors import INTERRUPTED
from classifier.leases import lease_end
from classifier.models import Classification, Song

if TYPE_CHECKING:
    from uuid import UUID

logger = logging.getLogger(__name__)

Status = Classification.Status

# A row that waits this long although no task is there to wake a worker up: its task was lost.
FORGOTTEN_AFTER = dt.timedelta(seconds=60)


def request_classification(song: Song) -> Classification:
    """Make sure that `song` has, or will get, an answer of the current main model.

    A failed attempt is tried again; an answer or open work is left as it is.
    """
    bundle = main_bundle()
    row, is_new = Classification.objects.get_or_create(
        song=song, model=bundle.name, version=bundle.version
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
            owner="",
            queued_at=timezone.now(),
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


def enqueue(classification_id: UUID) -> None:
    """Wake a worker once the transaction that wrote the row is committed."""
    from classifier.tasks import classify  # noqa: PLC0415 -- tasks import this module

    transaction.on_commit(partial(classify.enqueue, classification_id=str(classification_id)))


def claim(classification_id: UUID | str, *, worker: str) -> Classification | None:
    """Take a waiting row for `worker`; None when it is gone, taken or finished."""
    claimed = Classification.objects.filter(pk=classification_id, status=Status.QUEUED).update(
        status=Status.RUNNING,
        owner=worker,
        stage="",
        lease_until=lease_end(),
        attempts=F("attempts") + 1,
        revision=F("revision") + 1,
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


def fail(row: Classification, error: str) -> bool:
    """End a claimed row with a sentence for the listener; an earlier answer of it stands."""
    if row.emotion:
        logger.warning("classification %s keeps its earlier answer: %s", row.pk, error)
        return settle(row, status=Status.DONE, error="")
    return settle(row, status=Status.FAILED, error=error[:300])


def release(row: Classification, error: str) -> bool:
    """Give a claimed row back after an accident: queued again, or failed after the last attempt."""
    if row.attempts >= settings.CLASSIFY_MAX_ATTEMPTS:
        return fail(row, error)
    waiting = {"status": Status.QUEUED, "queued_at": timezone.now(), "finished_at": None}
    if not settle(row, owner="", **waiting):
        return False
    enqueue(row.pk)
    return True


def postpone(row: Classification, error: str, *, seconds: float) -> bool:
    """Give a claimed row back for later: the sweep takes it up when its time has come."""
    if row.attempts >= settings.CLASSIFY_MAX_ATTEMPTS:
        return fail(row, error)
    due = timezone.now() + dt.timedelta(seconds=seconds) - FORGOTTEN_AFTER
    return settle(row, status=Status.QUEUED, owner="", queued_at=due, finished_at=None)


def sweep() -> int:
    """Take up what was dropped: leases of dead workers and rows whose task was lost.

    Returns the number of rows that were touched.
    """
    touched = 0
    for row in Classification.objects.expired():
        logger.warning("lease of classification %s ran out (worker %s)", row.pk, row.owner)
        touched += release(row, str(INTERRUPTED))
    for row in _forgotten():
        changed = Classification.objects.filter(
            pk=row.pk, revision=row.revision, status=Status.QUEUED
        ).update(queued_at=timezone.now(), revision=F("revision") + 1)
        if changed:
            enqueue(row.pk)
            touched += 1
    return touched


def prune() -> None:
    """Delete the tasks that were finished a day ago: the rows tell what became of the songs."""
    call_command("prune_db_task_results", min_age_days=1, verbosity=0)
    call_command("forget_metadata", verbosity=0)


def _forgotten() -> list[Classification]:
    """Rows that have waited for a while without a task that waits with them."""
    rows = Classification.objects.filter(
        status=Status.QUEUED, queued_at__lt=timezone.now() - FORGOTTEN_AFTER
    )
    if not rows:
        return []
    ready = DBTaskResult.objects.ready()
    ids = set(ready.values_list("args_kwargs__kwargs__classification_id", flat=True))
    return [row for row in rows if str(row.pk) not in ids]
