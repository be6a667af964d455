"""The sources of clips, tried in the operator's order until one has the song."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.utils.translation import gettext as _

from classifier.errors import NO_CLIP, ClipLaterError, NoClipError
from classifier.models import Song
from classifier.sources.deezer import DeezerClips
from classifier.sources.itunes import ItunesClips
from classifier.sources.own import OwnFiles
from journify.outbound.errors import PlatformError

logger = logging.getLogger(__name__)


class ClipSource(Protocol):
    """Somewhere that may have audio of a song."""

    def clip_of(self, song: Song) -> AbstractContextManager[tuple[Path, str]]:
        """Yield a local file, gone afterwards unless it is ours, and the source's name.

        Raises NoClipError or PlatformError when there is none.
        """


SOURCES: dict[str, ClipSource] = {
    "upload": OwnFiles(),
    "deezer": DeezerClips(),
    "itunes": ItunesClips(),
}


@contextmanager
def audio_of(song: Song) -> Iterator[tuple[Path, str]]:
    """Yield a local file with audio of the song and the name of its source.

    Raises ClipLaterError: none has it now, but one of them may in a while; NoClipError: none has
    it.
    """
    reasons: list[PlatformError] = []
    for name in settings.CLIP_SOURCES:
        with ExitStack() as stack:
            try:
                found = stack.enter_context(SOURCES[name].clip_of(song))
            except NoClipError:
                continue
            except PlatformError as reason:
                logger.info("song %s: no clip from %s: %s", song.pk, name, type(reason).__name__)
                reasons.append(reason)
                continue
            yield found
            return
    raise _nothing(reasons)


def _nothing(reasons: Sequence[PlatformError]) -> NoClipError:
    """Say of every source why it had nothing, and whether waiting helps."""
    if not reasons:
        return NoClipError(str(NO_CLIP))
    told = [*(str(reason) for reason in reasons), _("Upload a file of it, or label it yourself.")]
    sentence = " ".join(told)
    waits = [reason.retry_after for reason in reasons if reason.retry_after is not None]
    return ClipLaterError(sentence, seconds=min(waits)) if waits else NoClipError(sentence)
