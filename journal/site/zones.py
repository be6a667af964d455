"""Time zones a listener may live in."""

from __future__ import annotations

import functools
import zoneinfo


@functools.cache
def known_zones() -> frozenset[str]:
    """Return the names of all zones; looking for them opens some 600 files, so once only."""
    return frozenset(zoneinfo.available_timezones())
