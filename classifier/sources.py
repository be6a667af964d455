"""Where a song's audio comes from."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile

from classifier.errors import NO_CLIP, NoClipError
from classifier.models import Song

UPLOAD = "upload"
CATALOGUE = "catalogue"


@contextmanager
def audio_of(song: Song) -> Iterator[tuple[Path, str]]:
    """Yield a local file with the song's audio and the name of its source.

    Storage that has no local path (an object store) is copied to a temporary file first.

    Raises
    ------
    NoClipError
        There is no audio of the song, or it is gone from storage.
    """
    if not song.has_audio:
        raise NoClipError(str(NO_CLIP))
    source = UPLOAD if song.owner_id else CATALOGUE
    local = _local_path(song)
    if local is not None:
        yield local, source
        return
    with NamedTemporaryFile(suffix=Path(str(song.audio.name)).suffix) as copy:
        with song.audio.open("rb") as stored:
            for chunk in stored.chunks():
                copy.write(chunk)
        copy.flush()
        yield Path(copy.name), source


def _local_path(song: Song) -> Path | None:
    try:
        return Path(song.audio.path)
    except NotImplementedError:
        return None
