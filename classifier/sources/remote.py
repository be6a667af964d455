"""What clips from other people's servers have in common."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from classifier.errors import UploadRejectedError
from classifier.files.uploads import check_audio
from journify.outbound.errors import BrokenPreviewError
from journify.outbound.previews import fetched_preview

# A worker may wait this long for its turn at a platform.
PATIENCE_SECONDS = 12.0


@contextmanager
def checked_preview(platform: str, url: str, *, hosts: Sequence[str]) -> Iterator[Path]:
    """Fetch a clip and have a child process with limits look whether it is audio.

    Raises PlatformError: as `fetched_preview`; BrokenPreviewError also for what is not audio.
    """
    with fetched_preview(platform, url, hosts=hosts) as path:
        try:
            check_audio(path)
        except UploadRejectedError:
            raise BrokenPreviewError(platform) from None
        yield path
