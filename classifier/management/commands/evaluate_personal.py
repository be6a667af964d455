"""Measure what a listener's own labels teach (`ml.personal`), on ratings of any folder of clips.

    manage.py evaluate_personal --ratings ratings.csv --data clips
    manage.py evaluate_personal --ratings genres.csv --data data/emotify --run runs/resnet18_bilstm

The table has the columns `rater,file,emotion` or `rater,file,valence,arousal`. Prints agreement
with held-out labels after 0, 5, 10, 20 and 50 labels, without the personal layer and with it. What
the network said of a clip is kept in `runs/heard`.
"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from journify.operations.commands import ExplainedCommand
from ml.errors import MlError


class Command(ExplainedCommand):
    """Evaluate the personal layer."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare what `ml.evaluation.raters` declares."""
        from ml.evaluation.raters import add_rating_arguments

        add_rating_arguments(parser)

    def handle(self, **options: Any) -> None:
        """Measure, and say in one sentence what is wrong."""
        from ml.evaluation.raters import evaluate_raters

        try:
            evaluate_raters(options)
        except MlError as error:
            raise CommandError(str(error)) from error
