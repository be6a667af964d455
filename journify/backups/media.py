"""Uploads in a backup: each in its file, or once in a folder that all backups beside it share.

An upload has a random name and never changes, so what the folder has need not be copied again.
"""

import os
import tarfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import NamedTemporaryFile
from typing import IO, cast

from django.core.files import File
from django.core.files.storage import default_storage

from journify.backups.manifest import (
    BLOCK_BYTES,
    MEDIA,
    FileFacts,
    HashingReader,
    Manifest,
    content_of,
    read_facts,
)

# A visitor's file is deleted as soon as it was heard; a backup would keep it.
LEFT_OUT = {"tryouts"}


class InTheFile:
    """Copies in the file of the backup itself."""

    def __init__(self, archive: tarfile.TarFile) -> None:
        self._archive = archive

    def keep(self, name: str) -> FileFacts | None:
        """Add an upload to the file; None where it is gone by now."""
        with _upload(name) as file:
            if file is None:
                return None
            member = tarfile.TarInfo(f"{MEDIA}/{name}")
            member.size = file.size
            reader = HashingReader(file)
            self._archive.addfile(member, cast("IO[bytes]", reader))
            return reader.facts

    def open(self, name: str) -> IO[bytes]:
        """Open one of its members; raises BackupError or OSError where there is none."""
        return content_of(self._archive, f"{MEDIA}/{name}")


class InAFolder:
    """Copies in a folder, of which only new ones are made; `known` are facts of those it has."""

    def __init__(self, folder: Path, known: Mapping[str, FileFacts] | None = None) -> None:
        self.folder, self._known = folder, known or {}
        self.new_count = self.new_bytes = 0

    def keep(self, name: str) -> FileFacts | None:
        path = self.folder / name
        facts = self._known.get(name)
        if path.is_file():
            if facts is not None and path.stat().st_size == facts.size:
                return facts
            with path.open("rb") as copy:
                return read_facts(copy)
        with _upload(name) as file:
            return None if file is None else self._copy(file, path)

    def open(self, name: str) -> IO[bytes]:
        return (self.folder / name).open("rb")

    def prune(self, needed: Collection[str]) -> None:
        """Delete the copies that no backup names any more."""
        for path in self.folder.rglob("*"):
            if path.is_file() and path.relative_to(self.folder).as_posix() not in needed:
                path.unlink()

    def _copy(self, file: File[bytes], path: Path) -> FileFacts:
        """Have it appear whole or not at all."""
        path.parent.mkdir(parents=True, exist_ok=True)
        reader = HashingReader(file)
        with NamedTemporaryFile(dir=path.parent, prefix=".part-") as draft:
            while block := reader.read(BLOCK_BYTES):
                draft.write(block)
            draft.flush()
            os.fsync(draft.fileno())
            os.link(draft.name, path)
        self.new_count += 1
        self.new_bytes += reader.facts.size
        return reader.facts


Media = InTheFile | InAFolder


def media_of(source: Path, archive: tarfile.TarFile, manifest: Manifest) -> Media:
    return InTheFile(archive) if manifest.is_whole else InAFolder(source.parent / MEDIA)


def stored(folder: str = "") -> Iterator[str]:
    """Names of all uploads, wherever they are kept."""
    try:
        folders, files = default_storage.listdir(folder)
    except FileNotFoundError:  # nothing was ever stored
        return
    for name in files:
        yield str(PurePosixPath(folder, name))
    for name in folders:
        if name not in LEFT_OUT:
            yield from stored(str(PurePosixPath(folder, name)))


@contextmanager
def _upload(name: str) -> Iterator[File[bytes] | None]:
    try:
        file = default_storage.open(name, "rb")
    except FileNotFoundError:  # deleted since it was listed
        yield None
    else:
        with file:
            yield file
