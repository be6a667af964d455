"""Carry a transfer out, in a worker."""

from functools import partial
from tempfile import NamedTemporaryFile

from django.core.files import File
from django.utils import timezone, translation

from classifier.queue import leases
from journal.account.leaving import delete_account
from journal.archive import transfers
from journal.archive.fields import ArchiveRejectedError
from journal.archive.merging import merge
from journal.archive.opening import opened
from journal.archive.package import write_archive
from journal.archive.parsing import parse
from journal.listening.export import FOLDER as LISTENS_FOLDER
from journal.listening.importing.opening import History
from journal.listening.importing.storing import store
from journal.models import Transfer
from journal.site.dates import zone_named
from journify.background import endings
from journify.files import local_copy
from spotify_auth.models import User


def carry_out(row: Transfer) -> None:
    """Write or read a claimed transfer's archive, and say in the row what came of it."""
    with (
        leases.held(row, most_seconds=transfers.MOST_SECONDS),
        # speak and reckon as the page did from which this was asked for
        translation.override(row.language or "en"),
        timezone.override(zone_named(row.time_zone)),
        endings.told(row, ArchiveRejectedError),
    ):
        try:
            transfers.note_progress(row, 0, 0)
            if row.kind == row.Kind.EXPORT:
                _export(row)
            else:
                _import(row)
        except endings.LostError:
            _follow_its_owner(row)
            raise


def _export(row: Transfer) -> None:
    with NamedTemporaryFile(suffix=".zip") as file:
        progress = partial(transfers.note_progress, row)
        write_archive(file, row.user, with_audio=row.with_audio, progress=progress)
        file.flush()
        file.seek(0)
        endings.end_with_file(row, "file", File(file, name="archive.zip"))


def _import(row: Transfer) -> None:
    with local_copy(row.file) as path, opened(path) as source:
        archive = parse(source.main_files())
        added = merge(row.user, archive, source, progress=partial(transfers.note_progress, row))
        plays = History().plays(path, folder=LISTENS_FOLDER)
        hold = partial(transfers.note_progress, row, row.done, row.total)
        listens = store(row.user, plays, progress=hold)
    endings.end(row, counts=dict(added) | ({"plays": listens.plays} if listens.plays else {}))


def _follow_its_owner(row: Transfer) -> None:
    """Take away what came into a journal that was left meanwhile: not every database refuses it."""
    if not User.objects.filter(pk=row.user_id).exists():
        delete_account(row.user)
