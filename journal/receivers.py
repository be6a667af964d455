"""An archive leaves storage with its row; answers follow what is said of their songs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models.signals import post_delete
from django.dispatch import receiver

from classifier.emotions import changes
from classifier.files.cleanup import forget
from journal.emotions.renewing import renew
from journal.models import Transfer

if TYPE_CHECKING:
    from uuid import UUID


@receiver(post_delete, sender=Transfer)
def forget_archive(*, instance: Transfer, **_signal: Any) -> None:
    """Delete the file of a deleted transfer, with its owner's account too."""
    forget(str(instance.file.name or ""), instance.file.storage)


@receiver(changes.said)
def renew_answers(*, song: UUID, user: UUID | None, **_signal: Any) -> None:
    """Have answers with a song count by what is said of it now."""
    renew([song], user=user)
