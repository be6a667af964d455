"""Single values of a platform's answer, believed only as far as they can be used.

A platform, or whoever speaks in its place, may send any JSON: numbers where text belongs, half a
surrogate pair that no database takes, an address that begins with `javascript:`.
"""

import logging
import re
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, TypeVar
from urllib.parse import urlsplit

from django.conf import settings

from journify.outbound.errors import PlatformError

LONGEST_TEXT = 500
LARGEST = 2**31 - 1  # what an integer column holds everywhere
DIGITS = 19
ISRC = re.compile(r"[A-Z]{2}[A-Z0-9]{3}\d{7}", re.ASCII)  # ISO 3901


def text_of(value: Any) -> str:
    """Return text on one line that every database and page can hold; empty where there is none."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    printable = "".join(char if char.isprintable() else " " for char in str(value)[:LONGEST_TEXT])
    return printable.strip()


def whole_of(value: Any, *, at_most: int = LARGEST) -> int | None:
    """Return a whole number from 0 up, also of digits in a text; None where there is none."""
    if isinstance(value, str):
        digits = value.strip()
        is_whole = digits.isascii() and digits.isdecimal() and len(digits) < DIGITS
        value = int(digits) if is_whole else None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if 0 <= value <= at_most else None  # NaN is neither


def number_of(value: Any) -> float | None:
    """Return a number, also one that stands in a text; None where there is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def mapping_of(value: Any) -> Mapping[str, Any]:
    """Return a JSON object; an empty one where something else stands."""
    return value if isinstance(value, dict) else {}


def list_of(value: Any) -> list[Any]:
    """Return a JSON array; an empty one where something else stands."""
    return value if isinstance(value, list) else []


def isrc_of(value: Any) -> str:
    """Return an ISRC as databases keep it, without dashes and in capitals; else nothing."""
    code = "".join(text_of(value).split()).replace("-", "").upper()
    return code if ISRC.fullmatch(code) else ""


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


logger = logging.getLogger(__name__)

Item = TypeVar("Item")

# What a reader of one item raises for what is missing, of another type, or out of range.
SURPRISES = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


class UnusableItemError(ValueError):
    """An item that we can do nothing with; its text says why, for the log."""


def usable_items(
    platform: str, items: Any, read: Callable[[Mapping[str, Any]], Item]
) -> list[Item]:
    """Read every item that can be read; the others are counted in one line of the log.

    `items`: the list as the platform sent it. Null is an empty one, and a single object one of
    length 1 (Last.fm's JSON, made of XML, has it so). Raises PlatformError: it is no list at all.
    """
    if isinstance(items, dict):
        items = [items]
    if not isinstance(items, list | None):
        raise PlatformError(platform)
    found: list[Item] = []
    reasons: Counter[str] = Counter()
    for item in items or []:
        try:
            found.append(_read(item, read))
        except SURPRISES as error:
            reasons[_reason(error)] += 1
    if reasons:
        told = ", ".join(f"{reason} ({count})" for reason, count in reasons.most_common())
        left_out, of = reasons.total(), len(items or [])
        logger.info("platform=%s left out %d of %d items: %s", platform, left_out, of, told)
    return found


def _read(item: Any, read: Callable[[Mapping[str, Any]], Item]) -> Item:
    if not isinstance(item, dict):
        raise UnusableItemError("no object")
    return read(item)


def _reason(error: Exception) -> str:
    """Say why, without a word of the answer itself."""
    return str(error) if isinstance(error, UnusableItemError) else type(error).__name__
