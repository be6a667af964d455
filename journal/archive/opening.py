"""Open a ZIP file that a stranger sent, and believe nothing it says of itself."""

import hashlib
import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from django.conf import settings
from django.utils.translation import gettext as _

from journal.archive.fields import ArchiveRejectedError
from journal.archive.schema import (
    AUDIO_FOLDER,
    MAIN_FILE,
    MAIN_MAX_BYTES,
    PARTS_MAX,
    TABLE_FILE,
    TEXT_FILE,
    part_name,
)

MEGABYTE = 1_000_000
DIRECTORY_MAX_BYTES = 8 * MEGABYTE
BLOCK_BYTES = 64 * 1024
PART_NAMES = [part_name(number) for number in range(1, PARTS_MAX + 1)]
AUDIO_NAME = re.compile(re.escape(AUDIO_FOLDER) + r"([0-9a-f]{64})(\.[a-z0-9]{2,4})?")
ENCRYPTED = 1
# A name that is no UTF-8 is a ValueError, a field that is too short a struct.error.
DAMAGED = (BadZipFile, OSError, ValueError, NotImplementedError, struct.error)

# End of central directory (APPNOTE.TXT 4.3.16) and the locator of its 64-bit kind (4.3.15).
END, LOCATOR = b"PK\x05\x06", b"PK\x06\x07"
END_BYTES, LOCATOR_BYTES, COMMENT_MAX = 22, 20, 65_535


class OpenedArchive:
    """An archive whose table of contents is in order; what is read from it is counted."""

    def __init__(self, source: ZipFile, entries: Mapping[str, ZipInfo]) -> None:
        self.source, self.entries = source, entries
        self.left = 2 * settings.IMPORT_MAX_MB * MEGABYTE

    def main_files(self) -> Iterator[bytes]:
        """Read `journify.json`, and the parts in which it goes on, one after the other."""
        if MAIN_FILE not in self.entries:
            raise ArchiveRejectedError(_("This ZIP file holds no journal."))
        for name in PART_NAMES:
            if name in self.entries:
                yield b"".join(self._blocks(self.entries[name], MAIN_MAX_BYTES))

    def audio(self, name: str, into: IO[bytes]) -> None:
        """Copy a song's audio, unless it is too large, damaged, or not what its name promises."""
        digest = hashlib.sha256()
        for block in self._blocks(self.entries[name], settings.UPLOAD_MAX_MB * MEGABYTE):
            digest.update(block)
            into.write(block)
        match = AUDIO_NAME.fullmatch(name)
        if match is None or digest.hexdigest() != match[1]:
            raise ArchiveRejectedError(
                _("An audio file in this archive is not what its name says.")
            )

    def _blocks(self, info: ZipInfo, limit: int) -> Iterator[bytes]:
        """Unpack a file block by block, and stop at a limit whatever the header promised."""
        limit = min(limit, self.left)
        try:
            with self.source.open(info) as file:
                while block := file.read(BLOCK_BYTES):
                    limit -= len(block)
                    self.left -= len(block)
                    if limit < 0:
                        raise ArchiveRejectedError(_("This archive unpacks to more than we take."))
                    yield block
        except (*DAMAGED, zlib.error, EOFError) as error:
            raise ArchiveRejectedError(_("This archive is damaged.")) from error


@contextmanager
def opened(path: Path) -> Iterator[OpenedArchive]:
    """Open the archive in `path`, unless it is none, damaged, or holds what none of ours does."""
    _check_directory(path)
    try:
        source = ZipFile(path)
    except DAMAGED as error:
        raise ArchiveRejectedError(_("This archive is damaged.")) from error
    with source:
        yield OpenedArchive(source, _checked(source.infolist()))


def _check_directory(path: Path) -> None:
    """Refuse a table of contents that would fill the memory before anybody can look at it."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - END_BYTES - COMMENT_MAX - LOCATOR_BYTES))
        tail = file.read()
    at = tail.rfind(END)
    if at < 0 or len(tail) - at < END_BYTES:
        raise ArchiveRejectedError(_("This is not a ZIP file."))
    directory_bytes = struct.unpack_from("<I", tail, at + 12)[0]
    if LOCATOR in tail[max(0, at - LOCATOR_BYTES) : at] or directory_bytes > DIRECTORY_MAX_BYTES:
        raise ArchiveRejectedError(_("This archive holds too many files."))


def _checked(infos: list[ZipInfo]) -> dict[str, ZipInfo]:
    """Refuse everything that we would not have written."""
    entries: dict[str, ZipInfo] = {}
    for info in infos:
        is_known = info.filename in {*PART_NAMES, TABLE_FILE, TEXT_FILE}
        if not is_known and not AUDIO_NAME.fullmatch(info.filename):
            raise ArchiveRejectedError(_("This archive holds files that do not belong there."))
        if info.filename in entries:
            raise ArchiveRejectedError(_("This archive holds a file twice."))
        if info.flag_bits & ENCRYPTED or info.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
            raise ArchiveRejectedError(_("This archive uses a compression that we cannot read."))
        entries[info.filename] = info
    return entries
