"""The state of the queue, read from its rows: what waits, runs and failed, and what to do then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Min
from django.utils import timezone

from classifier.errors import DROPPED
from classifier.models import Classification, ClassificationQuerySet
from classifier.queue import rows as queue
from journify.background import jobs

Status = Classification.Status
DROPPED_REASON = "dropped"
LANE = "operator"  # hundreds that are tried again: listeners come in between


@dataclass(frozen=True)
class Running:
    """A song that a worker has just now."""

    id: str
    song: str
    worker: str
    stage: str
    attempt: int
    seconds_left: float


@dataclass(frozen=True)
class Backlog:
    """The queue at one moment; ages and waits in seconds.

    Attributes
    ----------
    waiting, oldest : int, float
        Songs that a worker may take now, and for how long the first has been waiting.
    postponed, next_retry : int, float or None
        Songs that wait for another try, and when the first is due.
    failures : dict of str to int
        Songs that failed, by reason, the most frequent first.
    others : dict of str to int
        Other work that waits for a worker, by kind.
    woken_by : str
        What calls the workers: a broker, or nothing, as they look by themselves.
    """

    woken_by: str
    waiting: int
    oldest: float
    postponed: int
    next_retry: float | None
    running: list[Running]
    failures: dict[str, int]
    others: dict[str, int]


def queue_state() -> Backlog:
    """Read the state of the queue."""
    now = timezone.now()
    rows = Classification.objects.all()
    postponed = rows.postponed().aggregate(count=Count("pk"), first=Min("retry_at"))
    next_retry = _seconds(now, postponed["first"])
    return Backlog(
        woken_by=settings.QUEUE_URL.partition(":")[0],
        waiting=rows.waiting().count(),
        oldest=round(rows.waiting_seconds(), 1),
        postponed=postponed["count"],
        next_retry=next_retry,
        running=[
            Running(
                id=str(row.pk),
                song=str(row.song),
                worker=row.owner,
                stage=row.stage,
                attempt=row.attempts,
                seconds_left=_seconds(now, row.lease_until) or 0.0,
            )
            for row in rows.filter(status=Status.RUNNING).select_related("song").order_by("owner")
        ],
        failures=_failures(),
        others=_others(),
    )


def _failures() -> dict[str, int]:
    """Count the failed songs that nobody dropped by reason, the most frequent first."""
    counted = failed().values_list("reason").annotate(count=Count("pk")).order_by("-count")
    return {reason or "unknown": count for reason, count in counted}


def failed(*, reason: str = "") -> ClassificationQuerySet:
    """Songs that failed, perhaps for one reason only, and were not dropped."""
    rows = Classification.objects.filter(status=Status.FAILED).exclude(reason=DROPPED_REASON)
    return rows.filter(reason=reason) if reason else rows


def retry_rows(rows: Iterable[Classification]) -> int:
    """Put rows back on the queue, with all attempts; returns how many were not at work."""
    return sum(queue.requeue(row, lane=LANE) for row in rows)


def drop_rows(rows: Iterable[Classification]) -> int:
    """Take rows off the queue, and failures off the list; returns how many were not at work.

    Whoever waits is told; an earlier answer stands.
    """
    return sum(_drop(row) for row in rows)


def _others() -> dict[str, int]:
    """Count what waits beside songs."""
    counts = {
        str(kind.model._meta.verbose_name_plural): kind.rows.waiting().count()
        for kind in jobs.kinds()
        if kind.model is not Classification
    }
    return {name: count for name, count in counts.items() if count}


def _drop(row: Classification) -> bool:
    ours = Classification.objects.filter(pk=row.pk, revision=row.revision)
    if row.status == Status.FAILED:
        values: dict[str, Any] = {"reason": DROPPED_REASON}
    elif row.status == Status.QUEUED and row.has_answer:
        values = {"status": Status.DONE, "retry_at": None, "reason": ""}
    elif row.status == Status.QUEUED:
        values = {"status": Status.FAILED, "retry_at": None, "reason": DROPPED_REASON}
        values |= {"error": str(DROPPED), "finished_at": timezone.now()}
    else:
        return False
    return bool(ours.update(revision=F("revision") + 1, **values))


def _seconds(earlier: dt.datetime | None, later: dt.datetime | None) -> float | None:
    if earlier is None or later is None:
        return None
    return round((later - earlier).total_seconds(), 1)
