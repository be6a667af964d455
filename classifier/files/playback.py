"""Let a person hear a song that we hold."""

from django.http import Http404, HttpRequest, HttpResponseBase

from classifier.files.formats import media_type
from classifier.models import Song
from journify.web.ranges import file_response


def audio_response(request: HttpRequest, song: Song) -> HttpResponseBase:
    """Send a song's audio, or the part that a player asks for. Who may hear it, the caller decides.

    Raises Http404: we hold no audio of the song.
    """
    name = str(song.audio.name or "")
    try:
        file = song.audio.storage.open(name, "rb") if name else None
    except FileNotFoundError:
        file = None
    if file is None:
        raise Http404
    return file_response(request, file, media_type(name))
