"""Pack a journal into one ZIP file."""

import dataclasses
import datetime as dt
import json
import shutil
from collections.abc import Callable
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from django.utils import timezone

from journal.archive import schema
from journal.archive.snapshot import account_of, audio_files, snapshot
from journal.archive.tables import as_csv, as_markdown
from journal.listening.export import FILE as LISTENS_FILE
from journal.listening.export import has_history, write_listens
from spotify_auth.models import User

Progress = Callable[[int, int], None]
# Of rows without line breaks between their values; with them it is less than twice as much.
PART_BYTES = schema.MAIN_MAX_BYTES // 4


def write_archive(file: IO[bytes], user: User, *, with_audio: bool, progress: Progress) -> None:
    """Write the whole journal of `user`; tells `progress` how many of how many files are in."""
    archive = snapshot(user, with_audio=with_audio)
    wanted = {song.audio for song in archive.songs if song.audio}
    files = {name: song for name, song in audio_files(user).items() if name in wanted}
    texts = files_as_json(archive, account=account_of(user)) | {
        schema.TABLE_FILE: as_csv(archive),
        schema.TEXT_FILE: as_markdown(archive, name=user.get_username()),
    }
    has_listens = has_history(user)
    total = len(texts) + len(files) + has_listens
    progress(0, total)
    with ZipFile(file, "w") as target:
        for number, (name, text) in enumerate(texts.items(), start=1):
            target.writestr(_entry(name, ZIP_DEFLATED), text)
            progress(number, total)
        if has_listens:
            with target.open(_entry(LISTENS_FILE, ZIP_DEFLATED), "w", force_zip64=True) as out:
                write_listens(user, out)
        for number, (name, song) in enumerate(files.items(), start=total - len(files) + 1):
            # sound does not become smaller
            with song.audio.open("rb") as source, target.open(_entry(name, ZIP_STORED), "w") as out:
                shutil.copyfileobj(source, out)
            progress(number, total)


def files_as_json(archive: schema.Archive, *, account: dict[str, Any]) -> dict[str, str]:
    """Write `journify.json`, and further parts where it would become too large to be read again."""
    parts = _parts(archive)
    head = {"format": schema.FORMAT, "version": schema.VERSION}
    first = head | {
        "exported_at": timezone.now(),
        "account": account,
        "parts": len(parts),
        "preferences": dataclasses.asdict(archive.preferences),
        "learnt": dataclasses.asdict(archive.learnt),
        "phrases": [dataclasses.asdict(row) for row in archive.phrases],
    }
    contents = [first | parts[0], *(head | part for part in parts[1:])]
    return {
        schema.part_name(number): json.dumps(content, default=_date, ensure_ascii=False, indent=1)
        for number, content in enumerate(contents, start=1)
    }


def _parts(archive: schema.Archive) -> list[dict[str, list[dict[str, Any]]]]:
    """Songs, then what refers to them, each part about as large as one may be."""
    parts: list[dict[str, list[dict[str, Any]]]] = [{"songs": [], "labels": [], "days": []}]
    size = 0
    for kind in parts[0]:
        for row in getattr(archive, kind):
            values = dataclasses.asdict(row)
            more = len(json.dumps(values, default=_date))
            if size and size + more > PART_BYTES:
                parts.append({"songs": [], "labels": [], "days": []})
                size = 0
            size += more
            parts[-1][kind].append(values)
    return parts


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
