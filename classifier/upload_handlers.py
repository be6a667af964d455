"""A cap on uploads that takes effect while the bytes arrive, not after."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, StopUpload

if TYPE_CHECKING:
    from journify.http import HttpRequest


class SizeCapUploadHandler(FileUploadHandler):
    """Stop writing an upload once it exceeds `UPLOAD_MAX_MB`, and say so on the request.

    The rest of the body is read and dropped, so that the browser gets a page and not a broken line.
    """

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin to count."""
        super().new_file(*args, **kwargs)
        self.received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Pass the chunk on to the next handler, or stop."""
        self.received += len(raw_data)
        if self.received > settings.UPLOAD_MAX_MB * 1_000_000:
            cast("HttpRequest", self.request).upload_too_large = True
            raise StopUpload(connection_reset=False)
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leave the file to the next handler."""
