"""How a network saw a clip, kept as a byte a number: thousands of them are read for one page."""

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
        # `math.dist` adds up in C: fastest between tuples, and with one of them of its own numbers
        self._own = tuple(map(float, embedding))
        self._square = _place(embedding)[1] ** 2

    def fits(self, embedding: bytes | None) -> bool:
        """Whether it says something, in as many numbers."""
        return bool(embedding) and len(embedding or b"") == len(self._own)

    def along(self, embedding: bytes) -> float:
        """How far `embedding` points this way: it orders as the cosine, without our own length."""
        place, length = _place(embedding)
        if not length:
            return 0.0
        # the law of cosines
        apart = math.dist(self._own, place)
        return (self._square + length**2 - apart**2) / (2 * length)


@functools.lru_cache(4096)
def _place(embedding: bytes) -> tuple[tuple[int, ...], float]:
    """An embedding's numbers and its length, of the same songs at every page; 2 kB each."""
    numbers = tuple(embedding)
    return numbers, math.dist(numbers, (ZERO,) * len(numbers))
