"""Recount what every answer counts as, by this machine's CLASSIFIER_MODELS.

manage.py renew_emotions               every answer
manage.py renew_emotions --if-needed   where another rule counted them last
manage.py renew_emotions --begin       the same, but by the workers: as `prepare` does

Needed after a change of CLASSIFIER_MODELS, and where rows were changed by other means than the app.
Cut off, it goes on where it was. From then on answers count by this order on every machine that
uses the database.
"""

from argparse import ArgumentParser
from typing import Any

from journal.emotions import renewing
from journify.operations.commands import ExplainedCommand


class Command(ExplainedCommand):
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--if-needed", action="store_true", help="only where another rule counted them last"
        )
        parser.add_argument(
            "--begin", action="store_true", help="leave it to the workers, and wait for nothing"
        )

    def handle(self, *, if_needed: bool, begin: bool, verbosity: int, **_options: Any) -> None:
        if begin:
            renewing.begin_counting()
            return
        count = renewing.renew_all(is_forced=not if_needed)
        if verbosity:
            self.stdout.write(f"{count} answers renewed.")
