"""Everything a journal consists of in one file, and back onto an empty machine.

The file is a tar: the database as its own tool copies it, every upload, and the keys that tokens
and sessions are useless without. Whoever can read it can read every journal.
"""

from __future__ import annotations

import shutil
import tarfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import IO

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import connection

from journify.database_copies import copier

DATABASE, MEDIA, KEYS = "database", "media", "keys"
KEY_FILES = ("secret_key", "token_key")


class BackupError(Exception):
    """What stands in the way, as a sentence for the operator."""


def write_backup(target: Path) -> int:
    """Write everything into `target`, which appears whole or not at all; return how many uploads.

    Raises
    ------
    BackupError
        The file is there already, or this database has no copy tool here.
    """
    if target.exists():
        raise BackupError(f"{target} is there already: nothing was written.")
    draft = target.with_name(f".{target.name}.part")
    draft.touch(mode=0o600)
    try:
        with draft.open("wb") as stream, tarfile.open(fileobj=stream, mode="w") as archive:
            count = _fill(archive)
        draft.rename(target)
    finally:
        draft.unlink(missing_ok=True)
    return count


def restore_backup(source: Path) -> int:
    """Bring everything in `source` back; return how many uploads that were.

    Raises
    ------
    BackupError
        There is something here already, or the file is not a backup of such a database.
    """
    if connection.introspection.table_names():
        raise BackupError("The database is not empty: a backup is restored onto an empty one.")
    if next(_stored(), None):
        raise BackupError("There are uploads already: a backup is restored onto an empty storage.")
    try:
        with tarfile.open(source) as archive, TemporaryDirectory() as folder:
            return _bring_back(archive, Path(folder))
    except tarfile.TarError as error:
        raise BackupError(f"{source} is not a backup of Journify.") from error


def _fill(archive: tarfile.TarFile) -> int:
    # the database first: what is uploaded meanwhile is only too much, never missing
    with TemporaryDirectory() as folder:
        copy = Path(folder) / DATABASE
        copier(connection.vendor).dump(copy)
        archive.add(copy, f"{DATABASE}/{connection.vendor}")
    for name in KEY_FILES:
        if (settings.DATA_DIR / name).exists():
            archive.add(settings.DATA_DIR / name, f"{KEYS}/{name}")
    count = 0
    for name in _stored():
        try:
            file = default_storage.open(name, "rb")
        except FileNotFoundError:  # deleted since it was listed, as files that are tried out are
            continue
        with file:
            member = tarfile.TarInfo(f"{MEDIA}/{name}")
            member.size = file.size
            archive.addfile(member, file)
        count += 1
    return count


def _bring_back(archive: tarfile.TarFile, folder: Path) -> int:
    members = {member.name: member for member in archive if member.isfile()}
    database = f"{DATABASE}/{connection.vendor}"
    if database not in members:
        raise BackupError(f"The file holds no backup of a {connection.vendor} database.")
    copy = folder / DATABASE
    with copy.open("wb") as target:
        shutil.copyfileobj(_content(archive, members[database]), target)
    copier(connection.vendor).load(copy)
    count = 0
    for name, member in members.items():
        kind, _, rest = name.partition("/")
        if kind == KEYS and rest in KEY_FILES:
            key = settings.DATA_DIR / rest
            key.touch(mode=0o600)
            key.write_bytes(_content(archive, member).read())
        elif kind == MEDIA:
            default_storage.save(rest, File(_content(archive, member), name=rest))
            count += 1
    return count


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    content = archive.extractfile(member)
    assert content is not None  # only directories and links have none
    return content


def _stored(folder: str = "") -> Iterator[str]:
    """Names of all files in storage, wherever that is."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:  # nothing was ever stored
        return
    for name in files:
        yield str(PurePosixPath(folder, name))
    for name in folders:
        yield from _stored(str(PurePosixPath(folder, name)))
