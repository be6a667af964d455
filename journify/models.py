"""What every model of the project shares."""

import contextlib
import uuid
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any, TypeVar

from django.db import IntegrityError, models, transaction
from django.db.models import ExpressionWrapper, F
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast

T = TypeVar("T")

# Of two who write at once one has to try again; nobody has to so often in a row.
TRIES = 20
# What one query may name without being slow to read.
ROWS_AT_ONCE = 500


class UUIDModel(models.Model):
    """A row with a random key: no id can be guessed, and every database backend can hold it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True


def written(write: Callable[[], T]) -> T:
    """Read and write again while somebody else is quicker: what `write` reads may be old by then.

    `write` reads what it needs, and writes what a unique constraint refuses if that changed.
    """
    for _ in range(TRIES - 1):
        with contextlib.suppress(IntegrityError), transaction.atomic():
            return write()
    with transaction.atomic():
        return write()


def some_at_once(values: Sequence[T], count: int = ROWS_AT_ONCE) -> Iterator[Sequence[T]]:
    """Cut values into parts, as many as a query may name or a step may take."""
    for start in range(0, len(values), count):
        yield values[start : start + count]


def save_with_file(row: models.Model, field: str, **how: Any) -> None:
    """Save a row and the new file in one of its fields; where the row is refused, the file goes."""
    given = getattr(row, field).name
    try:
        row.save(**how)
    except Exception:
        file = getattr(row, field)
        if file.name != given:  # storage has it, under a name of its own
            file.delete(save=False)
        raise


def bare(what: str | Combinable) -> ExpressionWrapper[Combinable]:
    """A column or a count as the driver gives it: to compare thousands of keys by, or add them up.

    Making a UUID of each would take as long as fetching it; `uuid_of` makes one of the few that are
    asked for by it. Django makes a number of each count again, which is one already.
    """
    wrapped = F(what) if isinstance(what, str) else what
    return ExpressionWrapper(wrapped, output_field=models.CharField())


def as_text(name: str) -> Cast:
    """A day or a moment as text, "2026-11-28 13:05…" in UTC: thousands take a while to read."""
    return Cast(name, models.CharField())


def uuid_of(key: Hashable) -> uuid.UUID:
    """Make a UUID of a bare key: some databases keep it as text, others know UUIDs."""
    return key if isinstance(key, uuid.UUID) else uuid.UUID(str(key))
