"""What wakes workers up: the database itself, or the broker that `QUEUE_URL` names.

The one place that knows which of the two it is. Either carries ids only: the truth of the work is
in rows of its own, so that a transport may lose, repeat or delay what it carries.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True)
class Line:
    """Rows of one kind that wait for a worker.

    Attributes
    ----------
    argument : str
        What the task of the kind calls the key of a row.
    first : sequence of str
        Keys of those that are served first, in this order.
    length : int
        How many wait in all.
    """

    argument: str
    first: Sequence[str]
    length: int


def work(*, batch: bool = False) -> None:
    """Run tasks until a signal says stop, or, as a batch, until none waits."""
    if settings.QUEUE_URL:
        from journify.background import broker  # noqa: PLC0415 -- celery stays out of other processes

        broker.work()
    else:
        from journify.background import database  # noqa: PLC0415 -- not there on every database

        database.work(batch=batch)


def unserved(lines: Sequence[Line]) -> set[str]:
    """Return those of the first in `lines`, in the order of service, for which no task waits.

    A broker says only how many wait: they are taken to be the last, as it serves in order.
    Nothing when the transport does not answer.
    """
    if settings.QUEUE_URL:
        from journify.background import broker  # noqa: PLC0415 -- as above

        waiting = broker.depth()
        return set() if waiting is None else _without(waiting, lines)
    from journify.background import database  # noqa: PLC0415 -- as above

    return {
        key
        for line in lines
        for key in set(line.first) - database.served(line.first, argument=line.argument)
    }


def _without(waiting: int, lines: Sequence[Line]) -> set[str]:
    """Those in front that have no task when so many tasks wait for what stands last."""
    missing = sum(line.length for line in lines) - waiting
    found: set[str] = set()
    for line in lines:
        found.update(line.first[: max(0, missing)])
        missing -= line.length
    return found


def depth() -> int | None:
    """Return how many tasks wait in the transport; None when it does not answer."""
    if settings.QUEUE_URL:
        from journify.background import broker  # noqa: PLC0415 -- as above

        return broker.depth()
    from journify.background import database  # noqa: PLC0415 -- as above

    return database.depth()


def forget(ids: Sequence[str], *, argument: str) -> None:
    """Delete the tasks, whatever became of them, that have one of `ids` as `argument`.

    A broker keeps none of those that ended, and those that wait find nothing any more.
    """
    if not settings.ON_MONGODB:
        from journify.background import database  # noqa: PLC0415 -- as above

        database.forget(ids, argument=argument)


def prune() -> None:
    """Forget the tasks that ended a day ago; a broker forgets them by itself."""
    if not settings.QUEUE_URL:
        from journify.background import database  # noqa: PLC0415 -- as above

        database.prune()
