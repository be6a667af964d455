"""Read a history that a listener sent: asked for by a page, done by a worker, never twice."""

from __future__ import annotations

import contextlib
import logging
import shutil
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone, translation

from classifier.files.cleanup import forget
from journal.listening import summary
from journal.listening.models import Listening, ListeningImport
from journal.listening.opening import History
from journal.listening.storing import store
from journify.background import jobs
from journify.background.sentences import INTERRUPTED, UNEXPECTED
from journify.models import save_with_file

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.core.files import File

    from spotify_auth.models import User

logger = logging.getLogger(__name__)

Status = ListeningImport.Status


class ImportLostError(Exception):
    """Somebody else has the row now, or it is gone."""


@transaction.atomic
def request_import(user: User, file: File[bytes]) -> ListeningImport:
    """Have a history read in the background; earlier imports' rows go, what they brought stays."""
    for old in ListeningImport.objects.filter(user=user).exclude(status=Status.RUNNING):
        old.delete()
    lane = jobs.lane_of(user.pk)
    row = ListeningImport(
        user=user,
        lane=lane,
        turn_at=jobs.turn(ListeningImport, lane),
        file=file,
        language=translation.get_language() or "",
    )
    keep_zone(user)
    save_with_file(row, "file", force_insert=True)
    jobs.wake()
    return row


def carry_out(row: ListeningImport) -> None:
    """Read a claimed import's file, in a worker."""
    with translation.override(row.language or "en"), contextlib.suppress(ImportLostError):
        try:
            _read(row)
        except ImportLostError:
            logger.warning("history %s was lost to somebody else", row.pk)
            return
        except Exception:
            # A stranger's file, storage and the database each have errors of their own; one that
            # gets past here would leave the row running, to be tried again for nothing.
            logger.exception("history %s failed", row.pk)
            _end(row, Status.FAILED, error=str(UNEXPECTED))
        drop_file(row)


def interrupted(row: ListeningImport) -> bool:
    """Have another worker take up what a dead one dropped: what it stored is known already."""
    if jobs.put_back(row):
        return True
    sentence = str(INTERRUPTED)
    ended = jobs.settle(row, status=Status.FAILED, error=sentence, finished_at=timezone.now())
    if ended:
        drop_file(row)
    return ended


def drop_file(row: ListeningImport) -> None:
    """Delete the file of an import that needs it no more: addresses and devices stand in it."""
    name, storage = str(row.file.name or ""), row.file.storage
    ListeningImport.objects.filter(pk=row.pk).update(file="")
    forget(name, storage)


def keep_zone(user: User) -> None:
    """Note the zone of the listener who is here: the worker that counts has no browser to ask."""
    values = {"time_zone": timezone.get_current_timezone_name()}
    Listening.objects.update_or_create(user=user, defaults=values)


def _read(row: ListeningImport) -> None:
    history = History()
    with _local(row) as path:
        size = path.stat().st_size

        def progress() -> None:
            _change(row, done=min(history.bytes_read, size), lease_until=jobs.lease_end())

        _change(row, total=size)
        stored = store(row.user, history.plays(path), progress=progress)
    progress()
    if stored.plays or stored.songs:
        summary.renew(row.user)  # what the page shows when the import has ended
    counts = {
        "formats": sorted(history.formats),
        "plays": stored.plays,
        "known": stored.known,
        "songs": stored.songs,
        "skipped": history.skipped,
        "unusable": history.unusable,
    }
    status = Status.DONE if history.formats else Status.FAILED
    _end(row, status, error=history.problem[:300], counts=counts)


def _end(row: ListeningImport, status: str, **values: Any) -> None:
    if not jobs.settle(row, status=status, finished_at=timezone.now(), **values):
        raise ImportLostError


def _change(row: ListeningImport, **values: Any) -> None:
    if not jobs.change(row, **values):
        raise ImportLostError


@contextlib.contextmanager
def _local(row: ListeningImport) -> Iterator[Path]:
    """Copy what was sent to a local file, wherever storage keeps it."""
    with NamedTemporaryFile(suffix=".history") as copy, row.file.open("rb") as stored:
        shutil.copyfileobj(stored, copy)
        copy.flush()
        yield Path(copy.name)
