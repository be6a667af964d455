"""Counting over all processes in one database row a key; correct without row locks.

The generic cell rate algorithm (ITU-T I.371), for requests to us and for our own calls to others:
a row holds one moment up to which the requests already made are spread. All of them may come at
once; after that one comes back every `seconds / times`.
"""

import datetime as dt
from dataclasses import dataclass

from django.db.models import F
from django.utils import timezone

from journify.limits.models import Allowance

# Another process won this often in a row: somebody is hammering, and may wait.
TRIES = 20
CROWDED_SECONDS = 1.0
# One new row in so many takes the useless ones away.
PRUNE_EVERY = 64


@dataclass(frozen=True)
class Rate:
    """At most `times` at once, coming back evenly over `seconds`."""

    times: float
    seconds: float


def take(key: str, rate: Rate) -> float:
    """Take one request of `key` and return 0, or return how many seconds until there is one."""
    whole = dt.timedelta(seconds=rate.seconds)
    for _ in range(TRIES):
        row, is_new = Allowance.objects.get_or_create(key=key)
        if is_new and row.pk.int % PRUNE_EVERY == 0:
            prune()
        now = timezone.now()
        # what no rate allows was written before the clock was set back, and locks nobody out
        is_known = now < row.spent_until <= now + whole
        spent = (row.spent_until if is_known else now) + whole / rate.times
        if (wait := (spent - now - whole).total_seconds()) > 0:
            return wait
        changed = Allowance.objects.filter(pk=row.pk, revision=row.revision).update(
            spent_until=spent, revision=F("revision") + 1
        )
        if changed:
            return 0.0
    return CROWDED_SECONDS


def prune() -> None:
    """Delete the rows of everybody who may do everything again."""
    Allowance.objects.filter(spent_until__lt=timezone.now()).delete()
