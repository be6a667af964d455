"""Exports and imports: asked for, claimed, carried out, and cleared away in time."""

from __future__ import annotations

import datetime as dt
import logging
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone, translation

from classifier.files.cleanup import forget
from journal.models import Transfer
from journify.background import jobs
from journify.background.sentences import INTERRUPTED
from journify.models import save_with_file, written

if TYPE_CHECKING:
    from django.core.files import File

    from spotify_auth.models import User

logger = logging.getLogger(__name__)

Kind, Status = Transfer.Kind, Transfer.Status

# Longer than any one step takes. A worker's sweep holds the row besides, also within a step
# (`classifier.queue.leases`), for as long as the largest archive may take.
LEASE_SECONDS = 120
MOST_SECONDS = 2 * 60 * 60


class TransferLostError(Exception):
    """Somebody else has the row now, or it is gone: stop, and leave nothing behind."""


def request_export(user: User, *, with_audio: bool) -> Transfer:
    """Have the user's journal packed; one that is under way is enough, and replaces older ones."""
    return _request(user, kind=Kind.EXPORT, with_audio=with_audio)


def request_import(user: User, file: File[bytes]) -> Transfer:
    """Have an archive read into the user's journal."""
    return _request(user, kind=Kind.IMPORT, file=file)


def advance(row: Transfer, done: int, total: int) -> None:
    """Write how far a claimed row is, and hold it longer.

    Raises
    ------
    TransferLostError
        The row is not ours any more.
    """
    held_until = jobs.from_now(LEASE_SECONDS)
    if not jobs.change(row, done=done, total=total, lease_until=held_until):
        raise TransferLostError


def finish(row: Transfer, **values: Any) -> None:
    """End a claimed row well; raises TransferLostError as `advance` does."""
    if not jobs.settle(row, status=Status.DONE, error="", **_ends(), **values):
        raise TransferLostError


def fail(row: Transfer, error: str) -> None:
    """End a claimed row with a sentence for the listener; raises as `advance` does."""
    if not jobs.settle(row, status=Status.FAILED, error=error[:300], **_ends()):
        raise TransferLostError


def interrupted(row: Transfer) -> bool:
    """Have another worker take up what a dead one dropped, or tell its owner that none could."""
    return jobs.put_back(row) or _give_up(row)


def forget_expired() -> None:
    """Delete what its owner could have fetched for long enough."""
    for row in Transfer.objects.filter(expires_at__lt=timezone.now()):
        row.delete()


def _request(user: User, *, kind: str, **values: Any) -> Transfer:
    def write() -> Transfer:
        rows = Transfer.objects.filter(user=user, kind=kind)
        waiting = rows.open().first()
        if waiting is not None:
            return waiting
        rows.exclude(status__in=[Status.QUEUED, Status.RUNNING]).delete()
        lane = jobs.lane_of(user.pk)
        row = Transfer(
            user=user,
            kind=kind,
            language=translation.get_language() or "",
            time_zone=timezone.get_current_timezone_name(),
            lane=lane,
            turn_at=jobs.turn(Transfer, lane),
            **values,
        )
        save_with_file(row, "file", force_insert=True)
        jobs.wake()
        return row

    return written(write)


def _give_up(row: Transfer) -> bool:
    try:
        fail(row, str(INTERRUPTED))
    except TransferLostError:
        return False
    if row.kind == Kind.IMPORT:
        drop_file(row)
    return True


def drop_file(row: Transfer) -> None:
    """Delete the archive of a row that needs it no more."""
    name, storage = str(row.file.name or ""), row.file.storage
    Transfer.objects.filter(pk=row.pk).update(file="")
    forget(name, storage)


def _ends() -> dict[str, dt.datetime]:
    now = timezone.now()
    kept = dt.timedelta(days=settings.ARCHIVE_KEPT_DAYS)
    return {"finished_at": now, "expires_at": now + kept}
