"""The work of classifying: requested, claimed, finished or failed, and never lost.

The `Classification` row is the truth, as of every `Job`; what a song adds is that a failure may be
tried again later, and that an earlier answer stands.
"""

import logging
from functools import partial
from random import SystemRandom
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from classifier.emotions import changes
from classifier.errors import INTERRUPTED
from classifier.models import Classification, Song
from classifier.queue.metrics import count_failure
from classifier.serving.bundles import main_bundle
from journify.background import jobs
from journify.monitoring.context import request_id

logger = logging.getLogger(__name__)

Status = Classification.Status

# An accident is tried again after about so many seconds, then after twice as many, and so on.
RETRY_SECONDS = 6.0
LONGEST_RETRY_SECONDS = 600.0


def request_classification(song: Song, *, lane: str = jobs.NO_LANE) -> Classification:
    """Make sure that `song` has, or will get, an answer of the current main model.

    A failed attempt is tried again; an answer or open work is left as it is. `lane` names who asks
    (`jobs.lane_of`): others come in between when there are many songs in it.
    """
    bundle = main_bundle()
    given: dict[str, Any] = {
        "request_id": request_id(),
        "lane": lane,
        "turn_at": partial(jobs.turn, Classification, lane),
    }
    row, is_new = Classification.objects.get_or_create(
        song=song, model=bundle.name, version=bundle.version, defaults=given
    )
    if is_new:
        jobs.wake()
    elif row.status == Status.FAILED:
        requeue(row, lane=lane)
    return row


def requeue(row: Classification, *, lane: str = jobs.NO_LANE) -> bool:
    """Put a row back on the queue; False while a worker has it or after somebody changed it.

    An earlier answer stands, and counts, until there is a new one.
    """
    # a failed row may hold what was said before: that must not come back
    answer = {"answered_at": row.answer_time} if row.has_answer else {"emotion": ""}
    changed = (
        Classification.objects.filter(pk=row.pk, revision=row.revision)
        .exclude(status=Status.RUNNING)
        .update(
            status=Status.QUEUED,
            attempts=0,
            error="",
            reason="",
            owner="",
            stage="",
            retry_at=None,
            request_id=request_id(),
            queued_at=timezone.now(),
            ready_at=timezone.now(),
            turn_at=jobs.turn(Classification, lane),
            lane=lane,
            finished_at=None,
            revision=F("revision") + 1,
            **answer,
        )
    )
    if changed:
        jobs.wake()
    return bool(changed)


def classify_again(song: Song, *, lane: str = jobs.NO_LANE) -> bool:
    """Ask the current main model anew, answered or not; False while a worker is at it."""
    bundle = main_bundle()
    row = song.classifications.filter(model=bundle.name, version=bundle.version).first()
    if row is not None:
        return requeue(row, lane=lane)
    request_classification(song, lane=lane)
    return True


def claim_classification(classification_id: UUID | str, *, worker: str) -> Classification | None:
    """Take a waiting row for `worker`; None when it is gone, taken, finished or not due yet."""
    rows = Classification.objects.select_related("song")
    return jobs.claim(rows, classification_id, owner=worker, stage="")


def tell_stage(row: Classification, stage: str) -> None:
    """Say on a claimed row what is being done with it: somebody may be watching the card."""
    Classification.objects.filter(pk=row.pk, owner=row.owner, status=Status.RUNNING).update(
        stage=stage
    )


def settle_classification(row: Classification, *, status: str, **values: Any) -> bool:
    """Write the outcome of a claimed row; return False when the claim was lost meanwhile."""
    now = timezone.now()
    times = {"finished_at": now} | ({"answered_at": now} if status == Status.DONE else {})
    is_ours = jobs.settle(row, **({"status": status} | times | values))
    if is_ours and status == Status.DONE:
        changes.tell(row.song_id)
    return is_ours


def fail_classification(row: Classification, error: str, *, reason: str) -> bool:
    """End a claimed row with a sentence for the listener; an earlier answer of it stands."""
    if row.has_answer:
        answer = {"error": "", "reason": "", "answered_at": row.answer_time}
        is_ours = settle_classification(row, status=Status.DONE, **answer)
        if is_ours:
            logger.warning("classification %s keeps its earlier answer: %s", row.pk, error)
    else:
        is_ours = settle_classification(row, status=Status.FAILED, error=error[:300], reason=reason)
    return _counted(reason, is_ours=is_ours)


def release(row: Classification, error: str, *, reason: str, seconds: float = 0.0) -> bool:
    """Give a claimed row back: queued, for so many seconds, or failed if that was the last try."""
    if row.attempts >= settings.CLASSIFY_MAX_ATTEMPTS:
        return fail_classification(row, error, reason=reason)
    if not seconds:
        return _counted(reason, is_ours=jobs.put_back(row, reason=reason, stage=""))
    due = jobs.from_now(seconds)
    values = {"status": Status.QUEUED, "owner": "", "reason": reason, "stage": ""}
    is_ours = jobs.settle(row, retry_at=due, ready_at=due, turn_at=due, **values)
    return _counted(reason, is_ours=is_ours)


def _counted(reason: str, *, is_ours: bool) -> bool:
    """Count a failure once it is written: of a lost claim the other worker tells."""
    if is_ours:
        count_failure(reason)
    return is_ours


def classification_interrupted(row: Classification) -> bool:
    return release(row, str(INTERRUPTED), reason="interrupted")


def back_off(attempts: int) -> float:
    """How many seconds to wait after so many attempts: longer each time, and not all at once.

    https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    """
    longest: float = min(RETRY_SECONDS * 2 ** (attempts - 1), LONGEST_RETRY_SECONDS)
    return longest * SystemRandom().uniform(0.5, 1.0)
