"""What a backup says of itself, so that it can be checked without the machine it was made on."""

import hashlib
import json
import tarfile
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from django.apps import apps
from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.utils import validate_file_name

MANIFEST, DATABASE, KEYS, MEDIA = "manifest.json", "database", "keys", "media"
KEY_FILES = ("secret_key", "token_key", "vapid_key")
BLOCK_BYTES = 1024 * 1024


class BackupError(Exception):
    """A sentence for the operator."""


@dataclass(frozen=True)
class FileFacts:
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """The kind of database and how many rows its copy has; each upload by its name."""

    made_at: str
    vendor: str
    database: FileFacts
    rows: dict[str, int]
    files: dict[str, FileFacts]
    is_whole: bool  # the uploads are in the same file, and not in a folder beside it

    def summary(self) -> str:
        counted = {**self.rows, "files": len(self.files)}
        return ", ".join(f"{count} {name}" for name, count in counted.items())


def counted_tables() -> dict[str, str]:
    """Return what an operator counts by, and the table it lies in."""
    models = {"listeners": settings.AUTH_USER_MODEL, "entries": "journal.Entry"}
    return {name: apps.get_model(label)._meta.db_table for name, label in models.items()}


def add_manifest(archive: tarfile.TarFile, manifest: Manifest) -> None:
    content = json.dumps(asdict(manifest)).encode()
    member = tarfile.TarInfo(MANIFEST)
    member.size = len(content)
    archive.addfile(member, BytesIO(content))


def manifest_of(archive: tarfile.TarFile) -> Manifest:
    """Read it; raises BackupError where there is none, or none that was written here."""
    content = content_of(archive, MANIFEST)
    try:
        values: dict[str, Any] = json.load(content)
        values["database"] = FileFacts(**values["database"])
        values["files"] = {
            validate_file_name(name, allow_relative_path=True): FileFacts(**facts)
            for name, facts in values["files"].items()
        }
        return Manifest(**values)
    except (KeyError, TypeError, ValueError, AttributeError, SuspiciousFileOperation) as error:
        raise BackupError(f"The backup's {MANIFEST} cannot be read.") from error


def read_manifest(source: Path) -> Manifest:
    """Read it from the file of a backup; raises as `manifest_of` does."""
    try:
        with tarfile.open(source) as archive:
            return manifest_of(archive)
    except tarfile.TarError as error:
        raise BackupError(f"{source} is not a backup of Journify.") from error


def content_of(archive: tarfile.TarFile, name: str) -> IO[bytes]:
    """Return a file of a backup; raises BackupError where there is none of that name."""
    try:
        content = archive.extractfile(name)
    except KeyError:
        content = None
    if content is None:  # or a folder, or a link
        raise BackupError(f"The backup has no {name}.")
    return content


class HashingReader:
    """A file that knows the facts of what was read of it."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._digest, self._size = file, hashlib.sha256(), 0

    def read(self, size: int = -1) -> bytes:
        block = self._file.read(size)
        self._digest.update(block)
        self._size += len(block)
        return block

    @property
    def facts(self) -> FileFacts:
        return FileFacts(self._size, self._digest.hexdigest())


def read_facts(file: IO[bytes]) -> FileFacts:
    reader = HashingReader(file)
    while reader.read(BLOCK_BYTES):
        pass
    return reader.facts
