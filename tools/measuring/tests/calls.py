from __future__ import annotations

import sys
from types import FrameType

from django.test import Client


def count_calls(client: Client, path: str) -> int:
    """Count the calls of functions that a page takes Python: the same on every machine."""
    client.get(path)
    calls = 0

    def count(_frame: FrameType, event: str, _arg: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    sys.setprofile(count)
    try:
        client.get(path)
    finally:
        sys.setprofile(None)
    return calls
