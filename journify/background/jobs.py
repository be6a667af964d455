"""Work that a row stands for: asked for by a page, done by a worker, never lost.

The row is the truth. A task only carries its key and wakes a worker up: the worker claims the row
by a conditional update, holds it by a lease, and writes what came of it only if nobody else changed
the row since. Running a task twice, late, or after a kill therefore does no harm, on a database
with row locks or without; and where the task is lost, or the transport is away, the sweep tells of
the row again.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self, TypeVar

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Min
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from journify.background import transport
from journify.models import UUIDModel

if TYPE_CHECKING:
    from uuid import UUID

    from django_tasks.base import Task

logger = logging.getLogger(__name__)

# Long after a worker should have come, a row is told of again even though its task seems to wait.
WOKEN_ANYWAY_AFTER = dt.timedelta(minutes=10)
# One sweep tells of so many rows of a kind, those that have waited longest: the thread that sweeps
# also renews leases. Of those whose task seems to wait only of a few, or a long line would fill the
# transport with tasks that find nothing to do.
AT_ONCE = 500
ANYWAY_AT_ONCE = 10


J = TypeVar("J", bound="Job")


class JobQuerySet(models.QuerySet[J]):
    """The states of the work."""

    def open(self) -> Self:
        """Work that is not finished: waiting or under way."""
        return self.filter(status__in=[Job.Status.QUEUED, Job.Status.RUNNING])

    def waiting(self) -> Self:
        """Work that a worker may take up now."""
        return self.filter(status=Job.Status.QUEUED)

    def done(self) -> Self:
        """Work that came to something."""
        return self.filter(status=Job.Status.DONE)

    def expired(self) -> Self:
        """Work whose worker stopped renewing its lease: it died or was cut off."""
        return self.filter(status=Job.Status.RUNNING, lease_until__lt=timezone.now())

    def waiting_seconds(self) -> float:
        """How long the row that waits longest has been waiting; 0 when none does.

        A row that is tried again waits since it was due, not since it was first asked for.
        """
        now = timezone.now()
        first = self.waiting().aggregate(first=Min("ready_at"))["first"] or now
        return max(0.0, float((now - first).total_seconds()))


class Job(UUIDModel):
    """A row that stands for work."""

    class Status(models.TextChoices):
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("under way")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.QUEUED
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    owner = models.CharField(_("worker"), max_length=64, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=0)
    error = models.CharField(_("error"), max_length=300, blank=True)
    ready_at = models.DateTimeField(
        default=timezone.now, editable=False, help_text=_("Since when a worker may take it up.")
    )
    woken_at = models.DateTimeField(
        default=timezone.now, editable=False, help_text=_("When workers were last told of it.")
    )

    class Meta:
        abstract = True
        indexes = [models.Index(fields=["status", "ready_at"], name="%(app_label)s_%(class)s_open")]


Status = Job.Status


@dataclass(frozen=True)
class Kind:
    """One kind of work.

    Attributes
    ----------
    task, argument : str
        Where the task is that does it, and what that calls the key it is given.
    interrupted : str
        Where the function is that is given a claimed row whose worker died; it returns whether it
        changed the row.
    """

    model: type[Job]
    task: str
    argument: str
    interrupted: str

    @property
    def rows(self) -> JobQuerySet[Any]:
        """All of this kind."""
        rows = self.model._default_manager.all()
        assert isinstance(rows, JobQuerySet)
        return rows

    def get_task(self) -> Task[Any, Any]:
        """Import the task: tasks import what registers them."""
        task: Task[Any, Any] = import_string(self.task)
        return task

    def give_up(self, row: Job) -> bool:
        """Decide over a row whose worker died; say whether that changed it."""
        return bool(import_string(self.interrupted)(row))


_kinds: dict[type[Job], Kind] = {}


def register(kind: Kind) -> None:
    """Have rows of a kind looked after."""
    _kinds[kind.model] = kind


def kinds() -> Iterable[Kind]:
    """Everything that is looked after."""
    return _kinds.values()


def wake(row: Job, *, again: bool = False) -> None:
    """Tell a worker of a row; `again` goes ahead of its like, as it has waited longest."""
    kind = _kinds[type(row)]
    task = kind.get_task()
    tell(task.using(priority=task.priority + again), **{kind.argument: str(row.pk)})


def tell(task: Task[Any, Any], **ids: str) -> None:
    """Give a task to the transport once the transaction is committed.

    Where the transport is away, that is no accident of the listener's: the row waits for the sweep.
    """
    transaction.on_commit(lambda: task.enqueue(**ids), robust=True)


def worker_name() -> str:
    """Name this process, as the rows it claims do."""
    return f"{socket.gethostname()[:50]}:{os.getpid()}"


def lease_end() -> dt.datetime:
    """When a lease that begins now ends."""
    return timezone.now() + dt.timedelta(seconds=settings.CLASSIFY_LEASE_SECONDS)


def claim(rows: JobQuerySet[J], key: UUID | str, **values: Any) -> J | None:
    """Take a waiting row; None when it is gone, taken, finished or not due yet."""
    given = {"owner": worker_name(), "lease_until": lease_end()} | values
    claimed = (
        rows.waiting()
        .filter(pk=key)
        .update(
            status=Status.RUNNING,
            attempts=F("attempts") + 1,
            revision=F("revision") + 1,
            **given,
        )
    )
    return rows.filter(pk=key).first() if claimed else None


def change(row: Job, **values: Any) -> bool:
    """Write to a claimed row; False when the claim was lost meanwhile."""
    ours = type(row)._default_manager.filter(
        pk=row.pk, revision=row.revision, status=Status.RUNNING
    )
    if not ours.update(revision=F("revision") + 1, **values):
        return False
    row.revision += 1
    return True


def settle(row: Job, **values: Any) -> bool:
    """Write what came of a claimed row, and let go of it; False as `change`."""
    return change(row, lease_until=None, **values)


def put_back(row: Job, **values: Any) -> bool:
    """Have a claimed row wait for another try, now; False when it had its tries, or is lost."""
    if row.attempts >= settings.CLASSIFY_MAX_ATTEMPTS:
        return False
    now = timezone.now()
    changed = settle(
        row, **{"status": Status.QUEUED, "owner": "", "ready_at": now, "woken_at": now} | values
    )
    if changed:
        wake(row, again=True)
    return changed


def tell_again(row: Job, **values: Any) -> bool:
    """Tell a worker of a waiting row once more; False when somebody changed it meanwhile."""
    rows = type(row)._default_manager.filter(pk=row.pk, revision=row.revision, status=Status.QUEUED)
    if not rows.update(woken_at=timezone.now(), revision=F("revision") + 1, **values):
        return False
    wake(row, again=True)
    return True


def sweep() -> int:
    """Take up what was dropped: leases of dead workers, and rows whose task was lost.

    Returns the number of rows that were touched.
    """
    touched = 0
    for kind in kinds():
        for row in kind.rows.expired():
            logger.warning("lease of %s %s ran out (%s)", kind.argument, row.pk, row.owner)
            touched += kind.give_up(row)
    return touched + sum(tell_again(row) for row in _forgotten())


def _forgotten() -> list[Job]:
    """Rows that have waited for a while without a task that waits with them."""
    now = timezone.now()
    patience = now - dt.timedelta(seconds=settings.CLASSIFY_LEASE_SECONDS)
    firsts = {kind: _first_waiting(kind) for kind in _in_order_of_service()}
    if not any(row.woken_at < patience for rows in firsts.values() for row in rows):
        return []
    lines = [
        transport.Line(kind.argument, [str(row.pk) for row in rows], kind.rows.waiting().count())
        for kind, rows in firsts.items()
    ]
    lost = transport.unserved(lines)
    found: list[Job] = []
    for rows in firsts.values():
        found += [row for row in rows if str(row.pk) in lost and row.woken_at < patience]
        others = [row for row in rows if str(row.pk) not in lost]
        late = [row for row in others if row.woken_at < now - WOKEN_ANYWAY_AFTER]
        found += late[:ANYWAY_AT_ONCE]
    return found


def _in_order_of_service() -> list[Kind]:
    return sorted(kinds(), key=lambda kind: -kind.get_task().priority)


def _first_waiting(kind: Kind) -> list[Any]:
    rows = kind.rows.waiting().order_by("woken_at").only("pk", "woken_at", "revision")
    return list(rows[:AT_ONCE])
