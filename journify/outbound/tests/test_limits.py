from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
import time_machine
from django.utils import timezone

from journify.limits.models import Allowance
from journify.outbound.errors import QuotaUsedUpError, RateLimitedError
from journify.outbound.limits import acquire, block
from journify.outbound.models import PlatformPace

if TYPE_CHECKING:
    from pytest_django.fixtures import SettingsWrapper

START = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)


@pytest.fixture
def clock(db: None) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def granted(platform: str, *, tries: int) -> int:
    """Count what is granted in this moment: who is refused twice in it tries no more."""
    count = refused = 0
    while count + refused < tries and refused < 2:
        try:
            acquire(platform)
        except RateLimitedError:
            refused += 1
        else:
            count += 1
    return count


@pytest.mark.parametrize(("platform", "calls", "seconds"), [("deezer", 50, 5), ("itunes", 20, 60)])
def test_no_window_holds_more_than_the_platform_allows(
    platform: str, calls: int, seconds: int, clock: time_machine.Traveller
) -> None:
    moments: list[float] = []
    for tick in range(4 * 60):
        clock.move_to(START + dt.timedelta(seconds=tick * seconds / 60))
        moments += [tick * seconds / 60] * granted(platform, tries=calls)
    windows = [sum(0 <= other - first < seconds for other in moments) for first in moments]
    assert max(windows) <= calls
    assert len(moments) >= 2 * calls


def test_the_wait_is_told_when_there_is_no_turn(clock: time_machine.Traveller) -> None:
    granted("itunes", tries=20)
    with pytest.raises(RateLimitedError) as caught:
        acquire("itunes")
    assert caught.value.retry_after == pytest.approx(6.0)


def test_a_patient_caller_waits_for_its_turn(db: None, settings: SettingsWrapper) -> None:
    settings.PLATFORM_RATES = {"deezer": (2, 0.2)}
    acquire("deezer")
    acquire("deezer", patience=1.0)
    assert Allowance.objects.get().revision == 2


def test_every_process_waits_when_the_platform_asked(clock: time_machine.Traveller) -> None:
    block("spotify", seconds=7)
    with pytest.raises(RateLimitedError) as caught:
        acquire("spotify")
    assert caught.value.retry_after == pytest.approx(7)
    clock.move_to(START + dt.timedelta(seconds=8))
    acquire("spotify")


def test_a_shorter_wait_does_not_end_a_longer_one(clock: time_machine.Traveller) -> None:
    block("spotify", seconds=60)
    block("spotify", seconds=5)
    assert PlatformPace.objects.get().blocked_until == timezone.now() + dt.timedelta(seconds=60)


def test_a_used_up_quota_is_told_apart(clock: time_machine.Traveller) -> None:
    block("spotify", seconds=60, is_quota=True)
    with pytest.raises(QuotaUsedUpError):
        acquire("spotify", patience=90)
