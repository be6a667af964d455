"""Pack a journal into one ZIP file."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import shutil
from collections.abc import Callable
from typing import IO, TYPE_CHECKING, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from django.utils import timezone

from journal.archive.schema import FORMAT, MAIN_FILE, TABLE_FILE, TEXT_FILE, VERSION, Archive
from journal.archive.snapshot import account_of, audio_files, snapshot
from journal.archive.tables import as_csv, as_markdown

if TYPE_CHECKING:
    from spotify_auth.models import User

Progress = Callable[[int, int], None]
TEXTS = 3  # the files beside the audio


def write_archive(file: IO[bytes], user: User, *, with_audio: bool, progress: Progress) -> None:
    """Write the whole journal of `user`; tells `progress` how many of how many files are in."""
    archive = snapshot(user, with_audio=with_audio)
    wanted = {song.audio for song in archive.songs if song.audio}
    files = {name: song for name, song in audio_files(user).items() if name in wanted}
    total = TEXTS + len(files)
    progress(0, total)
    texts = {
        MAIN_FILE: as_json(archive, account=account_of(user)),
        TABLE_FILE: as_csv(archive),
        TEXT_FILE: as_markdown(archive, name=user.get_username()),
    }
    with ZipFile(file, "w") as target:
        for number, (name, text) in enumerate(texts.items(), start=1):
            target.writestr(_entry(name, ZIP_DEFLATED), text)
            progress(number, total)
        for number, (name, song) in enumerate(files.items(), start=TEXTS + 1):
            # sound does not become smaller
            with song.audio.open("rb") as source, target.open(_entry(name, ZIP_STORED), "w") as out:
                shutil.copyfileobj(source, out)
            progress(number, total)


def as_json(archive: Archive, *, account: dict[str, Any]) -> str:
    """Write `journify.json`."""
    content = {
        "format": FORMAT,
        "version": VERSION,
        "exported_at": timezone.now(),
        "account": account,
        **dataclasses.asdict(archive),
    }
    return json.dumps(content, default=_date, ensure_ascii=False, indent=1)


def _date(value: object) -> str:
    if isinstance(value, dt.date):  # a datetime is one, too
        return value.isoformat()
    raise TypeError(f"{value!r} has no place in an archive")


def _entry(name: str, compression: int) -> ZipInfo:
    now = timezone.now().timetuple()[:6]
    info = ZipInfo(name, date_time=now)
    info.compress_type = compression
    info.external_attr = 0o600 << 16
    return info
