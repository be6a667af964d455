"""Work that a row stands for: asked for by a page, done by a worker, never lost.

The row is the truth. Workers look for rows whose turn it is, and whoever asks for work only wakes
them up: a call that is lost costs seconds. A worker claims a row by a conditional update, holds it
by a lease, and writes what came of it only if nobody else changed the row since. So nothing is done
twice, late or after a kill with any harm, on a database with row locks or without.

Leases and waits are by the database's clock: the machines' own may be wrong.
"""

import datetime as dt
import logging
import os
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, Self, TypeVar
from uuid import UUID

from django.conf import settings
from django.db import models, transaction
from django.db.models import F, Q
from django.db.models.expressions import CombinedExpression
from django.db.models.fields.files import FieldFile
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from journify.background import transport
from journify.models import UUIDModel

logger = logging.getLogger(__name__)

# What waits in the same lane is taken up at least so far apart while others wait: whoever asks for
# a hundred songs is served in between. Longer than a song takes, or the hundred would come first.
LANE_SPACING = dt.timedelta(seconds=20)
# A worker looks at so many of a kind: others may have taken the first meanwhile.
AT_ONCE = 10
NO_LANE = ""


J = TypeVar("J", bound="Job")


class JobQuerySet(models.QuerySet[J]):
    def open(self) -> Self:
        return self.filter(status__in=[Job.Status.QUEUED, Job.Status.RUNNING])

    def waiting(self) -> Self:
        return self.filter(status=Job.Status.QUEUED)

    def running(self) -> Self:
        return self.filter(status=Job.Status.RUNNING)

    def done(self) -> Self:
        return self.filter(status=Job.Status.DONE)

    def expired(self) -> Self:
        """Work whose worker stopped renewing its lease: it died or was cut off."""
        return self.running().filter(lease_until__lt=Now())

    def in_turn(self) -> Self:
        """Work that a worker may take up now, in the order in which it should."""
        return self.waiting().order_by("turn_at")

    def waiting_seconds(self) -> float:
        """How long the row whose turn it is has been waiting; 0 when none does.

        A row that is tried again waits since it was due, not since it was first asked for.
        """
        first = self.in_turn().values_list("ready_at", flat=True).first()
        return max(0.0, (timezone.now() - first).total_seconds()) if first else 0.0


