"""Turns: how often each platform may be called, counted over all processes in one database row.

The generic cell rate algorithm (ITU-T I.371): the row holds one moment, up to which calls already
made are spread. A platform that allows N calls in any T seconds gets half of them at once and the
rest evenly, which keeps every window of T seconds at or below N, however it is cut.
"""

from __future__ import annotations

import datetime as dt
import time
from dataclasses import dataclass

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from journify.outbound.errors import PlatformDownError, QuotaUsedUpError, RateLimitedError
from journify.outbound.models import PlatformPace

# Another process won this often in a row: wait a little instead of spinning.
TRIES = 20
CROWDED_SECONDS = 0.05


@dataclass(frozen=True)
class Rate:
    """At most `calls` in any `seconds`."""

    calls: int
    seconds: float

    @property
    def interval(self) -> dt.timedelta:
        """Time between two calls once the burst is used up."""
        return dt.timedelta(seconds=self.seconds / max(1, self.calls - self.burst))

    @property
    def burst(self) -> int:
        """Calls that may be made at once."""
        return max(1, self.calls // 2)


def acquire(platform: str, *, patience: float = 0.0) -> None:
    """Take a turn at `platform`, waiting at most `patience` seconds for it.

    Raises
    ------
    RateLimitedError
        The turn would come later than that.
    QuotaUsedUpError
        The platform said that the account's quota is used up, and that has not passed yet.
    PlatformDownError
        It could not be reached a moment ago: nobody tries again yet.
    """
    deadline = time.monotonic() + patience
    while (wait := _seconds_to_turn(platform)) > 0:
        if time.monotonic() + wait > deadline:
            raise RateLimitedError(platform, retry_after=wait)
        time.sleep(wait)


def block(platform: str, *, seconds: float, is_quota: bool = False, is_down: bool = False) -> None:
    """Keep every process from calling `platform` for a while: it asked for that, or is away."""
    until = timezone.now() + dt.timedelta(seconds=seconds)
    PlatformPace.objects.get_or_create(platform=platform)
    PlatformPace.objects.filter(platform=platform, blocked_until__lt=until).update(
        blocked_until=until,
        is_quota_used_up=is_quota,
        is_down=is_down,
        revision=F("revision") + 1,
    )


def _seconds_to_turn(platform: str) -> float:
    """Take the turn and return 0, or return how long it is until the next one."""
    for _ in range(TRIES):
        row, _is_new = PlatformPace.objects.get_or_create(platform=platform)
        now = timezone.now()
        if row.blocked_until > now:
            seconds = (row.blocked_until - now).total_seconds()
            if row.is_quota_used_up:
                raise QuotaUsedUpError(platform)
            if row.is_down:
                raise PlatformDownError(platform, retry_after=seconds)
            return seconds
        rate = _rate_of(platform)
        if rate is None:
            return 0
        early = (row.paced_until - now - rate.interval * (rate.burst - 1)).total_seconds()
        if early > 0:
            return early
        changed = PlatformPace.objects.filter(pk=row.pk, revision=row.revision).update(
            paced_until=max(row.paced_until, now) + rate.interval, revision=F("revision") + 1
        )
        if changed:
            return 0
    return CROWDED_SECONDS


def _rate_of(platform: str) -> Rate | None:
    """Return the platform's published limit; None where none is published."""
    limit = settings.PLATFORM_RATES.get(platform)
    return Rate(*limit) if limit else None
