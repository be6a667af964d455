#!/usr/bin/env python
"""Django's command line."""

from __future__ import annotations

import gc
import os
import sys

from django.core.management import ManagementUtility
from django.core.management.base import BaseCommand

from journify.collecting import loading


class Utility(ManagementUtility):
    """Django's, which searches for no garbage until the command is loaded."""

    def execute(self) -> None:
        """Load and run the command."""
        gc.disable()
        super().execute()

    def fetch_command(self, subcommand: str) -> BaseCommand:
        """Return the command; from then on Python searches as usual, though not what is loaded."""
        with loading():
            return super().fetch_command(subcommand)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "journify.settings")
    try:
        Utility(sys.argv).execute()
    finally:
        gc.freeze()  # else Python looks through all of it once more before the system takes it back
