"""A month of plays as bytes: twelve a play, where a row of a table takes some three hundred.

A million plays are 12 MB this way, in a hundred and twenty rows, and a month of them is read and
written at once. Little-endian unsigned 32-bit numbers, three a play, in the order of time: the
number of the song among the listener's, seconds since 1970 (until 2106), seconds heard.
"""

import sys
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from typing import NamedTuple

FIELDS = 3


class PackedPlay(NamedTuple):
    """A play of the song with a number: when it began, and for how long it was heard."""

    moment: int
    song: int
    seconds: int


def pack(plays: Iterable[PackedPlay]) -> bytes:
    """Write plays in the order of time."""
    numbers = array("I")
    for moment, song, seconds in sorted(plays):
        numbers.extend((song, moment, seconds))
    return _little_endian(numbers).tobytes()


def unpack(data: bytes | memoryview) -> Iterator[PackedPlay]:
    """Read plays in the order they were written."""
    numbers = array("I")
    numbers.frombytes(bytes(data))
    numbers = _little_endian(numbers)
    for song, moment, seconds in zip(
        numbers[::FIELDS], numbers[1::FIELDS], numbers[2::FIELDS], strict=True
    ):
        yield PackedPlay(moment, song, seconds)


def cut(data: bytes | memoryview, first: int, last: int) -> tuple[bytes, bytes, bytes]:
    """Cut plays in three: before the first moment, up to the last, and after it."""
    data = bytes(data)
    moments = _little_endian(array("I", data))[1::FIELDS]
    start, end = bisect_left(moments, first), bisect_right(moments, last)
    size = FIELDS * moments.itemsize
    return data[: start * size], data[start * size : end * size], data[end * size :]


def _little_endian(numbers: "array[int]") -> "array[int]":
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
