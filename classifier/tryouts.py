"""A visitor's file is heard once, without an account, and nothing of it is kept."""

from __future__ import annotations

import datetime as dt
import logging
import time
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from classifier import leases
from classifier.decoding import get_decoder
from classifier.errors import UploadRejectedError, told
from classifier.models import TryOut
from classifier.naming import Names, completed
from classifier.results import as_result
from classifier.uploads import examine
from journify.background import jobs
from journify.models import save_with_file

if TYPE_CHECKING:
    from uuid import UUID

    from django.core.files.uploadedfile import TemporaryUploadedFile

logger = logging.getLogger(__name__)

Status = TryOut.Status

# Nobody watches for longer: what waits is given up then, and forgotten once more as much later.
FORGOTTEN_AFTER = dt.timedelta(minutes=10)
NOT_HEARD = _("Nobody came to listen to it in time. Please try again.")


def begin(upload: TemporaryUploadedFile) -> TryOut:
    """Check a visitor's file and hand it to a worker.

    Raises
    ------
    UploadRejectedError
        The file is too large or is not audio that we can listen to.
    """
    if (upload.size or 0) > settings.TRY_OUT_MAX_MB * 1_000_000:
        raise UploadRejectedError(too_large_message())
    name = upload.name or ""
    facts = examine(upload)
    names = completed(Names(facts.title, facts.artist), name)
    tryout = TryOut(audio=upload, title=names.title)
    save_with_file(tryout, "audio", force_insert=True)
    jobs.wake(tryout)
    return tryout


def too_large_message() -> str:
    """Say how large a file may be here."""
    sentence = _(
        "For trying out a file may have up to %(max)s\xa0MB. Try a shorter cut or an MP3 of it."
    )
    return str(sentence % {"max": settings.TRY_OUT_MAX_MB})


def listen(tryout_id: UUID | str) -> None:
    """Hear a visitor's file and delete it, whatever comes of it."""
    row = jobs.claim(TryOut.objects.all(), tryout_id)
    if row is None:
        logger.info("try-out %s is gone, taken or done", tryout_id)
        return
    values: dict[str, Any]
    try:
        with leases.held(row), leases.time_limit(settings.CLASSIFY_MAX_SECONDS):
            values = {"status": Status.DONE, "result": _heard(row)}
    except Exception as error:  # an accident of ours, too, must be told to whoever is waiting
        values = {"status": Status.FAILED, "error": told(error, of=f"try-out {row.pk}")}
    if not _end(row, **values):
        logger.warning("try-out %s was taken over, or is gone", row.pk)
        return
    logger.info("try-out %s: %s", row.pk, values["status"])


def interrupted(row: TryOut) -> bool:
    """Have it heard by another worker, or tell whoever waits that nobody could."""
    return jobs.put_back(row) or _end(row, status=Status.FAILED, error=str(NOT_HEARD))


def forget_old() -> int:
    """Give up what waits for too long, and delete what nobody came back for; returns how many."""
    long_ago = timezone.now() - FORGOTTEN_AFTER
    for row in TryOut.objects.waiting().filter(created_at__lt=long_ago):
        if claimed := jobs.claim(TryOut.objects.all(), row.pk):
            _end(claimed, status=Status.FAILED, error=str(NOT_HEARD))
    return TryOut.objects.filter(created_at__lt=long_ago - FORGOTTEN_AFTER).delete()[0]


def _end(row: TryOut, **values: Any) -> bool:
    """Write what came of a claimed row and delete its file, which else goes with the row."""
    if not jobs.settle(row, **values):
        return False
    row.audio.storage.delete(str(row.audio.name))
    TryOut.objects.filter(pk=row.pk).update(audio="")
    return True


def _heard(row: TryOut) -> dict[str, Any]:
    from classifier.service import get_service  # noqa: PLC0415 -- imports torch

    started = time.perf_counter()
    with NamedTemporaryFile(suffix=Path(str(row.audio.name)).suffix) as copy:
        with row.audio.open("rb") as stored:
            for chunk in stored.chunks():
                copy.write(chunk)
        copy.flush()
        clip = get_decoder().load(Path(copy.name))
    prediction = get_service().classify(clip)
    return as_result(prediction, seconds=time.perf_counter() - started)
