"""An import's file leaves storage with its row; listened songs follow what is said of them."""

from __future__ import annotations

from typing import Any

from django.db.models.signals import post_delete
from django.dispatch import receiver

from classifier.emotions import changes
from classifier.files.cleanup import forget
from journal.listening.emotions import follow, follow_taught
from journal.listening.models import ListeningImport

changes.said.connect(follow)
changes.taught.connect(follow_taught)


@receiver(post_delete, sender=ListeningImport)
def forget_history(*, instance: ListeningImport, **_signal: Any) -> None:
    """Delete the file of a deleted import."""
    forget(str(instance.file.name or ""), instance.file.storage)
