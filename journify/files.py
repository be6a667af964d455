"""Stored files and the rows that name them: none is without a row, and what is deleted is gone."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.core.files import File
from django.db import models, transaction
from django.db.models.fields.files import FieldFile
from django.db.models.signals import post_delete

from journify.background import jobs
from journify.background.jobs import Job


def put(row: Job, field: str, content: File[bytes]) -> bool:
    """Store what came of a claimed row, in place of an earlier try's; False as `jobs.change`.

    The row names the file before storage has it: whoever takes the row up after a worker died, and
    whatever deletes it, finds the file by its name.
    """
    drop_file(row, field)
    file = getattr(row, field)
    name = file.field.generate_filename(row, content.name)
    if not jobs.change(row, **{field: name}):
        return False
    setattr(row, field, name)
    file.storage.save(name, content)
    return True


def drop_file(row: Job, field: str) -> None:
    """Delete the file that a row names, of which storage may know nothing."""
    file = getattr(row, field)
    if file:
        file.storage.delete(file.name)


def delete_on_commit(file: FieldFile) -> None:
    """Delete a file from storage once the transaction that let go of it is committed."""
    name, storage = str(file.name or ""), file.storage

    def delete() -> None:
        storage.delete(name)

    if name:
        # robust: a storage that is away is told in the log and undoes nothing
        transaction.on_commit(delete, robust=True)


def forget_with_rows(model: type[models.Model], field: str) -> None:
    """Have the file in a field of a model go with its row, whatever deletes that."""

    def forget_file(*, instance: models.Model, **_signal: Any) -> None:
        delete_on_commit(getattr(instance, field))

    post_delete.connect(forget_file, sender=model, weak=False, dispatch_uid=f"forget {field}")


@contextmanager
def local_copy(file: FieldFile) -> Iterator[Path]:
    """Yield a local copy of a file, wherever storage keeps it."""
    with NamedTemporaryFile(suffix=Path(str(file.name)).suffix) as copy, file.open("rb") as stored:
        shutil.copyfileobj(stored, copy)
        copy.flush()
        yield Path(copy.name)
