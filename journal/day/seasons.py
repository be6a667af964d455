"""The season of a day, where the listener's time zone lies."""

import datetime as dt
import functools
import tomllib

from django.conf import settings

from journal.models import SEASONS

ZONES = settings.BASE_DIR / "journal" / "data" / "zones.toml"
# By whole months, as meteorologists have it: winter is December to February.
FIRST_OF_SPRING, MONTHS = 3, 3


def season_of(date: dt.date, zone: str) -> str:
    """Name the season of a day in a time zone; empty between the tropics, which have no four."""
    lies = _zones()
    if zone in lies["tropical"]:
        return ""
    turns = (date.month - FIRST_OF_SPRING) // MONTHS + (2 if zone in lies["southern"] else 0)
    return SEASONS[turns % len(SEASONS)]


@functools.cache
def _zones() -> dict[str, frozenset[str]]:
    lists = tomllib.loads(ZONES.read_text(encoding="utf-8"))
    return {name: frozenset(zones) for name, zones in lists.items()}
