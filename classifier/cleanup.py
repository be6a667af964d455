"""Audio leaves storage with the song it belongs to: what is deleted is gone, not only unlisted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models.signals import post_delete

from classifier.models import Song

if TYPE_CHECKING:
    from django.core.files.storage import Storage


def connect() -> None:
    """Have the audio of deleted songs deleted.

    A signal, because it is the one thing that Django tells of every deletion: songs also go with
    their owner's account, by querysets and by the admin's actions, where no method of ours is
    called.
    """
    post_delete.connect(_forget_audio_of, sender=Song, dispatch_uid="classifier.cleanup")


def forget(name: str, storage: Storage) -> None:
    """Delete a file from storage once the transaction that let go of it is committed."""

    def delete() -> None:
        storage.delete(name)

    if name:
        # robust: a storage that is away is told in the log and undoes nothing
        transaction.on_commit(delete, robust=True)


def _forget_audio_of(*, instance: Song, **_signal: Any) -> None:
    forget(str(instance.audio.name or ""), instance.audio.storage)
