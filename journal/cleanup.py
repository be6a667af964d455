"""An archive leaves storage with its row, as audio does with its song."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete

from classifier.files.cleanup import forget
from journal.models import Transfer


def connect() -> None:
    """Have the files of deleted transfers deleted, with their owner's account too."""
    post_delete.connect(_forget_archive_of, sender=Transfer, dispatch_uid="journal.cleanup")


def _forget_archive_of(*, instance: Transfer, **_signal: Any) -> None:
    forget(str(instance.file.name or ""), instance.file.storage)
