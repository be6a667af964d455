"""What can go wrong with a song, in words a listener understands.

Each has a `reason`, a slug to count failures by; that of a `ml.errors.ClipError` is its code.
"""

from __future__ import annotations

import logging

from django.utils.translation import gettext_lazy as _

from ml.errors import ClipError, WeightsError

logger = logging.getLogger(__name__)


class UploadRejectedError(Exception):
    """The file cannot be used; `str(error)` is one sentence for the listener."""


class NoClipError(Exception):
    """There is no audio of the song that we may listen to; `str(error)` says so to the listener."""

    reason = "no-clip"


class ClipLaterError(NoClipError):
    """No audio now, but it is worth asking again in `seconds`."""

    reason = "platform"

    def __init__(self, sentence: str, *, seconds: float) -> None:
        super().__init__(sentence)
        self.seconds = seconds


class NoModelError(Exception):
    """No model could answer; `str(error)` says so to the listener."""

    reason = "no-model"


class TookTooLongError(Exception):
    """Listening to one song took longer than a worker may spend on it."""

    reason = "took-too-long"


INTERRUPTED = _("Listening was interrupted too often. Try again, or label it yourself.")
TOOK_TOO_LONG = _("Listening took too long. Try again, or label it yourself.")
UNEXPECTED = _("Something went wrong while listening. Try again, or label it yourself.")
NO_MODEL = _("No model could listen to this song just now. Try again, or label it yourself.")
DROPPED = _("This song was taken off the queue. Try again, or label it yourself.")
NO_CLIP = _(
    "There is no audio of this song that we may listen to. Upload it, or label it yourself."
)

_FORESEEN = (ClipError, NoClipError, NoModelError, WeightsError)


def told(error: Exception, *, of: str) -> str:
    """Put into words what ended `of`: an accident gets a sentence, and its traceback in the log."""
    if isinstance(error, _FORESEEN):
        return str(error)[:300]
    logger.error("%s broke", of, exc_info=error)
    return str(TOOK_TOO_LONG if isinstance(error, TookTooLongError) else UNEXPECTED)
