"""What has to be looked after from time to time, registered by the app that knows how.

The worker does it; it need not know the apps that lie above its own.
"""

from __future__ import annotations

from collections.abc import Callable

_chores: list[Callable[[], None]] = []


def register(chore: Callable[[], None]) -> None:
    """Have `chore` done again and again; it is cheap when there is nothing to do."""
    if chore not in _chores:
        _chores.append(chore)


def run() -> None:
    """Do everything once."""
    for chore in _chores:
        chore()
