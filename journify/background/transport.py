"""What wakes workers up: the database itself, or the broker that `QUEUE_URL` names.

The one place that knows which of the two it is. Either carries ids only: the truth of the work is
in rows of its own, so that a transport may lose, repeat or delay what it carries.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings


def work(*, batch: bool = False) -> None:
    """Run tasks until a signal says stop, or, as a batch, until none waits."""
    if settings.QUEUE_URL:
        from journify.background import broker  # noqa: PLC0415 -- celery stays out of other processes

        broker.work()
    else:
        from journify.background import database  # noqa: PLC0415 -- not there on every database

        database.work(batch=batch)


def unserved(ids: Sequence[str]) -> list[str]:
    """Return those of `ids`, all that waits in the order of service, for which no task waits.

    A broker says only how many wait: they are taken to be the last, as it serves in order.
    Nothing when the transport does not answer.
    """
    if settings.QUEUE_URL:
        from journify.background import broker  # noqa: PLC0415 -- as above

        waiting = broker.depth()
        return [] if waiting is None else list(ids[: max(0, len(ids) - waiting)])
    from journify.background import database  # noqa: PLC0415 -- as above

    served = database.waiting()
    return [each for each in ids if each not in served]


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
