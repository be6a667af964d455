"""Exports and imports: asked for, claimed, carried out, and cleared away in time."""

from __future__ import annotations

import datetime as dt
import logging
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from classifier.cleanup import forget
from journal.models import Transfer

if TYPE_CHECKING:
    from uuid import UUID

    from django.core.files import File

    from spotify_auth.models import User

logger = logging.getLogger(__name__)

Kind, Status = Transfer.Kind, Transfer.Status

# Longer than any one step takes; and how long a waiting row may be without a task that wakes a
# worker up for it.
LEASE = dt.timedelta(seconds=120)
MAX_ATTEMPTS = 3
INTERRUPTED = _("This was interrupted too often. Please try again.")
UNEXPECTED = _("Something went wrong. Please try again.")


class TransferLostError(Exception):
    """Somebody else has the row now, or it is gone: stop, and leave nothing behind."""


def request_export(user: User, *, with_audio: bool) -> Transfer:
    """Have the user's journal packed; one that is under way is enough, and replaces older ones."""
    return _request(user, kind=Kind.EXPORT, with_audio=with_audio)


def request_import(user: User, file: File[bytes]) -> Transfer:
    """Have an archive read into the user's journal."""
    return _request(user, kind=Kind.IMPORT, file=file)


def claim(transfer_id: UUID | str) -> Transfer | None:
    """Take a waiting row; None when it is gone, taken or finished."""
    claimed = Transfer.objects.filter(pk=transfer_id, status=Status.QUEUED).update(
        status=Status.RUNNING,
        lease_until=timezone.now() + LEASE,
        attempts=F("attempts") + 1,
        revision=F("revision") + 1,
    )
    return Transfer.objects.select_related("user").get(pk=transfer_id) if claimed else None


def advance(row: Transfer, done: int, total: int) -> None:
    """Write how far a claimed row is, and hold it longer.

    Raises
    ------
    TransferLostError
        The row is not ours any more.
    """
    _change(row, done=done, total=total, lease_until=timezone.now() + LEASE)


def finish(row: Transfer, **values: Any) -> None:
    """End a claimed row well; raises TransferLostError as `advance` does."""
    now = timezone.now()
    ends = now + dt.timedelta(days=settings.ARCHIVE_KEPT_DAYS)
    _change(row, status=Status.DONE, finished_at=now, expires_at=ends, error="", **values)


def fail(row: Transfer, error: str) -> None:
    """End a claimed row with a sentence for the listener; raises as `advance` does."""
    now = timezone.now()
    ends = now + dt.timedelta(days=settings.ARCHIVE_KEPT_DAYS)
    _change(row, status=Status.FAILED, finished_at=now, expires_at=ends, error=error[:300])


def sweep() -> None:
    """Take up what a dead worker dropped or no task points at; delete what has expired."""
    now = timezone.now()
    for row in Transfer.objects.open().filter(lease_until__lt=now):
        if row.attempts >= MAX_ATTEMPTS:
            _give_up(row)
            continue
        changed = Transfer.objects.filter(pk=row.pk, revision=row.revision).update(
            status=Status.QUEUED, lease_until=now + LEASE, revision=F("revision") + 1
        )
        if changed:
            logger.warning("%s %s is taken up again", row.kind, row.pk)
            _enqueue(row.pk)
    for row in Transfer.objects.filter(expires_at__lt=now):
        row.delete()


@transaction.atomic
def _request(user: User, *, kind: str, **values: Any) -> Transfer:
    waiting = Transfer.objects.open().filter(user=user, kind=kind).first()
    if waiting is not None:
        return waiting
    for old in Transfer.objects.filter(user=user, kind=kind):
        old.delete()
    row = Transfer.objects.create(
        user=user,
        kind=kind,
        language=translation.get_language() or "",
        time_zone=timezone.get_current_timezone_name(),
        lease_until=timezone.now() + LEASE,
        **values,
    )
    _enqueue(row.pk)
    return row


def _enqueue(transfer_id: UUID) -> None:
    from journal.tasks import carry_out  # noqa: PLC0415 -- tasks import this module

    def wake() -> None:
        carry_out.enqueue(transfer_id=str(transfer_id))

    # where the transport is away, the row waits for the sweep
    transaction.on_commit(wake, robust=True)


def _give_up(row: Transfer) -> None:
    try:
        fail(row, str(INTERRUPTED))
    except TransferLostError:
        return
    if row.kind == Kind.IMPORT:
        drop_file(row)


def drop_file(row: Transfer) -> None:
    """Delete the archive of a row that needs it no more."""
    name, storage = str(row.file.name or ""), row.file.storage
    Transfer.objects.filter(pk=row.pk).update(file="")
    forget(name, storage)


def _change(row: Transfer, **values: Any) -> None:
    rows = Transfer.objects.filter(pk=row.pk, revision=row.revision)
    if not rows.update(revision=F("revision") + 1, **values):
        raise TransferLostError
    row.revision += 1
