"""The keys that sign sessions and encrypt tokens, made on first start so that nobody has to."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from pathlib import Path
from tempfile import NamedTemporaryFile

from cryptography.fernet import Fernet
from django.core.management.utils import get_random_secret_key


def load_or_create_secret(path: Path) -> str:
    """Return the key that signs sessions, kept in `path`."""
    return _load_or_create(path, get_random_secret_key)


def load_or_create_key(path: Path) -> str:
    """Return the key that encrypts tokens, kept in `path`."""
    return _load_or_create(path, lambda: Fernet.generate_key().decode())


def _load_or_create(path: Path, make: Callable[[], str]) -> str:
    """Return what is kept in `path`; make it, readable by its owner only, when there is nothing.

    Web and worker may start at the same moment, so the file appears whole (a hard link) or not at
    all, and whoever comes second reads the first one's key.
    """
    if not path.exists():
        with NamedTemporaryFile("w", dir=path.parent, prefix=".secret-") as draft:
            draft.write(make())
            draft.flush()
            with contextlib.suppress(FileExistsError):
                os.link(draft.name, path)
    return path.read_text().strip()
