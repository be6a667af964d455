#!/usr/bin/env python
"""Django's command line."""

from __future__ import annotations

import gc
import os
import sys

from django.core.management import ManagementUtility
from django.core.management.base import BaseCommand

from journify.operations.collecting import loading
from journify.operations.commands import ExplainedCommand


class Utility(ManagementUtility):
    """Django's; it searches for no garbage until the command is loaded, and does none of ours where
    a newer version has migrated the database.
    """

    def execute(self) -> None:
        """Load and run the command."""
        gc.disable()
        super().execute()

    def fetch_command(self, subcommand: str) -> BaseCommand:
        """Return the command; from then on Python searches as usual, though not what is loaded."""
        with loading():
            command = super().fetch_command(subcommand)
        if isinstance(command, ExplainedCommand) and not command.takes_newer_database:
            from journify.operations.preparing import complaint_of_newer_database  # noqa: PLC0415 -- needs apps

            if complaint := complaint_of_newer_database():
                sys.exit(complaint)
        return command


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "journify.settings")
    try:
        Utility(sys.argv).execute()
    finally:
        gc.freeze()  # else Python looks through all of it once more before the system takes it back
