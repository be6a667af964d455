"""Signs of life of the workers: each writes that it is there, and pages and checks read it."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.utils import timezone

from classifier.models import Worker
from journify.background.jobs import worker_name

BEATS_MISSED = 4  # one or two may be late on a busy machine


def beat() -> None:
    """Say that this worker is there."""
    Worker.objects.update_or_create(name=worker_name(), defaults={"seen_at": timezone.now()})


def stop() -> None:
    """Say that this worker is leaving."""
    Worker.objects.filter(name=worker_name()).delete()


def alive() -> int:
    """Count the workers that were heard from lately."""
    silence = dt.timedelta(seconds=BEATS_MISSED * settings.CLASSIFY_SWEEP_SECONDS)
    return Worker.objects.filter(seen_at__gt=timezone.now() - silence).count()


def forget() -> None:
    """Delete workers that died a day ago."""
    Worker.objects.filter(seen_at__lt=timezone.now() - dt.timedelta(days=1)).delete()
