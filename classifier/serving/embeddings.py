"""How a network saw a clip, kept as a byte a number: thousands of them are read for one page."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence

# Whole numbers from -127 to 127 become bytes: moving both ends changes no distance.
ZERO = 128


def pack_embedding(embedding: Sequence[int]) -> bytes | None:
    """Pack what a network says of a clip; None where it says nothing."""
    return bytes(ZERO + value for value in embedding) or None


def unpack_embedding(embedding: bytes | memoryview | None) -> list[int]:
    """Bring back what was packed; nothing where a network said nothing."""
    return [value - ZERO for value in embedding or b""]


class Direction:
    """Where a packed embedding points, to order others by."""

    def __init__(self, embedding: bytes) -> None:
        # `math.dist` adds up in C, but makes tuples of whatever else it is given
        self._own = tuple(embedding)
        self._square = _length(embedding) ** 2

    def along(self, embedding: bytes) -> float:
        """How far `embedding` points this way: it orders as the cosine, without our own length."""
        length = _length(embedding)
        if not length:
            return 0.0
        # the law of cosines
        apart = math.dist(self._own, tuple(embedding))
        return (self._square + length**2 - apart**2) / (2 * length)


@functools.lru_cache(4096)
def _length(embedding: bytes) -> float:
    """Of the same songs at every page."""
    return math.dist(tuple(embedding), (ZERO,) * len(embedding))
