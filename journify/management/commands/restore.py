"""Bring a backup back onto an empty machine.

manage.py restore /backups/journify.tar
"""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from journify.backup import BackupError, restore_backup
from journify.commands import ExplainedCommand
from journify.database_copies import NoCopyError


class Command(ExplainedCommand):
    """Restore database, uploads and keys; start the app afterwards."""

    # the keys that checks ask for come with the backup
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare where from."""
        parser.add_argument("file", type=Path, help="what `manage.py backup` wrote")

    def handle(self, *, file: Path, **_options: Any) -> None:
        """Read it."""
        try:
            count = restore_backup(file)
        except (BackupError, NoCopyError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"The database and {count} uploads are back. Now: manage.py migrate")
