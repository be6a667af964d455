"""A visitor's file is heard once, without an account, and nothing of it is kept."""

from __future__ import annotations

import datetime as dt
import logging
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from classifier.errors import NoClipError, UploadRejectedError, outcome_of
from classifier.files.decoding import get_decoder
from classifier.files.naming import Names, completed
from classifier.files.uploads import examine
from classifier.models import Song, TryOut
from classifier.queue import leases
from classifier.serving.results import as_result
from journify.background import jobs
from journify.models import save_with_file
from journify.outbound.errors import NoPreviewError, PlatformError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.core.files.uploadedfile import TemporaryUploadedFile

    from classifier.sources.deezer import DeezerTrack

logger = logging.getLogger(__name__)

Status = TryOut.Status

# Nobody watches for longer: what waits is given up then, and forgotten once more as much later.
FORGOTTEN_AFTER = dt.timedelta(minutes=10)
# Visitors share one lane: listeners come in between.
LANE = "visitors"
TOO_MANY = _("Many people are trying it right now. Please try again in a few minutes.")
NOT_HEARD = _("It was not heard in time. Please try again.")


def begin(upload: TemporaryUploadedFile) -> TryOut:
    """Check a visitor's file and hand it to a worker.

    Raises
    ------
    UploadRejectedError
        The file is too large or is not audio that we can listen to, or too many wait already.
    """
    if (upload.size or 0) > settings.TRY_OUT_MAX_MB * 1_000_000:
        raise UploadRejectedError(too_large_message())
    _require_room()
    name = upload.name or ""
    facts = examine(upload)
    names = completed(Names(facts.title, facts.artist), name)
    tryout = TryOut(audio=upload, title=names.title, lane=LANE, turn_at=jobs.turn(TryOut, LANE))
    save_with_file(tryout, "audio", force_insert=True)
    jobs.wake()
    return tryout


def begin_with_song(track: DeezerTrack) -> TryOut:
    """Hand a song of Deezer's to a worker.

    Raises
    ------
    NoPreviewError
        There is nothing of it to hear.
    UploadRejectedError
        Too many wait already.
    """
    if not track.preview:
        raise NoPreviewError("deezer")
    _require_room()
    title = " – ".join(part for part in (track.artist, track.title) if part)
    tryout = TryOut.objects.create(
        deezer_id=track.id, title=title[:200], lane=LANE, turn_at=jobs.turn(TryOut, LANE)
    )
    jobs.wake()
    return tryout


def too_large_message() -> str:
    """Say how large a file may be here."""
    sentence = _(
        "For trying out a file may have up to %(max)s\xa0MB. Try a shorter cut or an MP3 of it."
    )
    return str(sentence % {"max": settings.TRY_OUT_MAX_MB})


def listen(row: TryOut) -> None:
    """Hear the file of a claimed row and delete it, whatever comes of it."""
    values: dict[str, Any]
    try:
        with leases.held(row), leases.time_limit(settings.CLASSIFY_MAX_SECONDS):
            values = {"status": Status.DONE, "result": _heard(row)}
    except Exception as error:  # an accident of ours, too, must be told to whoever is waiting
        outcome = outcome_of(error, of=f"try-out {row.pk}")
        values = {"status": Status.FAILED, "error": outcome.sentence[:300]}
    if not _end(row, **values):
        logger.warning("try-out %s was taken over, or is gone", row.pk)
        return
    logger.info("try-out %s: %s", row.pk, values["status"])


def interrupted(row: TryOut) -> bool:
    """Have it heard by another worker, or tell whoever waits that nobody could."""
    return jobs.put_back(row) or _end(row, status=Status.FAILED, error=str(NOT_HEARD))


def forget_old() -> int:
    """Give up what waits for too long, and delete what nobody came back for; returns how many."""
    seconds = FORGOTTEN_AFTER.total_seconds()
    for row in TryOut.objects.waiting().filter(created_at__lt=jobs.from_now(-seconds)):
        if claimed := jobs.claim(TryOut.objects.all(), row.pk):
            _end(claimed, status=Status.FAILED, error=str(NOT_HEARD))
    return TryOut.objects.filter(created_at__lt=jobs.from_now(-2 * seconds)).delete()[0]


def _require_room() -> None:
    if TryOut.objects.waiting().count() >= settings.TRY_OUT_MAX_WAITING:
        raise UploadRejectedError(str(TOO_MANY))


def _end(row: TryOut, **values: Any) -> bool:
    """Write what came of a claimed row and delete its file, which else goes with the row."""
    if not jobs.settle(row, **values):
        return False
    if row.audio:
        row.audio.storage.delete(str(row.audio.name))
        TryOut.objects.filter(pk=row.pk).update(audio="")
    return True


def _heard(row: TryOut) -> dict[str, Any]:
    from classifier.serving.service import get_service

    started = time.perf_counter()
    with _sound_of(row) as path:
        clip = get_decoder().load(path)
    prediction = get_service().classify(clip)
    place = {"clip_start": clip.start, "is_middle": clip.is_middle}
    return as_result(prediction, seconds=time.perf_counter() - started) | place


@contextmanager
def _sound_of(row: TryOut) -> Iterator[Path]:
    """Yield a local copy of the visitor's file, or a clip of the song."""
    if row.deezer_id:
        from classifier.sources.deezer import DeezerClips  # noqa: PLC0415 -- imports requests

        with ExitStack() as stack:
            try:
                clip = DeezerClips().clip_of(Song(deezer_id=row.deezer_id))
                path, _source = stack.enter_context(clip)
            except PlatformError as error:
                raise NoClipError(str(error)) from error
            yield path
        return
    with NamedTemporaryFile(suffix=Path(str(row.audio.name)).suffix) as copy:
        with row.audio.open("rb") as stored:
            for chunk in stored.chunks():
                copy.write(chunk)
        copy.flush()
        yield Path(copy.name)
