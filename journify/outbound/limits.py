"""Turns: how often each platform may be called, counted over all processes.

Counted as what listeners may do is (`journify.limits.allowances`). A platform that allows N calls
in any T seconds gets half of them at once and the rest evenly, which keeps every window of T
seconds at or below N, however it is cut.
"""

import datetime as dt
import time

from django.conf import settings
from django.utils import timezone

from journify.limits.allowances import Rate, take
from journify.outbound.errors import PlatformDownError, QuotaUsedUpError, RateLimitedError
from journify.outbound.models import PlatformPace


def acquire(platform: str, *, patience: float = 0.0) -> None:
    """Take a turn at `platform`, waiting at most `patience` seconds for it.

    Raises RateLimitedError: the turn would come later than that; QuotaUsedUpError: the platform
    said that the account's quota is used up, and that has not passed yet; PlatformDownError: it
    could not be reached a moment ago: nobody tries again yet.
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
        blocked_until=until, is_quota_used_up=is_quota, is_down=is_down
    )


def _seconds_to_turn(platform: str) -> float:
    """Take the turn and return 0, or return how long it is until the next one."""
    row, _is_new = PlatformPace.objects.get_or_create(platform=platform)
    seconds = (row.blocked_until - timezone.now()).total_seconds()
    if seconds > 0:
        if row.is_quota_used_up:
            raise QuotaUsedUpError(platform)
        if row.is_down:
            raise PlatformDownError(platform, retry_after=seconds)
        return seconds
    rate = _rate_of(platform)
    return take(f"calls|{platform}", rate) if rate else 0


def _rate_of(platform: str) -> Rate | None:
    """Half of what the platform publishes at once, the rest evenly; None where it says nothing."""
    if not (limit := settings.PLATFORM_RATES.get(platform)):
        return None
    calls, seconds = limit
    burst = max(1, calls // 2)
    return Rate(burst, seconds * burst / max(1, calls - burst))
