"""A listener's own audio file: checked outside this process, then kept in private storage."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.translation import gettext as _

from classifier.errors import UploadRejectedError
from classifier.files.decoding import get_decoder
from classifier.files.formats import explained, extension_of
from classifier.files.naming import Names, completed
from classifier.models import Song
from classifier.quota import refuse_beyond
from classifier.sentences import translated
from journify.models import save_with_file, written
from ml.digests import file_digest
from ml.errors import ClipError

if TYPE_CHECKING:
    from django.core.files.uploadedfile import TemporaryUploadedFile

    from ml.audio.decoding import Description
    from spotify_auth.models import User

logger = logging.getLogger(__name__)


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

    Raises UploadRejectedError: the file is too large or is not audio that we can listen to, or
    there is no room for it.
    """
    listeners_name = upload.name or ""
    facts = examine(upload)
    names = completed(Names(facts.title, facts.artist), listeners_name)

    def write() -> tuple[Song, bool]:
        known = Song.objects.filter(owner=user, audio_sha256=facts.sha256).first()
        if known is not None:
            if not known.has_audio:
                known.audio = upload  # storage lost it
                known.audio_bytes = upload.size or 0
                save_with_file(known, "audio", update_fields=["audio", "audio_bytes"])
            return known, False
        song = Song(
            owner=user,
            title=names.title,
            artist=names.artist,
            duration_ms=facts.duration_ms,
            audio=upload,
            audio_sha256=facts.sha256,
            audio_bytes=upload.size or 0,
        )
        save_with_file(song, "audio", force_insert=True)
        return song, True

    song, is_new = written(write)
    if is_new:
        refuse_beyond(song)  # once it is committed: who writes at the same moment sees it
    return song


def examine(upload: TemporaryUploadedFile) -> Facts:
    """Check an uploaded file, and call it by the container that it really is.

    Players go by the extension: the name that somebody gave the file may have another, or none.

    Raises UploadRejectedError: the file is too large or is not audio that we can listen to.
    """
    if (upload.size or 0) > settings.UPLOAD_MAX_MB * 1_000_000:
        raise UploadRejectedError(too_large_message())
    path = Path(upload.temporary_file_path())
    found = check_audio(path)
    upload.name = f"upload.{extension_of(found.format)}"
    return Facts(
        title=found.title,
        artist=found.artist,
        duration_ms=round(found.source_seconds * 1000),
        sha256=file_digest(path),
    )


def too_large_message() -> str:
    return _("This file is larger than %(max)s\xa0MB. Try a shorter cut or an MP3 of it.") % {
        "max": settings.UPLOAD_MAX_MB
    }


def check_audio(path: Path) -> Description:
    """Decode a stranger's file in a child process with bounds; its suffix is as they gave it.

    Raises UploadRejectedError: the file is not audio that we can listen to, or checking it took too
    much.
    """
    try:
        return get_decoder().describe(path)
    except ClipError as error:
        sentence = explained(error.code, str(error), path.name)
        raise UploadRejectedError(translated(sentence)) from error
    except OSError as error:
        # no child could be started: told in the log, where somebody can do something about it
        logger.exception("an upload could not be checked")
        raise UploadRejectedError(_("This file could not be read as audio.")) from error
