"""Exports and imports: asked for, claimed, carried out, and cleared away in time."""

from typing import Any

from django.core.files import File
from django.utils import timezone, translation

from journal.models import Transfer
from journify.background import endings, jobs
from journify.models import save_with_file, written
from spotify_auth.models import User

Kind, Status = Transfer.Kind, Transfer.Status

# Longer than any one step takes. A worker's sweep holds the row besides, also within a step
# (`classifier.queue.leases`), for as long as the largest archive may take.
LEASE_SECONDS = 120
MOST_SECONDS = 2 * 60 * 60


def request_export(user: User, *, with_audio: bool) -> Transfer:
    """Have the user's journal packed; one that is under way is enough, and replaces older ones."""
    return _request(user, kind=Kind.EXPORT, with_audio=with_audio)


def request_import(user: User, file: File[bytes]) -> Transfer:
    return _request(user, kind=Kind.IMPORT, file=file)


def note_progress(row: Transfer, done: int, total: int) -> None:
    """Write how far a claimed row is, and hold it longer."""
    endings.advance(row, done=done, total=total, lease_until=jobs.from_now(LEASE_SECONDS))


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
