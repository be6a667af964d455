"""Dates in addresses, names of days, and time zones by their names."""

import datetime as dt
import functools
import zoneinfo

from django.utils.dateformat import DateFormat

DAYS_REMEMBERED = 16 * 366  # in all formats and languages together


@functools.lru_cache(DAYS_REMEMBERED)
def day_name(date: dt.date, form: str, _language: str | None) -> str:
    """The day in a format, in the active language, which has to be named for what is remembered."""
    return DateFormat(date).format(form)


@functools.cache
def known_zones() -> frozenset[str]:
    """Return the names of all zones; looking for them opens some 600 files, so once only."""
    return frozenset(zoneinfo.available_timezones())


def zone_named(*names: str | None) -> zoneinfo.ZoneInfo:
    """Return the first of some zones that there is, else UTC."""
    return zoneinfo.ZoneInfo(next((name for name in names if name in known_zones()), "UTC"))


class DateConverter:
    """A date as 2026-11-23; anything else is no such page."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> dt.date:
        """Parse a date; ValueError makes the URL not match."""
        return dt.date.fromisoformat(value)

    def to_url(self, value: dt.date) -> str:
        return value.isoformat()
