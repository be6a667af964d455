"""What every line of the log says besides its message: whose request, which song.

A request has an id; whatever it puts on the queue keeps that id, and the worker says it again. So
one search finds a listener's tap in the log of the web process and what became of it in a worker's.
"""

import re
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import MappingProxyType

_bound: ContextVar[Mapping[str, str]] = ContextVar("log_context", default=MappingProxyType({}))

# What we take over from a proxy: an id, not something that could break a line or fill the disk.
ACCEPTABLE_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


@contextmanager
def bound(**values: object) -> Iterator[None]:
    """Have every line of the log that is written meanwhile say these, where they are not empty."""
    added = {name: str(value) for name, value in values.items() if value}
    token = _bound.set({**_bound.get(), **added})
    try:
        yield
    finally:
        _bound.reset(token)


def bound_values() -> Mapping[str, str]:
    return _bound.get()


def request_id() -> str:
    """Return the id of the request that is being answered, or that asked for this work."""
    return _bound.get().get("request", "")


def accepted_or_new(proposed: str) -> str:
    """Take over a proxy's id of a request if it is one, else make one."""
    return proposed if ACCEPTABLE_ID.fullmatch(proposed) else uuid.uuid4().hex
