"""Python's search for garbage, kept out of a server's start and of its requests."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def loading() -> Iterator[None]:
    """Search for nothing while a process loads, and leave what is loaded out of every later search.

    Loading makes a great many objects and hardly any garbage; searching for it takes a tenth of the
    time. Later, one request in a few dozen would stand still while all of it is looked through:
    https://docs.python.org/3/library/gc.html#gc.freeze
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
