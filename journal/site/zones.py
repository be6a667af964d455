"""Time zones a listener may live in."""

from __future__ import annotations

import functools
import zoneinfo


@functools.cache
def known_zones() -> frozenset[str]:
    """Return the names of all zones; looking for them opens some 600 files, so once only."""
    return frozenset(zoneinfo.available_timezones())


def zone_named(*names: str | None) -> zoneinfo.ZoneInfo:
    """Return the first of some zones that there is, else UTC."""
    return zoneinfo.ZoneInfo(next((name for name in names if name in known_zones()), "UTC"))