class Job(UUIDModel):
    class Status(models.TextChoices):
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("under way")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    # How much later its turn comes than that of a song that was asked for at the same moment.
    BEHIND: ClassVar[dt.timedelta] = dt.timedelta(0)
    # What people read where worker after worker died of it.
    GIVEN_UP: ClassVar[StrOrPromise] = _("This was interrupted too often. Please try again.")

    status = models.CharField(
        _("status"), max_length=10, choices=Status.choices, default=Status.QUEUED
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    owner = models.CharField(_("worker"), max_length=64, blank=True)
    lease_until = models.DateTimeField(_("held until"), null=True, blank=True)
    revision = models.PositiveIntegerField(_("revision"), default=0)
    error = models.CharField(_("error"), max_length=300, blank=True)
    ready_at = models.DateTimeField(
        default=timezone.now, editable=False, help_text=_("Since when a worker may take it up.")
    )
    turn_at = models.DateTimeField(
        default=timezone.now, editable=False, help_text=_("The earlier, the sooner it is taken up.")
    )
    lane = models.CharField(
        max_length=16,
        blank=True,
        editable=False,
        help_text=_("A keyed hash of who waits for it; empty when it is done."),
    )

    class Meta:
        abstract = True
        # only of what is not done: what is done are hundreds of thousands
        indexes = [
            models.Index(
                fields=["turn_at"],
                name="%(app_label)s_%(class)s_turn",
                condition=Q(status="queued"),
            ),
            models.Index(
                fields=["lane", "turn_at"],
                name="%(app_label)s_%(class)s_lane",
                condition=Q(status="queued"),
            ),
            models.Index(
                fields=["lease_until"],
                name="%(app_label)s_%(class)s_held",
                condition=Q(status="running"),
            ),
        ]

    @property
    def spent_file(self) -> FieldFile | None:
        """The file that nobody needs any more when the work has ended."""
        return None

    def at_the_end(self) -> dict[str, Any]:
        """What is written besides when the work ends, well or badly."""
        return {}


Status = Job.Status


@dataclass(frozen=True)
class Kind:
    """One kind of work, and where the functions are that are given a claimed row."""

    model: type[Job]
    work: str  # does it
    # decides over a row whose worker died, and returns whether it changed the row
    interrupted: str = "journify.background.endings.interrupted"

    @property
    def rows(self) -> JobQuerySet[Any]:
        rows = self.model._default_manager.all()
        assert isinstance(rows, JobQuerySet)
        return rows

    def do(self, row: Job) -> None:
        import_string(self.work)(row)

    def give_up(self, row: Job) -> bool:
        """Decide over a row whose worker died; say whether that changed it."""
        return bool(import_string(self.interrupted)(row))


_kinds: dict[type[Job], Kind] = {}


def register(*kinds: Kind) -> None:
    _kinds.update({kind.model: kind for kind in kinds})


def kinds() -> Iterable[Kind]:
    return _kinds.values()


def kind_of(row: Job) -> Kind:
    return _kinds[type(row)]


def lane_of(asker: UUID | str) -> str:
    """Name the lane of whoever asks without saying who that is."""
    return salted_hmac("journify.background", str(asker), algorithm="sha256").hexdigest()[:16]


def turn(model: type[Job], lane: str = NO_LANE) -> dt.datetime:
    """Return when it is the turn of new work: after what waits in the same lane already."""
    now = timezone.now() + model.BEHIND
    if lane == NO_LANE:
        return now
    rows = _kinds[model].rows.waiting().filter(lane=lane).order_by("-turn_at")
    last = rows.values_list("turn_at", flat=True).first()
    return max(now, last + LANE_SPACING) if last else now


def wake() -> None:
    """Wake a worker up once the transaction is committed: there is work.

    Where that fails, it is no accident of the listener's: workers also look by themselves.
    """
    transaction.on_commit(transport.wake_workers, robust=True)


def worker_name() -> str:
    """Name this process, as the rows it claims do."""
    return f"{socket.gethostname()[:50]}:{os.getpid()}"


def from_now(seconds: float) -> CombinedExpression:
    """Return the moment so many seconds from now, by the database's clock."""
    return Now() + dt.timedelta(seconds=seconds)


def lease_end() -> CombinedExpression:
    return from_now(settings.CLASSIFY_LEASE_SECONDS)


def claim_next() -> Job | None:
    """Take the row whose turn it is, of whatever kind; None when none waits."""
    while first := _first_in_turn():
        for _turn, kind, key in first:
            row: Job | None = claim(kind.rows, key)
            if row is not None:
                return row
    return None


def _first_in_turn() -> list[tuple[dt.datetime, Kind, UUID]]:
    found = [
        (at, kind, key)
        for kind in kinds()
        for at, key in kind.rows.in_turn().values_list("turn_at", "pk")[:AT_ONCE]
    ]
    return sorted(found, key=lambda each: each[0])


def claim(rows: JobQuerySet[J], key: UUID | str, **values: Any) -> J | None:
    """Take a waiting row; None when it is gone, taken, finished or not due yet."""
    given = {"owner": worker_name(), "lease_until": lease_end()} | values
    claimed = (
        rows.waiting()
        .filter(pk=key)
        .update(
            status=Status.RUNNING, attempts=F("attempts") + 1, revision=F("revision") + 1, **given
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


def settle(row: Job, *, status: str, **values: Any) -> bool:
    """Write what came of a claimed row, and let go of it; False as `change`."""
    if status != Status.QUEUED:
        values["lane"] = NO_LANE
    return change(row, status=status, lease_until=None, **values)


def put_back(row: Job, **values: Any) -> bool:
    """Have a claimed row wait for another try, now; False when it had its tries, or is lost.

    Its turn stays: it comes before what was asked for later.
    """
    if row.attempts >= settings.CLASSIFY_MAX_ATTEMPTS:
        return False
    now = timezone.now()
    changed = settle(row, status=Status.QUEUED, owner="", ready_at=now, **values)
    if changed:
        wake()
    return changed


def sweep() -> int:
    """Take up what dead workers dropped; returns the number of rows that were touched."""
    touched = 0
    for kind in kinds():
        for row in kind.rows.expired():
            logger.warning("lease of %s %s ran out (%s)", kind.model.__name__, row.pk, row.owner)
            touched += kind.give_up(row)
    return touched
