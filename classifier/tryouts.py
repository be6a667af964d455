"""A visitor's file is heard once, without an account, and nothing of it is kept."""

from __future__ import annotations

import datetime as dt
import logging
import time
from functools import partial
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from classifier.decoding import get_decoder
from classifier.errors import UploadRejectedError, told
from classifier.models import TryOut
from classifier.results import as_result
from classifier.uploads import examine, title_from

if TYPE_CHECKING:
    from uuid import UUID

    from django.core.files.uploadedfile import TemporaryUploadedFile

logger = logging.getLogger(__name__)

Status = TryOut.Status

# Nobody watches for longer: by then the answer was shown, or the browser is gone.
FORGOTTEN_AFTER = dt.timedelta(minutes=10)


def begin(upload: TemporaryUploadedFile) -> TryOut:
    """Check a visitor's file and hand it to a worker.

    Raises
    ------
    UploadRejectedError
        The file is too large or is not audio that we can listen to.
    """
    if (upload.size or 0) > settings.TRY_OUT_MAX_MB * 1_000_000:
        raise UploadRejectedError(too_large_message())
    title = title_from(upload.name or "")
    facts = examine(upload)
    forget_old()
    tryout = TryOut.objects.create(audio=upload, title=facts.title or title)
    _enqueue(tryout.pk)
    return tryout


def too_large_message() -> str:
    """Say how large a file may be here."""
    return _(
        "For trying out a file may have up to %(max)s MB. Try a shorter cut or an MP3 of it."
    ) % {"max": settings.TRY_OUT_MAX_MB}


def listen(tryout_id: UUID | str) -> None:
    """Hear a visitor's file and delete it, whatever comes of it."""
    claimed = TryOut.objects.filter(pk=tryout_id, status=Status.QUEUED)
    if not claimed.update(status=Status.RUNNING):
        logger.info("try-out %s is gone or taken", tryout_id)
        return
    row = TryOut.objects.get(pk=tryout_id)
    try:
        values: dict[str, Any] = {"status": Status.DONE, "result": _heard(row)}
    except Exception as error:  # an accident of ours, too, must be told to whoever is waiting
        values = {"status": Status.FAILED, "error": told(error, of=f"try-out {row.pk}")}
    finally:
        row.audio.storage.delete(str(row.audio.name))
    TryOut.objects.filter(pk=row.pk).update(audio="", **values)
    logger.info("try-out %s: %s", row.pk, values["status"])


def forget_old() -> int:
    """Delete what nobody came back for, file and row; returns how many."""
    old = TryOut.objects.filter(created_at__lt=timezone.now() - FORGOTTEN_AFTER)
    return old.delete()[0]


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


def _enqueue(tryout_id: UUID) -> None:
    from classifier.tasks import try_out  # noqa: PLC0415 -- tasks import this module

    transaction.on_commit(partial(try_out.enqueue, tryout_id=str(tryout_id)))
