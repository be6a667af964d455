from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import time_machine
from django.conf import settings
from django.utils import timezone

from journify.limits import allowances
from journify.limits.allowances import CROWDED_SECONDS, Rate, take
from journify.limits.models import Allowance
from journify.tests.databases import own_data

START = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)
RATE = Rate(4, 60)


@pytest.fixture
def clock(db: None) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def granted(tries: int, key: str = "a") -> int:
    return sum(take(key, RATE) == 0 for _ in range(tries))


def test_so_many_at_once_and_no_more(clock: time_machine.Traveller) -> None:
    assert granted(20) == 4
    assert take("a", RATE) == pytest.approx(15)
    assert granted(20, "somebody else") == 4


def test_one_comes_back_at_a_time(clock: time_machine.Traveller) -> None:
    granted(4)
    clock.shift(15)
    assert granted(5) == 1
    clock.shift(3600)
    assert granted(20) == 4


def test_a_clock_set_back_locks_nobody_out(clock: time_machine.Traveller) -> None:
    granted(4)
    clock.shift(-86_400)
    assert granted(20) == 4


def test_whoever_loses_every_race_waits(
    clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def another_is_first() -> dt.datetime:
        Allowance.objects.update(revision=allowances.F("revision") + 1)
        return timezone.now()

    class Clock:
        now = staticmethod(another_is_first)

    monkeypatch.setattr(allowances, "timezone", Clock)
    assert take("a", RATE) == CROWDED_SECONDS


def test_rows_that_say_nothing_any_more_are_deleted(clock: time_machine.Traveller) -> None:
    granted(4, "old")
    clock.shift(61)
    granted(1, "new")
    allowances.prune()
    assert [row.key for row in Allowance.objects.all()] == ["new"]


def test_the_table_stays_small_by_itself(
    clock: time_machine.Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(allowances, "PRUNE_EVERY", 1)
    for number in range(10):
        clock.shift(61)
        take(str(number), RATE)
    assert Allowance.objects.count() <= 2


def test_the_limit_holds_over_processes(tmp_path: Path) -> None:
    script = (
        "from journify.limits.allowances import Rate, take;"
        "print(sum(take('a', Rate(30, 36000)) == 0 for _ in range(25)))"
    )
    command = [sys.executable, "manage.py", "shell", "-v0", "-c", script]
    with own_data(tmp_path, migrated=True) as own:
        children = [
            subprocess.Popen(
                command,
                cwd=settings.BASE_DIR,
                env=os.environ | own,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(3)
        ]
        assert sum(int(child.communicate()[0]) for child in children) == 30
