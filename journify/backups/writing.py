"""Write database, uploads and keys; whoever can read that can read every journal.

A backup is a tar: the database as its own tool copies it, the keys that tokens and sessions are
useless without, and a manifest. The uploads are in it, too, or once in a folder beside it.
"""

import os
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import connection
from django.utils import timezone

from journify.backups.databases import copier
from journify.backups.folders import Folder
from journify.backups.manifest import (
    DATABASE,
    KEY_FILES,
    KEYS,
    MEDIA,
    BackupError,
    FileFacts,
    Manifest,
    add_manifest,
    counted_tables,
    read_facts,
)
from journify.backups.media import InAFolder, InTheFile, Media, stored


def write_whole(target: Path) -> Manifest:
    """Write everything into `target`, which appears whole or not at all.

    Raises BackupError: the file is there already, the database is not one in use, or no tool here
    can copy it.
    """
    if target.exists():
        raise BackupError(f"{target} is there already: nothing was written.")
    return _write(target, InTheFile)


def write_into(folder: Folder, *, keep: int) -> tuple[Manifest, InAFolder]:
    """Write a backup into a folder, and of the uploads what it lacks; delete all but the newest.

    Raises BackupError: as `write_whole`, or another backup is being written there.
    """
    with _readable_by_us_only(), folder.locked():
        media = InAFolder(folder.path / MEDIA, folder.known_uploads())
        manifest = _write(folder.next_path(), lambda _archive: media)
        folder.prune(keep=keep)
    return manifest, media


def _write(target: Path, media: Callable[[tarfile.TarFile], Media]) -> Manifest:
    _refuse_an_unused_database()
    with (
        _readable_by_us_only(),
        TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder,
        _appearing(target) as draft,
        tarfile.open(draft, mode="w") as archive,
    ):
        return _fill(archive, media(archive), Path(folder) / DATABASE)


def _fill(archive: tarfile.TarFile, media: Media, copy: Path) -> Manifest:
    # the database first: what is uploaded meanwhile is only too much, never missing
    facts, rows = _add_database(archive, copy)
    for name in KEY_FILES:
        if (settings.DATA_DIR / name).exists():
            archive.add(settings.DATA_DIR / name, f"{KEYS}/{name}")
    kept = ((name, media.keep(name)) for name in stored())
    manifest = Manifest(
        made_at=timezone.now().isoformat(timespec="seconds"),
        vendor=connection.vendor,
        database=facts,
        rows=rows,
        files={name: found for name, found in kept if found is not None},
        is_whole=isinstance(media, InTheFile),
    )
    add_manifest(archive, manifest)
    return manifest


def _add_database(archive: tarfile.TarFile, copy: Path) -> tuple[FileFacts, dict[str, int]]:
    """Add a copy of the database; its rows are counted in the copy, which has been read then."""
    tool = copier(connection.vendor)
    tool.dump(copy)
    tables = counted_tables()
    found = tool.count(copy, tables.values())
    archive.add(copy, f"{DATABASE}/{connection.vendor}")
    with copy.open("rb") as content:
        return read_facts(content), {name: found[table] for name, table in tables.items()}


def _refuse_an_unused_database() -> None:
    """Raise BackupError where there is nothing that anybody would want back."""
    copier(connection.vendor)
    users = get_user_model()
    is_in_use = users._meta.db_table in connection.introspection.table_names()
    if not is_in_use or not users._default_manager.exists():
        missing = "listener" if is_in_use else "table of Journify's"
        raise BackupError(
            f"There is no {missing} in {connection.settings_dict['NAME']}: nothing was written. "
            "Is it the database that the service uses? `journify backup` takes its settings."
        )


@contextmanager
def _readable_by_us_only() -> Iterator[None]:
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


@contextmanager
def _appearing(target: Path) -> Iterator[Path]:
    """Yield a file which takes its name when all went well."""
    draft = target.with_name(f".{target.name}.part")
    try:
        yield draft
        draft.rename(target)
    finally:
        draft.unlink(missing_ok=True)
