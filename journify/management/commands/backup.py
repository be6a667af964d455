"""Write database, uploads and keys into one file.

manage.py backup /backups/journify.tar
"""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from journify.backup import BackupError, write_backup
from journify.commands import ExplainedCommand
from journify.database_copies import NoCopyError


class Command(ExplainedCommand):
    """Back up while the app runs."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare where to."""
        parser.add_argument("file", type=Path, help="the file to write; it must not exist yet")

    def handle(self, *, file: Path, **_options: Any) -> None:
        """Write it."""
        try:
            count = write_backup(file)
        except (BackupError, NoCopyError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{file}: the database and {count} uploads. Whoever reads it reads all.")
