"""What can go wrong with a song, in words a listener understands.

Each has a `reason`, a slug to count failures by; that of a `ml.errors.ClipError` is its code.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _


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
