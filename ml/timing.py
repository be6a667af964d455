"""How long each stage of listening takes, for whoever wants to know."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Seconds = dict[str, float]

_collecting: ContextVar[Seconds | None] = ContextVar("stages", default=None)


@contextmanager
def stages() -> Iterator[Seconds]:
    """Collect what the stages within take; a stage that runs twice counts twice."""
    seconds: Seconds = {}
    token = _collecting.set(seconds)
    try:
        yield seconds
    finally:
        _collecting.reset(token)


@contextmanager
def stage(name: str) -> Iterator[None]:
    """Add the seconds of what happens within to `name`, if somebody collects."""
    seconds = _collecting.get()
    if seconds is None:
        yield
        return
    started = time.perf_counter()
    try:
        yield
    finally:
        seconds[name] = seconds.get(name, 0.0) + time.perf_counter() - started
