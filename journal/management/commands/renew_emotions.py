"""Have every answer count as is said of its song by now.

manage.py renew_emotions

Needed after a change of CLASSIFIER_MODELS, and where rows were changed by other means than the app;
`prepare` does it, too.
"""

from __future__ import annotations

from typing import Any

from journal.renewing import renew_all
from journify.commands import ExplainedCommand


class Command(ExplainedCommand):
    """Renew what `journal.renewing` keeps beside the answers."""

    def handle(self, *, verbosity: int, **_options: Any) -> None:
        """Renew, and say how many answers counted as something else."""
        count = renew_all()
        if verbosity:
            self.stdout.write(f"{count} answers renewed.")
