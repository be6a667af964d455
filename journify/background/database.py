"""Tasks in the database: nothing else to install, enqueued and served where the rows are."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Sequence

from django.core.management import call_command
from django.db import InterfaceError, OperationalError, connections
from django.utils import timezone
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

logger = logging.getLogger(__name__)

# Somebody is watching the card: work is looked for more often than by the library's default.
LOOK_SECONDS = 0.3
AWAY_SECONDS = 2.0
# No task runs for so long: its worker was killed, and the library leaves it running for ever
# (django-tasks-db's issue 5).
DEAD_AFTER = dt.timedelta(hours=1)


class PatientWorker(Worker):
    """The library's worker, which outlives a database that is away for a while."""

    def run(self) -> None:
        """Work until told to stop, however often the database goes and comes back."""
        while True:
            try:
                super().run()
            except (OperationalError, InterfaceError):
                logger.exception("the database is away, next try in %.0f s", AWAY_SECONDS)
                connections.close_all()
                if not self.running:
                    return
                time.sleep(AWAY_SECONDS)
            else:
                return


def work(*, batch: bool) -> None:
    """Run tasks until a signal says stop, or until none waits.

    The first signal lets the task under way finish, the second ends it.
    """
    worker = PatientWorker(
        queue_names=["default"],
        interval=LOOK_SECONDS,
        batch=batch,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=get_random_string(32),
        excluded_queue_names=[],
    )
    worker.configure_signals()
    worker.run()


def served(ids: Sequence[str], *, argument: str) -> set[str]:
    """Return those of `ids` that a waiting task has as `argument`."""
    key = f"args_kwargs__kwargs__{argument}"
    found = DBTaskResult.objects.ready().filter(**{f"{key}__in": ids})
    return set(found.values_list(key, flat=True))


def depth() -> int:
    """Return how many tasks wait."""
    return DBTaskResult.objects.ready().count()


def forget(ids: Sequence[str], *, argument: str) -> None:
    """Delete the tasks that have one of `ids` as `argument`."""
    DBTaskResult.objects.filter(**{f"args_kwargs__kwargs__{argument}__in": ids}).delete()


def prune() -> None:
    """Forget the tasks that ended a day ago, and those that died with their worker."""
    call_command("prune_db_task_results", min_age_days=1, verbosity=0)
    DBTaskResult.objects.running().filter(started_at__lt=timezone.now() - DEAD_AFTER).delete()
