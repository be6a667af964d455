"""Files that we hold: a listener's upload, or a song of the catalogue."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from classifier.errors import NO_CLIP, NoClipError
from classifier.models import Song
from journify.files import local_copy

UPLOAD = "upload"
CATALOGUE = "catalogue"


class OwnFiles:
    @contextmanager
    def clip_of(self, song: Song) -> Iterator[tuple[Path, str]]:
        """Yield the stored file; storage without local paths is copied to a temporary one first.

        Raises NoClipError: we hold no audio of the song, or it is gone from storage.
        """
        if not song.has_audio:
            raise NoClipError(str(NO_CLIP))
        source = UPLOAD if song.owner_id else CATALOGUE
        try:
            path = Path(song.audio.path)
        except NotImplementedError:
            with local_copy(song.audio) as copy:
                yield copy, source
        else:
            yield path, source
