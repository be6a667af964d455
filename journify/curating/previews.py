"""Files that a curator looks at before they are imported."""

import contextlib
import datetime as dt
from typing import Any

from django.core.files.storage import default_storage
from django.utils import timezone
from import_export.tmp_storages import MediaStorage

PREVIEWS = "previews"
KEPT = dt.timedelta(hours=1)


class PreviewStorage(MediaStorage):
    """A file between its preview and its import, where every web machine finds it.

    Not in the system's temporary folder, the library's default: whoever may import would name any
    file there to have it read and deleted.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs | {"MEDIA_FOLDER": PREVIEWS})


def forget_old_previews() -> None:
    """Delete what somebody looked at and never imported."""
    try:
        _folders, names = default_storage.listdir(PREVIEWS)
    except FileNotFoundError:
        return
    for name in names:
        path = f"{PREVIEWS}/{name}"
        with contextlib.suppress(FileNotFoundError):  # imported or forgotten meanwhile
            if default_storage.get_modified_time(path) < timezone.now() - KEPT:
                default_storage.delete(path)
