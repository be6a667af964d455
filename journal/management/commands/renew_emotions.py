"""Have every answer count as is said of its song by now.

manage.py renew_emotions               always
manage.py renew_emotions --if-needed   where other models counted them last, as `prepare` does

Needed after a change of CLASSIFIER_MODELS, and where rows were changed by other means than the app.
"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from journal.renewing import is_renewed, renew_all
from journify.commands import ExplainedCommand


class Command(ExplainedCommand):
    """Renew what `journal.renewing` keeps beside the answers."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare whether to ask first."""
        parser.add_argument(
            "--if-needed", action="store_true", help="only where other models counted them last"
        )

    def handle(self, *, if_needed: bool, verbosity: int, **_options: Any) -> None:
        """Renew, and say how many answers counted as something else."""
        count = 0 if if_needed and is_renewed() else renew_all()
        if verbosity:
            self.stdout.write(f"{count} answers renewed.")
