"""A listener's own audio file: checked outside this process, then kept in private storage."""

from __future__ import annotations

import hashlib
import json
import resource
import subprocess
import sys
import unicodedata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils.translation import gettext as _

from classifier.errors import UploadRejectedError
from classifier.models import Song

if TYPE_CHECKING:
    from django.core.files.uploadedfile import TemporaryUploadedFile

    from spotify_auth.models import User

CHECK_SECONDS = 20
CHECK_MEMORY_BYTES = 1_500_000_000


def add_upload(user: User, upload: TemporaryUploadedFile) -> Song:
    """Check an uploaded file and keep it as a song of `user`.

    The same audio uploaded twice by the same person is the same song.

    Raises
    ------
    UploadRejectedError
        The file is too large or is not audio that we can listen to.
    """
    if (upload.size or 0) > settings.UPLOAD_MAX_MB * 1_000_000:
        raise UploadRejectedError(too_large_message())
    facts = check_audio(Path(upload.temporary_file_path()))
    digest = _sha256(upload)
    known = Song.objects.filter(owner=user, audio_sha256=digest).first()
    if known is not None:
        if not known.has_audio:
            known.audio = upload  # storage lost it
            known.save(update_fields=["audio"])
        return known
    return Song.objects.create(
        owner=user,
        title=facts.get("title") or title_from(upload.name or ""),
        artist=facts.get("artist") or "",
        duration_ms=round(facts["source_seconds"] * 1000),
        audio=upload,
        audio_sha256=digest,
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
        `source_seconds` of the file, and `title` and `artist` where its tags name them.

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
            preexec_fn=_limit_resources,
            check=False,
        )
        facts: dict[str, Any] = json.loads(child.stdout)
    except (subprocess.TimeoutExpired, json.JSONDecodeError) as error:
        # a crash leaves no answer on standard output
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


def _limit_resources() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (CHECK_MEMORY_BYTES, CHECK_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (CHECK_SECONDS, CHECK_SECONDS))
