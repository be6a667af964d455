"""Single values of a platform's answer, believed only as far as they can be used.

A platform, or whoever speaks in its place, may send any JSON: numbers where text belongs, half a
surrogate pair that no database takes, an address that begins with `javascript:`.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

LONGEST_TEXT = 500
LARGEST = 2**31 - 1  # what an integer column holds everywhere


def text_of(value: Any) -> str:
    """Return text on one line that every database and page can hold; empty where there is none."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    printable = "".join(char if char.isprintable() else " " for char in str(value)[:LONGEST_TEXT])
    return printable.strip()


def whole_of(value: Any) -> int | None:
    """Return a whole number from 0 up; None where there is none."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if 0 <= value <= LARGEST else None  # NaN is neither


def link_of(value: Any) -> str:
    """Return an address that a page may link to or show: https, or the sandbox's; else nothing."""
    text = text_of(value)
    try:
        parts = urlsplit(text)
    except ValueError:
        return ""
    is_sandbox = settings.SANDBOX_URL and text.startswith(f"{settings.SANDBOX_URL}/")
    is_web = parts.scheme == "https" and parts.hostname and parts.username is None
    return text if (is_web or is_sandbox) and " " not in text else ""
