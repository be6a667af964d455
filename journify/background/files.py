"""Files that come of work: the row names one before storage has it, so that none is without a row.

Whoever takes the row up after a worker died, and whatever deletes it, finds the file by its name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from journify.background import jobs

if TYPE_CHECKING:
    from django.core.files import File

    from journify.background.jobs import Job


def put(row: Job, field: str, content: File[bytes]) -> bool:
    """Store what came of a claimed row, in place of an earlier try's; False as `jobs.change`."""
    drop(row, field)
    file = getattr(row, field)
    name = file.field.generate_filename(row, content.name)
    if not jobs.change(row, **{field: name}):
        return False
    setattr(row, field, name)
    file.storage.save(name, content)
    return True


def drop(row: Job, field: str) -> None:
    """Delete the file that a row names, of which storage may know nothing."""
    file = getattr(row, field)
    if file:
        file.storage.delete(file.name)
