"""Names of days: the same for everybody, and a page may tell hundreds of them."""

from __future__ import annotations

import datetime as dt
import functools

from django.utils.dateformat import DateFormat

DAYS_REMEMBERED = 16 * 366  # in all formats and languages together


@functools.lru_cache(DAYS_REMEMBERED)
def day_name(date: dt.date, form: str, _language: str | None) -> str:
    """The day in a format, in the active language, which has to be named for what is remembered."""
    return DateFormat(date).format(form)
