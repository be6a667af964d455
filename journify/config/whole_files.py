"""Where uploads lie: whole or not at all."""

import contextlib
from pathlib import Path
from typing import Any

from django.core.files.storage import FileSystemStorage


class WholeFileStorage(FileSystemStorage):
    """Django's storage leaves half a file behind when the disk is full; this one does not."""

    def _save(self, name: str, content: Any) -> str:
        try:
            stored: str = super()._save(name, content)  # type: ignore[misc]
            return stored
        except OSError:
            # the name was free a moment ago, and names of uploads are random: the half is ours
            with contextlib.suppress(OSError):
                Path(self.path(name)).unlink()
            raise
