"""The key that signs sessions, made on first start so that nobody has to."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from tempfile import NamedTemporaryFile

from django.core.management.utils import get_random_secret_key


def load_or_create_secret(path: Path) -> str:
    """Return the key kept in `path`; make one, readable by its owner only, when there is none.

    Web and worker may start at the same moment, so the file appears whole (a hard link) or not at
    all, and whoever comes second reads the first one's key.
    """
    if not path.exists():
        with NamedTemporaryFile("w", dir=path.parent, prefix=".secret-") as draft:
            draft.write(get_random_secret_key())
            draft.flush()
            with contextlib.suppress(FileExistsError):
                os.link(draft.name, path)
    return path.read_text().strip()
