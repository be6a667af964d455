"""A listener's own audio file: checked outside this process, then kept in private storage."""

from __future__ import annotations

import hashlib
import json
import logging
import subprocess
import sys
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import gettext as _

from classifier.errors import UploadRejectedError
from classifier.formats import extension_of
from classifier.models import Song

if TYPE_CHECKING:
    from django.core.files.uploadedfile import TemporaryUploadedFile

    from spotify_auth.models import User

logger = logging.getLogger(__name__)

CHECK_SECONDS = 20


@dataclass(frozen=True)
class Facts:
    """What the check found out about a file; title and artist are empty where no tag names them."""

    title: str
    artist: str
    duration_ms: int
    sha256: str


def add_upload(user: User, upload: TemporaryUploadedFile) -> Song:
    """Check an uploaded file and keep it as a song of `user`.

    The same audio uploaded twice by the same person is the same song.

    Raises
    ------
    UploadRejectedError
        The file is too large or is not audio that we can listen to.
    """
    listeners_name = upload.name or ""
    facts = examine(upload)
    known = Song.objects.filter(owner=user, audio_sha256=facts.sha256).first()
    if known is not None:
        if not known.has_audio:
            known.audio = upload  # storage lost it
            known.save(update_fields=["audio"])
        return known
    return Song.objects.create(
        owner=user,
        title=facts.title or title_from(listeners_name),
        artist=facts.artist,
        duration_ms=facts.duration_ms,
        audio=upload,
        audio_sha256=facts.sha256,
    )


def examine(upload: TemporaryUploadedFile) -> Facts:
    """Check an uploaded file, and call it by the container that it really is.

    Players go by the extension: the name that somebody gave the file may have another, or none.

    Raises
    ------
    UploadRejectedError
        The file is too large or is not audio that we can listen to.
    """
    if (upload.size or 0) > settings.UPLOAD_MAX_MB * 1_000_000:
        raise UploadRejectedError(too_large_message())
    found = check_audio(Path(upload.temporary_file_path()))
    upload.name = f"upload.{extension_of(found['format'])}"
    return Facts(
        title=found["title"],
        artist=found["artist"],
        duration_ms=round(found["source_seconds"] * 1000),
        sha256=_sha256(upload),
    )


def too_large_message() -> str:
    """Say how large a file may be."""
    return _("This file is larger than %(max)s MB. Try a shorter cut or an MP3 of it.") % {
        "max": settings.UPLOAD_MAX_MB
    }


def check_audio(path: Path) -> dict[str, Any]:
    """Decode the beginning of a stranger's file in a child process with limits.

    Returns
    -------
    dict
        `format` (see `ml.audio.container_of`), `source_seconds`, `title` and `artist`.

    Raises
    ------
    UploadRejectedError
        The file is not audio that we can listen to, or checking it took too much.
    """
    try:
        child = subprocess.run(  # noqa: S603 -- our own module, no shell, the path is ours
            [sys.executable, "-m", "ml.check_audio", str(path)],
            capture_output=True,
            cwd=settings.BASE_DIR,
            timeout=CHECK_SECONDS,
            check=False,
        )
        facts: dict[str, Any] = json.loads(child.stdout)
    except (subprocess.TimeoutExpired, OSError, ValueError) as error:
        # a crash leaves no answer on standard output; no child at all is told in the log
        logger.warning("check of an upload gave no answer: %s", error)
        raise UploadRejectedError(_("This file could not be read as audio.")) from error
    if not facts["ok"]:
        raise UploadRejectedError(facts["message"])
    return facts


def title_from(filename: str) -> str:
    """Make a title of a file name: no extension, no control characters, underscores as blanks."""
    stem = Path(filename.replace("\\", "/")).stem.replace("_", " ")
    printable = "".join(c for c in stem if unicodedata.category(c)[0] != "C")
    return " ".join(printable.split())[:200] or _("Untitled")


def _sha256(upload: TemporaryUploadedFile) -> str:
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    return digest.hexdigest()
