"""Read a history that a listener sent: asked for by a page, done by a worker, never twice."""

from django.core.files import File
from django.db import transaction
from django.utils import timezone, translation

from journal.listening import summary
from journal.listening.importing.opening import History
from journal.listening.importing.storing import store
from journal.listening.models import Listening, ListeningImport
from journify.background import endings, jobs
from journify.files import local_copy
from journify.models import save_with_file
from spotify_auth.models import User

Status = ListeningImport.Status


@transaction.atomic
def request_history_import(user: User, file: File[bytes]) -> ListeningImport:
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


def read_history(row: ListeningImport) -> None:
    with translation.override(row.language or "en"), endings.told(row):
        _read(row)


def keep_zone(user: User) -> None:
    """Note the zone of the listener who is here: the worker that counts has no browser to ask."""
    values = {"time_zone": timezone.get_current_timezone_name()}
    Listening.objects.update_or_create(user=user, defaults=values)


def _read(row: ListeningImport) -> None:
    history = History()
    with local_copy(row.file) as path:
        size = path.stat().st_size

        def progress() -> None:
            endings.advance(row, done=min(history.bytes_read, size), lease_until=jobs.lease_end())

        endings.advance(row, total=size)
        stored = store(row.user, history.plays(path), progress=progress)
    progress()
    if stored.plays or stored.songs:
        summary.renew_summary(row.user)  # what the page shows when the import has ended
    counts = {
        "formats": sorted(history.formats),
        "plays": stored.plays,
        "known": stored.known,
        "songs": stored.songs,
        "skipped": history.skipped,
        "unusable": history.unusable,
    }
    status = Status.DONE if history.formats else Status.FAILED
    endings.end(row, status=status, error=history.problem[:300], counts=counts)
