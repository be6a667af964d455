"""Files leave storage with the row they belong to: what is deleted is gone, not only unlisted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

if TYPE_CHECKING:
    from django.core.files.storage import Storage


def forget(name: str, storage: Storage) -> None:
    """Delete a file from storage once the transaction that let go of it is committed."""

    def delete() -> None:
        storage.delete(name)

    if name:
        # robust: a storage that is away is told in the log and undoes nothing
        transaction.on_commit(delete, robust=True)
