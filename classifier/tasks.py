"""Background tasks: they take ids, read the row again, and are safe to run twice."""

from __future__ import annotations

import logging

from django_tasks import task

from classifier import explaining, leases, queue, tryouts
from classifier.listening import listen
from journify.background import jobs
from journify.monitoring.context import bound

logger = logging.getLogger(__name__)


@task()
def classify(*, classification_id: str) -> None:
    """Listen to the song of one classification, unless another worker has it."""
    row = queue.claim(classification_id, worker=jobs.worker_name())
    if row is None:
        logger.info("classification %s is gone, taken or done", classification_id)
        return
    with leases.held(row), bound(request=row.request_id, song=row.song_id, classification=row.pk):
        listen(row)


@task(priority=-10)
def explain(*, explanation_id: str) -> None:
    """Draw what carried an answer; songs that wait for one come first."""
    explaining.draw(explanation_id)


@task(priority=5)
def try_out(*, tryout_id: str) -> None:
    """Listen to a visitor's file, once; somebody is watching."""
    tryouts.listen(tryout_id)
