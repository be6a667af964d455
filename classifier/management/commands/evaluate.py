"""Measure trained networks on the clips that their folds kept apart.

    manage.py evaluate resnet18_bilstm --data data/4q
    manage.py evaluate --all                              (what shipped, as it was measured)
    manage.py evaluate resnet18_bilstm --shipped --data my-songs

Writes metrics.json, confusion.svg and reliability.svg into each run's folder, and prints the
networks side by side with the thesis's and the published numbers.
"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from journify.operations.commands import ExplainedCommand
from ml.errors import MlError


class Command(ExplainedCommand):
    """Evaluate networks."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare what `ml.evaluation.evaluate` declares."""
        from ml.evaluation.evaluate import add_evaluation_arguments

        add_evaluation_arguments(parser)

    def handle(self, **options: Any) -> None:
        """Evaluate, and say in one sentence what is missing."""
        from ml.evaluation.evaluate import run_evaluation

        try:
            run_evaluation(options)
        except MlError as error:
            raise CommandError(str(error)) from error
