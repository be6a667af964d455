"""Lists in a platform's answer, read item by item: one that is odd never costs the others."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from journify.outbound.errors import PlatformError

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
    length 1 (Last.fm's JSON, made of XML, has it so).
    Raises PlatformError: it is no list at all.
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
        logger.info(
            "platform=%s left out %d of %d items: %s",
            platform,
            reasons.total(),
            len(items or []),
            told,
        )
    return found


def _read(item: Any, read: Callable[[Mapping[str, Any]], Item]) -> Item:
    if not isinstance(item, dict):
        raise UnusableItemError("no object")
    return read(item)


def _reason(error: Exception) -> str:
    """Say why, without a word of the answer itself."""
    return str(error) if isinstance(error, UnusableItemError) else type(error).__name__
