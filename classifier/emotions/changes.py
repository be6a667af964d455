"""Tells whoever keeps what songs carry that models or people may say something else by now.

Apps above this one keep it where they count thousands of songs (`Entry.emotion`). Signals, as in
`classifier.files.cleanup`: labels and answers are also written by the admin's forms, actions and
imports, where no function of ours is called. What is written by `update` or `bulk_create` has to
`tell`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.db.models.signals import post_delete, post_save
from django.dispatch import Signal

from classifier.models import Classification, Label, Song

if TYPE_CHECKING:
    from uuid import UUID

# Sent with `song`, its key, and `user`, the key of the person who speaks; None for a model.
said = Signal()


def connect() -> None:
    """Have every answer and label that is saved or deleted told of."""
    for sender in (Classification, Label):
        uid = f"changes.{sender.__name__}"
        post_save.connect(_tell_of_saved, sender=sender, dispatch_uid=uid)
        post_delete.connect(_tell_of_deleted, sender=sender, dispatch_uid=uid)


def tell(song: UUID, *, user: UUID | None = None) -> None:
    """Say that a model, or `user`, may say something else of `song` than before."""
    said.send(sender=Song, song=song, user=user)


def _tell_of_saved(
    *, instance: Classification | Label, created: bool, raw: bool, **_signal: Any
) -> None:
    is_work = isinstance(instance, Classification) and instance.status != instance.Status.DONE
    # rows that are loaded bring what was kept of them along; new work says nothing yet
    if not raw and not (created and is_work):
        _tell_of(instance)


def _tell_of_deleted(*, instance: Classification | Label, origin: Any, **_signal: Any) -> None:
    """Tell of what is deleted itself; what goes with its song or its person takes all along."""
    model = origin.model if isinstance(origin, QuerySet) else type(origin)
    if model is type(instance):
        _tell_of(instance)


def _tell_of(row: Classification | Label) -> None:
    tell(row.song_id, user=row.user_id if isinstance(row, Label) else None)
