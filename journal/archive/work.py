"""Carry a transfer out, in a worker."""

from __future__ import annotations

import contextlib
import logging
import zoneinfo
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

from django.core.files import File
from django.utils import timezone, translation

from classifier.queue import leases
from journal.account.leaving import delete_account
from journal.archive import transfers
from journal.archive.merging import merge
from journal.archive.opening import opened
from journal.archive.package import write_archive
from journal.archive.parsing import parse
from journal.archive.schema import ArchiveRejectedError
from journal.archive.transfers import TransferLostError
from journal.listening.export import FOLDER as LISTENS_FOLDER
from journal.listening.opening import History
from journal.listening.storing import store
from journal.site.zones import known_zones
from journify.background import files
from journify.background.sentences import UNEXPECTED
from spotify_auth.models import User

if TYPE_CHECKING:
    from journal.models import Transfer

logger = logging.getLogger(__name__)


def carry_out(row: Transfer) -> None:
    """Write or read a claimed transfer's archive, and say in the row what came of it."""
    holding = leases.held(row, most_seconds=transfers.MOST_SECONDS)
    with holding, _as_the_listener(row), contextlib.suppress(TransferLostError):
        try:
            transfers.advance(row, 0, 0)
            if row.kind == row.Kind.EXPORT:
                _export(row)
            else:
                _import(row)
        except ArchiveRejectedError as error:
            transfers.fail(row, str(error))
        except TransferLostError:
            logger.warning("%s %s was lost to somebody else", row.kind, row.pk)
            _follow_its_owner(row)
            return
        except Exception:
            # It takes storage, the database and a stranger's file, each with errors of its own. One
            # that gets past here would leave the row running, to be tried again for nothing and
            # called interrupted in the end.
            logger.exception("%s %s failed", row.kind, row.pk)
            transfers.fail(row, str(UNEXPECTED))
        if row.kind == row.Kind.IMPORT:
            transfers.drop_file(row)


def _export(row: Transfer) -> None:
    with NamedTemporaryFile(suffix=".zip") as file:
        progress = partial(transfers.advance, row)
        write_archive(file, row.user, with_audio=row.with_audio, progress=progress)
        file.flush()
        file.seek(0)
        if not files.put(row, "file", File(file, name="archive.zip")):
            raise TransferLostError
    try:
        transfers.finish(row)
    except TransferLostError:
        # its owner may have left meanwhile: nothing of them stays behind
        files.drop(row, "file")
        raise


def _import(row: Transfer) -> None:
    with _local(row) as path, opened(path) as source:
        archive = parse(source.main_files())
        added = merge(row.user, archive, source, progress=partial(transfers.advance, row))
        listens = store(
            row.user, History().plays(path, folder=LISTENS_FOLDER), progress=lambda: _hold(row)
        )
    transfers.finish(row, counts=dict(added) | ({"plays": listens.plays} if listens.plays else {}))


def _hold(row: Transfer) -> None:
    """Hold the row longer: a history takes a while."""
    transfers.advance(row, row.done, row.total)


def _follow_its_owner(row: Transfer) -> None:
    """Take away what came into a journal that was left meanwhile: not every database refuses it."""
    if not User.objects.filter(pk=row.user_id).exists():
        delete_account(row.user)


@contextlib.contextmanager
def _local(row: Transfer) -> Iterator[Path]:
    """The uploaded archive as a local file, wherever storage keeps it."""
    with NamedTemporaryFile(suffix=".zip") as copy, row.file.open("rb") as stored:
        for chunk in stored.chunks():
            copy.write(chunk)
        copy.flush()
        yield Path(copy.name)


@contextlib.contextmanager
def _as_the_listener(row: Transfer) -> Iterator[None]:
    """Speak and reckon as the page did from which this was asked for."""
    zone = row.time_zone if row.time_zone in known_zones() else "UTC"
    with translation.override(row.language or "en"), timezone.override(zoneinfo.ZoneInfo(zone)):
        yield
