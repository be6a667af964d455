"""A visitor's file is heard once, without an account, and nothing of it is kept."""

from __future__ import annotations

import datetime as dt
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from classifier.errors import NoClipError, UploadRejectedError, sentence_of
from classifier.files.decoding import get_decoder
from classifier.files.naming import Names, completed
from classifier.files.uploads import examine
from classifier.models import Song, TryOut
from classifier.queue import leases
from classifier.serving.results import as_result
from journify.background import endings, jobs
from journify.files import local_copy
from journify.models import save_with_file
from journify.outbound.errors import NoPreviewError, PlatformError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from django.core.files.uploadedfile import TemporaryUploadedFile

    from classifier.sources.deezer import DeezerTrack

# Nobody watches for longer: what waits is given up then, and forgotten once more as much later.
FORGOTTEN_AFTER = dt.timedelta(minutes=10)
# Visitors share one lane: listeners come in between.
LANE = "visitors"
TOO_MANY = _("Many people are trying it right now. Please try again in a few minutes.")


def begin_tryout(upload: TemporaryUploadedFile) -> TryOut:
    """Check a visitor's file and hand it to a worker.

    Raises UploadRejectedError: the file is too large or is not audio that we can listen to, or too
    many wait already.
    """
    if (upload.size or 0) > settings.TRY_OUT_MAX_MB * 1_000_000:
        raise UploadRejectedError(too_large_to_try())
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

    Raises NoPreviewError: there is nothing of it to hear; UploadRejectedError: too many wait
    already.
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


def too_large_to_try() -> str:
    sentence = _(
        "For trying out a file may have up to %(max)s\xa0MB. Try a shorter cut or an MP3 of it."
    )
    return str(sentence % {"max": settings.TRY_OUT_MAX_MB})


def hear_tryout(row: TryOut) -> None:
    """Hear the file of a claimed row and delete it, whatever comes of it."""
    with endings.told(row, explain=sentence_of):
        with leases.held(row), leases.time_limit(settings.CLASSIFY_MAX_SECONDS):
            result = _heard(row)
        endings.end(row, result=result)


def forget_old_tryouts() -> int:
    """Give up what waits for too long, and delete what nobody came back for; returns how many."""
    seconds = FORGOTTEN_AFTER.total_seconds()
    for row in TryOut.objects.waiting().filter(created_at__lt=jobs.from_now(-seconds)):
        if claimed := jobs.claim(TryOut.objects.all(), row.pk):
            endings.fail(claimed, TryOut.GIVEN_UP)
    return TryOut.objects.filter(created_at__lt=jobs.from_now(-2 * seconds)).delete()[0]


def _require_room() -> None:
    if TryOut.objects.waiting().count() >= settings.TRY_OUT_MAX_WAITING:
        raise UploadRejectedError(str(TOO_MANY))


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
    with local_copy(row.audio) as path:
        yield path
