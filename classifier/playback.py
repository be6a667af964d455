"""Let a person hear a song that we hold."""

from __future__ import annotations

import mimetypes
from typing import TYPE_CHECKING

from django.http import Http404, HttpRequest, HttpResponseBase

from journify.ranges import file_response

if TYPE_CHECKING:
    from classifier.models import Song


def audio_response(request: HttpRequest, song: Song) -> HttpResponseBase:
    """Send a song's audio, or the part that a player asks for. Who may hear it, the caller decides.

    Raises
    ------
    Http404
        We hold no audio of the song.
    """
    if not song.has_audio:
        raise Http404
    kind = mimetypes.guess_type(str(song.audio.name))[0] or "application/octet-stream"
    return file_response(request, song.audio.open("rb"), kind)
