"""Read a backup: onto an empty machine, or only to see that it could be."""

import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import SpooledTemporaryFile, TemporaryDirectory
from typing import IO, cast

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import connection

from journify.backups.databases import copier
from journify.backups.manifest import (
    DATABASE,
    KEY_FILES,
    KEYS,
    BackupError,
    HashingReader,
    Manifest,
    content_of,
    counted_tables,
    manifest_of,
    read_facts,
)
from journify.backups.media import Media, media_of, stored

SPOOLED_BYTES = 10_000_000


@dataclass(frozen=True)
class Opened:
    """A backup that is being read: its database is unpacked in a folder of its own."""

    archive: tarfile.TarFile
    manifest: Manifest
    media: Media
    database: Path


def restore(source: Path) -> tuple[Manifest, list[str]]:
    """Bring everything back; return also the names of uploads that are missing or damaged.

    Raises BackupError: there is something here already, or the file is not a backup of such a
    database.
    """
    if connection.introspection.table_names():
        raise BackupError("The database is not empty: a backup is restored onto an empty one.")
    if next(stored(), None):
        raise BackupError("There are uploads already: a backup is restored onto an empty storage.")
    with _opened(source) as backup:
        if backup.manifest.vendor != connection.vendor:
            raise BackupError(f"The file holds no backup of a {connection.vendor} database.")
        copier(connection.vendor).load(backup.database)
        _bring_keys_back(backup.archive)
        bad = [name for name in backup.manifest.files if not _bring_back(name, backup)]
        return backup.manifest, bad


def check(source: Path) -> tuple[Manifest, list[str]]:
    """Read all of a backup as `restore` would, and touch nothing.

    The database is counted, and brought to this version in a scratch folder where that needs no
    server; every upload is compared with its SHA-256. Returns as `restore` does, and raises where
    the database could not be restored.
    """
    with _opened(source) as backup:
        tool, tables = copier(backup.manifest.vendor), counted_tables()
        found = tool.count(backup.database, tables.values())
        rows = {name: found[table] for name, table in tables.items()}
        if rows != backup.manifest.rows:
            raise BackupError(f"{source} should hold {backup.manifest.rows} and holds {rows}.")
        with TemporaryDirectory() as folder:
            tool.try_out(backup.database, Path(folder))
        bad = [name for name in backup.manifest.files if not _is_well(name, backup)]
        return backup.manifest, bad


@contextmanager
def _opened(source: Path) -> Iterator[Opened]:
    try:
        with tarfile.open(source) as archive, TemporaryDirectory() as folder:
            manifest = manifest_of(archive)
            copy = Path(folder) / DATABASE
            with copy.open("wb") as target:
                reader = HashingReader(content_of(archive, f"{DATABASE}/{manifest.vendor}"))
                shutil.copyfileobj(cast("IO[bytes]", reader), target)
            if reader.facts != manifest.database:
                raise BackupError(f"The copy of the database in {source} is damaged.")
            yield Opened(archive, manifest, media_of(source, archive, manifest), copy)
    except (tarfile.TarError, EOFError) as error:
        raise BackupError(f"{source} is not a backup of Journify: {error}") from error


def _bring_keys_back(archive: tarfile.TarFile) -> None:
    names = set(archive.getnames())
    for name in KEY_FILES:
        if f"{KEYS}/{name}" in names:
            key = settings.DATA_DIR / name
            key.touch(mode=0o600)
            key.write_bytes(content_of(archive, f"{KEYS}/{name}").read())


def _bring_back(name: str, backup: Opened) -> bool:
    """Store an upload; whether it is what was backed up. A damaged one is better than none."""
    with SpooledTemporaryFile(SPOOLED_BYTES) as copy:
        try:
            with backup.media.open(name) as content:
                reader = HashingReader(content)
                shutil.copyfileobj(cast("IO[bytes]", reader), copy)
        except (BackupError, OSError):
            return False
        copy.seek(0)
        default_storage.save(name, File(copy, name=name))
        return reader.facts == backup.manifest.files[name]


def _is_well(name: str, backup: Opened) -> bool:
    try:
        with backup.media.open(name) as content:
            return read_facts(content) == backup.manifest.files[name]
    except (BackupError, OSError):
        return False
