"""Files leave storage with the row they belong to: what is deleted is gone, not only unlisted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models.signals import post_delete

from classifier.models import Explanation, Song, TryOut

if TYPE_CHECKING:
    from django.core.files.storage import Storage


def connect() -> None:
    """Have the files of deleted songs, explanations and try-outs deleted.

    A signal, because it is the one thing that Django tells of every deletion: songs also go with
    their owner's account, by querysets and by the admin's actions, where no method of ours is
    called.
    """
    for sender in (Song, Explanation, TryOut):
        post_delete.connect(
            _forget_files_of, sender=sender, dispatch_uid=f"cleanup.{sender.__name__}"
        )


def forget(name: str, storage: Storage) -> None:
    """Delete a file from storage once the transaction that let go of it is committed."""

    def delete() -> None:
        storage.delete(name)

    if name:
        # robust: a storage that is away is told in the log and undoes nothing
        transaction.on_commit(delete, robust=True)


def _forget_files_of(*, instance: Song | Explanation | TryOut, **_signal: Any) -> None:
    file = instance.picture if isinstance(instance, Explanation) else instance.audio
    forget(str(file.name or ""), file.storage)
