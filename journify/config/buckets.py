"""Uploads in a bucket are read piece by piece, so that a player may seek in a long one.

django-storages downloads the whole object at the first byte that is read
(https://github.com/jschneier/django-storages/issues/163).
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, cast

from django.core.files import File
from storages.backends.s3 import S3Storage

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

# Half a minute of an MP3: what one request to the bucket fetches, and what a reader keeps.
PIECE_BYTES = 1_000_000


class PiecewiseS3Storage(S3Storage):
    """A bucket, read by requests for ranges of bytes."""

    def _open(self, name: str, mode: str = "rb") -> File[bytes]:
        whole: Any = super()._open(name, mode)  # asks for the size only, and whether it is there
        if mode != "rb":
            return cast("File[bytes]", whole)
        return File(io.BufferedReader(_Pieces(whole.obj), PIECE_BYTES), name)


class _Pieces(io.RawIOBase):
    """An object of a bucket as a file: what is read is asked for, and nothing else."""

    def __init__(self, stored: Any) -> None:
        self._stored, self._size, self._at = stored, int(stored.content_length), 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def readall(self) -> bytes:
        """Fetch the rest at once: Python's own asks for it in pieces of 8 kB."""
        rest = bytearray(max(0, self._size - self._at))
        return bytes(rest[: self.readinto(rest)])

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        room = memoryview(buffer).cast("B")
        last = min(self._at + len(room), self._size) - 1
        if last < self._at:
            return 0
        piece = self._stored.get(Range=f"bytes={self._at}-{last}")["Body"].read()
        room[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)
