"""Run background work: load the models once, then listen to songs as they come.

manage.py worker                 until Ctrl-C; the song under way is finished first
manage.py worker --batch         until nothing is left to do
"""

from __future__ import annotations

import logging
import threading
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection
from django_tasks_db.management.commands.db_worker import Command as DatabaseWorker

from classifier import leases, queue, tryouts
from classifier.decoding import get_decoder
from journify.commands import ExplainedCommand

logger = logging.getLogger(__name__)

PRUNE_SECONDS = 3600


class Command(ExplainedCommand, DatabaseWorker):
    """django-tasks' database worker, with the models loaded first and a sweep beside it."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Look for work more often than the library's default: somebody is watching the card."""
        super().add_arguments(parser)
        parser.set_defaults(interval=0.3, startup_delay=False, reload=False)

    def handle(self, **options: Any) -> None:
        """Load the models, start the sweep, and work."""
        get_decoder().start()  # it gets ready while torch is imported
        from classifier.service import get_service  # noqa: PLC0415 -- imports torch

        names = [predictor.name for predictor in get_service().predictors]
        logger.info("models ready: %s", ", ".join(names) or "none")
        stop = threading.Event()
        sweeper = threading.Thread(target=_sweep_until, args=(stop,), daemon=True)
        sweeper.start()
        try:
            super().handle(**options)
        finally:
            stop.set()
            sweeper.join(timeout=5)


def _sweep_until(stop: threading.Event) -> None:
    """Keep this worker's rows and take up dropped ones; a database that is away ends nothing."""
    prune_at = time.monotonic()
    while True:
        try:
            close_old_connections()
            leases.renew()
            tryouts.forget_old()
            if touched := queue.sweep():
                logger.warning("swept %d classifications", touched)
            if time.monotonic() >= prune_at:
                queue.prune()
                prune_at = time.monotonic() + PRUNE_SECONDS
        except DatabaseError:
            logger.exception("sweep failed, next one in %d s", settings.CLASSIFY_SWEEP_SECONDS)
        if stop.wait(settings.CLASSIFY_SWEEP_SECONDS):
            connection.close()
            return
