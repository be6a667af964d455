"""Dates in URLs."""

from __future__ import annotations

import datetime as dt


class DateConverter:
    """A date as 2026-11-23; anything else is no such page."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> dt.date:
        """Parse a date; ValueError makes the URL not match."""
        return dt.date.fromisoformat(value)

    def to_url(self, value: dt.date) -> str:
        """Write a date."""
        return value.isoformat()
