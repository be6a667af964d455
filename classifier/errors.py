"""What can go wrong with a song, in words a listener understands.

Each has a `reason`, a slug to count failures by; that of a `ml.errors.ClipError` is its code.
"""

import logging
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from ml.errors import ClipError, WeightsError

logger = logging.getLogger(__name__)

SOON = 1.0  # seconds: less than every back-off


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


@dataclass(frozen=True)
class Outcome:
    """What an error makes of the work that it ended."""

    sentence: str  # for whoever waits
    reason: str  # a slug to count by
    wait: float | None = None  # seconds until another try, at the least; None: there is none


def outcome_of(error: BaseException, *, of: str) -> Outcome:
    """Say what becomes of the work `of`, which `error` ended; an accident's traceback is logged."""
    if isinstance(error, (SystemExit, KeyboardInterrupt)):  # the worker was told to stop at once
        return Outcome(str(INTERRUPTED), "interrupted", wait=0)
    if isinstance(error, _FORESEEN):
        wait = max(error.seconds, SOON) if isinstance(error, ClipLaterError) else None
        reason = getattr(error, "reason", NoModelError.reason)  # `WeightsError` has none
        return Outcome(str(error), getattr(error, "code", reason), wait=wait)
    logger.error("%s broke", of, exc_info=error)
    if isinstance(error, TookTooLongError):
        return Outcome(str(TOOK_TOO_LONG), error.reason, wait=SOON)
    return Outcome(str(UNEXPECTED), "unexpected", wait=SOON)


def sentence_of(error: Exception, *, of: str) -> str:
    """Return what people read of an error that ended the work `of`."""
    return outcome_of(error, of=of).sentence
