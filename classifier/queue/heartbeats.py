"""Signs of life of the workers: each writes that it is there, and pages and checks read it."""

import datetime as dt
import logging

from django.conf import settings
from django.db.models.functions import Now
from django.utils import timezone

from classifier.models import Worker
from journify.background.jobs import from_now, worker_name

logger = logging.getLogger(__name__)

BEATS_MISSED = 4  # one or two may be late on a busy machine
WRONG_CLOCK_SECONDS = 30
A_DAY = dt.timedelta(days=1)


def beat() -> None:
    """Say that this worker is there, and in the log if its clock is wrong."""
    worker, _is_new = Worker.objects.get_or_create(name=worker_name())
    before = timezone.now()
    Worker.objects.filter(pk=worker.pk).update(seen_at=Now())
    worker.refresh_from_db()
    seconds = (before - worker.seen_at).total_seconds()
    if abs(seconds) > WRONG_CLOCK_SECONDS:
        logger.warning("this machine's clock is %+.0f s off the database's", seconds)


def stop_beating() -> None:
    Worker.objects.filter(name=worker_name()).delete()


def alive() -> int:
    silence = BEATS_MISSED * settings.CLASSIFY_SWEEP_SECONDS
    return Worker.objects.filter(seen_at__gt=from_now(-silence)).count()


def forget_dead_workers() -> None:
    Worker.objects.filter(seen_at__lt=timezone.now() - A_DAY).delete()
