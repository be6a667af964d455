"""Answer a request for a part of a file, so that players can seek (RFC 9110, section 14)."""

import re
from collections.abc import Iterator

from django.core.files import File
from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)

BLOCK_BYTES = 64 * 1024
# No file has a length of 19 digits; Python refuses to read numbers of thousands of digits.
RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


def file_response(request: HttpRequest, file: File[bytes], content_type: str) -> HttpResponseBase:
    """Send `file`, or the one range of bytes that the request asks for.

    Several ranges at once are answered with the whole file, as the standard allows.
    """
    # Lengths and ranges count the bytes of the file: GZipMiddleware must leave them as they are.
    request.META["HTTP_ACCEPT_ENCODING"] = "identity"
    match = RANGE.fullmatch(request.headers.get("Range", ""))
    if match is None or match[0] == "bytes=-":
        whole = FileResponse(file, content_type=content_type)
        whole["Accept-Ranges"] = "bytes"
        return whole
    size = file.size
    first, last = _bounds(match[1], match[2], size)
    if first > last:
        file.close()
        refused = HttpResponse(status=416)
        refused["Content-Range"] = f"bytes */{size}"
        return refused
    part = StreamingHttpResponse(
        _Section(file, first, last - first + 1), status=206, content_type=content_type
    )
    part["Accept-Ranges"] = "bytes"
    part["Content-Range"] = f"bytes {first}-{last}/{size}"
    part["Content-Length"] = str(last - first + 1)
    return part


def _bounds(first: str, last: str, size: int) -> tuple[int, int]:
    """First and last byte of "10-20", "10-" or "-10" (the last ten)."""
    if not first:
        return max(0, size - int(last)), size - 1
    return int(first), min(int(last), size - 1) if last else size - 1


class _Section:
    """Part of a file as blocks; the response closes it, sent to its end or not."""

    def __init__(self, file: File[bytes], first: int, length: int) -> None:
        self.file, self.first, self.length = file, first, length

    def __iter__(self) -> Iterator[bytes]:
        self.file.seek(self.first)
        left = self.length
        while left > 0 and (block := self.file.read(min(BLOCK_BYTES, left))):
            left -= len(block)
            yield block

    def close(self) -> None:
        self.file.close()
