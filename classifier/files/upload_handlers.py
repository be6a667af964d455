"""A cap on uploads that takes effect while the bytes arrive, not after."""

import contextlib
from collections.abc import Callable
from pathlib import PurePath
from typing import Any, TypeVar, cast

from django.conf import settings
from django.core.files.uploadhandler import StopUpload, TemporaryFileUploadHandler

from classifier.files.decoding import get_decoder
from journify.web.http import HttpRequest

LONGEST_EXTENSION = 10

View = TypeVar("View", bound=Callable[..., Any])


def takes_megabytes(setting: str) -> Callable[[View], View]:
    """Give a view another cap than `UPLOAD_MAX_MB`: the setting of this name."""

    def mark(view: View) -> View:
        cast("Any", view).megabytes_setting = setting
        return view

    return mark


class SizeCapUploadHandler(TemporaryFileUploadHandler):
    """Write uploads to temporary files until they exceed the cap; say so on the request.

    What checks a listener's song is started when the song begins to arrive. The cap is on all files
    of a request together. The rest of the body is read and dropped, so that the browser gets a page
    and not a broken line.
    """

    received = 0

    def new_file(self, field_name: str, file_name: str, *args: Any, **kwargs: Any) -> None:
        """Begin a file; the temporary one takes over the extension, which may not be endless."""
        if self._is_listeners_song():
            get_decoder().prepare()
        extension = PurePath(file_name).suffix
        if len(extension) > LONGEST_EXTENSION:
            file_name = file_name.removesuffix(extension)
        super().new_file(field_name, file_name, *args, **kwargs)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.received += len(raw_data)
        if self.received > self._megabytes() * 1_000_000:
            cast("HttpRequest", self.request).upload_too_large = True
            raise StopUpload(connection_reset=False)
        try:
            super().receive_data_chunk(raw_data, start)
        except OSError:
            with contextlib.suppress(OSError):
                self.file.close()  # which deletes it: a full disk is not kept full
            raise

    def _is_listeners_song(self) -> bool:
        """Whether a view of songs gets it: of a visitor's, no process is started beforehand."""
        return self._is_signed_in() and not hasattr(self._view(), "megabytes_setting")

    def _is_signed_in(self) -> bool:
        user = getattr(self.request, "user", None)
        return bool(user and user.is_authenticated)

    def _view(self) -> Any:
        match = getattr(self.request, "resolver_match", None)
        return match.func if match else None

    def _megabytes(self) -> int:
        """The view is known already: a form is read when its token is checked, or later."""
        cap: int = getattr(settings, getattr(self._view(), "megabytes_setting", "UPLOAD_MAX_MB"))
        # whatever the address: a form is read before anybody is asked to sign in
        return cap if self._is_signed_in() else min(cap, settings.TRY_OUT_MAX_MB)
