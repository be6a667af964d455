"""Bring a backup back onto an empty machine, or see that it could be.

journify restore /mnt/journify.tar             onto an empty database and an empty storage
journify restore --check /mnt/journify.tar     read all of it and change nothing
journify restore --check                       the newest of BACKUP_DIR
"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from journify.backups import restoring
from journify.backups.folders import Folder
from journify.backups.manifest import BackupError
from journify.operations.commands import ExplainedCommand

NAMED = 5


class Command(ExplainedCommand):
    takes_newer_database = True

    # the keys that checks ask for come with the backup
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", nargs="?", type=Path, help="what `backup` wrote (default: the newest)"
        )
        parser.add_argument("--check", action="store_true", help="change nothing")

    def handle(self, *, file: Path | None, check: bool, **_options: Any) -> None:
        source = file or _newest()
        try:
            manifest, bad = (restoring.check if check else restoring.restore)(source)
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        done = "can be restored" if check else "is back. Now: journify migrate"
        holds = f"{source} of {manifest.made_at}: {manifest.summary()}"
        if bad:
            names = ", ".join(bad[:NAMED]) + (" …" if len(bad) > NAMED else "")
            raise CommandError(f"{holds}, of which {len(bad)} are missing or damaged: {names}")
        self.stdout.write(f"{holds}. It {done}.")


def _newest() -> Path:
    newest = Folder(settings.BACKUP_DIR).newest() if settings.BACKUP_DIR else None
    if newest is None:
        raise CommandError("Say which file: there is no backup in BACKUP_DIR.")
    return newest
