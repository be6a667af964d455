"""Run background work: load the models once, then listen to songs as they come.

manage.py worker                 until Ctrl-C; the song under way is finished first
manage.py worker --batch         until nothing is left to do
"""

import contextlib
import logging
import os
import sys
import threading
from argparse import ArgumentParser
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections, connection

from classifier.files.decoding import get_decoder
from classifier.queue import following, heartbeats, leases
from journify.background import jobs, working
from journify.config.checks import AT_START
from journify.monitoring.server import serve_metrics
from journify.operations import housekeeping
from journify.operations.collecting import loading
from journify.operations.commands import ExplainedCommand

logger = logging.getLogger(__name__)


class Command(ExplainedCommand):
    requires_system_checks = AT_START

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--batch", action="store_true", help="end when nothing is left to do")

    def handle(self, *, batch: bool, **_options: Any) -> None:
        get_decoder().start()  # it gets ready while torch is imported
        with loading():
            from classifier.serving.service import get_service

            names = [predictor.name for predictor in get_service().predictors]
        logger.info("models ready: %s", ", ".join(names) or "none")
        serve_metrics()
        stop = threading.Event()
        sweeper = threading.Thread(target=_sweep_until, args=(stop,), daemon=True)
        sweeper.start()
        try:
            working.work(batch=batch)
        finally:
            stop.set()
            sweeper.join(timeout=5)
            get_decoder().close()


def _sweep_until(stop: threading.Event) -> None:
    """Keep this worker's rows, take up dropped ones and clear up, until it is time to stop."""
    while True:
        if leases.is_stuck():
            _start_anew()
        chores: list[Callable[[], object]] = [
            close_old_connections,
            leases.renew_leases,
            heartbeats.beat,
        ]
        _do([*chores, _sweep, following.classify_outdated, *housekeeping.due()])
        if stop.wait(settings.CLASSIFY_SWEEP_SECONDS):
            # where the database is away, it counts as there for a minute more
            with contextlib.suppress(DatabaseError, InterfaceError):
                heartbeats.stop_beating()
            connection.close()
            return


def _do(chores: Iterable[Callable[[], object]]) -> None:
    """Do each, whatever became of the one before."""
    for chore in chores:
        try:
            chore()
        except (DatabaseError, InterfaceError):
            logger.exception("sweep failed, next one in %d s", settings.CLASSIFY_SWEEP_SECONDS)
            return  # the others need it as well
        except Exception:
            # Nothing may end this thread, not even a mistake of ours in one chore: without it no
            # lease is renewed, and other workers take the song under way for dropped.
            logger.exception("sweep failed at %s, and goes on", getattr(chore, "__name__", chore))


def _sweep() -> None:
    if touched := jobs.sweep():
        logger.warning("took up %d dropped rows", touched)


def _start_anew() -> None:
    """Replace a process whose work hangs where no exception reaches; whoever started it sees none.

    Its row is left to its lease: that counts as an attempt.
    """
    logger.critical("the work under way holds this worker up: it starts anew")
    os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])
