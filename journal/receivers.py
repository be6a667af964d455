"""An archive leaves storage with its row; answers follow what is said of their songs."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.dispatch import receiver

from classifier.emotions import changes
from journal.emotions.renewing import renew
from journal.models import Entry, Transfer
from journify.files import forget_with_rows

forget_with_rows(Transfer, "file")


@receiver(changes.said)
def renew_answers(*, song: UUID, user: UUID | None, **_signal: Any) -> None:
    renew([song], user=user)


@receiver(changes.renamed)
def mark_answers(*, songs: Sequence[UUID], **_signal: Any) -> None:
    """Have what was counted of the songs' artists be out of date."""
    Entry.objects.filter(song__in=songs).update()
