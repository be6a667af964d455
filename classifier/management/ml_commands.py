"""What the commands that train and evaluate networks share: `ml` declares and runs them."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError
from django.utils.module_loading import import_string

from journify.operations.commands import ExplainedCommand
from ml.errors import MlError


class MlCommand(ExplainedCommand):
    """Runs a function of `ml`, and says in one sentence what is wrong with its data.

    `declares` and `runs` name functions, imported late: torch takes its time.
    """

    declares: str
    runs: str

    def add_arguments(self, parser: ArgumentParser) -> None:
        import_string(self.declares)(parser)

    def handle(self, **options: Any) -> None:
        try:
            import_string(self.runs)(options)
        except MlError as error:
            raise CommandError(str(error)) from error
