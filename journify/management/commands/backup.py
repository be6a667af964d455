"""Back up database, uploads and keys while the app runs.

journify backup                      into BACKUP_DIR: of the uploads only what is new
journify backup /mnt/journify.tar    everything in one file, to take elsewhere
journify backup --check              say how old the newest is; exit code 1 when it is too old
"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from journify.backups.folders import Folder
from journify.backups.manifest import BackupError
from journify.backups.writing import write_into, write_whole
from journify.operations.commands import ExplainedCommand

HOUR = 3600


class Command(ExplainedCommand):
    takes_newer_database = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "target",
            nargs="?",
            type=Path,
            default=settings.BACKUP_DIR,
            help="a file that does not exist yet, or a folder of backups (default: BACKUP_DIR)",
        )
        parser.add_argument("--keep", type=int, default=14, help="how many a folder keeps (14)")
        parser.add_argument("--check", action="store_true", help="write nothing")
        parser.add_argument("--hours", type=float, default=26, help="how old is too old (26)")

    def handle(
        self, *, target: Path | None, keep: int, check: bool, hours: float, **_options: Any
    ) -> None:
        if target is None:
            raise CommandError("Say where to: a file or a folder, or set BACKUP_DIR.")
        if keep < 1:
            raise CommandError("--keep has to be 1 or more.")
        try:
            if check:
                self._look(Folder(target), hours)
            elif target.is_dir() or target == settings.BACKUP_DIR:
                self._write_into(Folder(target), keep)
            else:
                self._say(target, write_whole(target).summary())
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from error

    def _write_into(self, folder: Folder, keep: int) -> None:
        manifest, media = write_into(folder, keep=keep)
        new = f"{media.new_count} of them new ({media.new_bytes / 1e6:.1f} MB)"
        self._say(folder.newest(), f"{manifest.summary()}, {new}")

    def _look(self, folder: Folder, hours: float) -> None:
        age = folder.age()
        if age is None:
            raise CommandError(f"There is no backup in {folder.path}.")
        sentence = f"{folder.newest()} is {age.total_seconds() / HOUR:.1f} hours old."
        if age.total_seconds() > hours * HOUR:
            raise CommandError(f"{sentence} That is more than {hours:g}.")
        self.stdout.write(sentence)

    def _say(self, path: Path | None, holds: str) -> None:
        self.stdout.write(f"{path}: {holds}. Whoever reads it reads every journal.")
