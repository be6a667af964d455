"""Python's search for garbage, kept out of the requests."""

from __future__ import annotations

import gc

from django.urls import get_resolver


def spare_what_is_loaded() -> None:
    """Leave out of every later search what a server has loaded by now and keeps while it runs.

    Otherwise one request in a few dozen stands still while all of it is looked through:
    https://docs.python.org/3/library/gc.html#gc.freeze
    """
    _ = get_resolver().url_patterns  # views and forms are loaded with the first address asked for
    gc.collect()
    gc.freeze()
