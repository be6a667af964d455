"""The state of the queue, read from its rows: what waits, runs and failed, and what to do then."""

import datetime as dt
from collections.abc import Iterable
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


def queue_state() -> dict[str, Any]:
    """Read the state of the queue; ages and waits are in seconds.

    Returns `woken_by`: what calls the workers, a broker, or nothing, as they look by themselves.
    `waiting`, `oldest`: songs that a worker may take now, and since when the first waits.
    `postponed`, `next_retry`: songs that wait for another try, and when the first is due.
    `running`: the songs that workers have just now. `failures`: songs that failed, by reason, the
    most frequent first. `others`: other work that waits for a worker, by kind.
    """
    now = timezone.now()
    rows = Classification.objects.all()
    postponed = rows.postponed().aggregate(count=Count("pk"), first=Min("retry_at"))
    running = rows.filter(status=Status.RUNNING).select_related("song").order_by("owner")
    return {
        "woken_by": settings.QUEUE_URL.partition(":")[0],
        "waiting": rows.waiting().count(),
        "oldest": round(rows.waiting_seconds(), 1),
        "postponed": postponed["count"],
        "next_retry": _seconds(now, postponed["first"]),
        "running": [_running(row, now) for row in running],
        "failures": _failures(),
        "others": _others(),
    }


def _running(row: Classification, now: dt.datetime) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "song": str(row.song),
        "worker": row.owner,
        "stage": row.stage,
        "attempt": row.attempts,
        "seconds_left": _seconds(now, row.lease_until) or 0.0,
    }


def _failures() -> dict[str, int]:
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


def _seconds(now: dt.datetime, later: dt.datetime | None) -> float | None:
    return None if later is None else round((later - now).total_seconds(), 1)
