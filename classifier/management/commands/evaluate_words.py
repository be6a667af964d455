"""Measure how well finer words fit, by the point on the axes alone and with musicnn's tags.

    manage.py evaluate_words --data data/4q
    manage.py evaluate_words --data data/4q --write     (and keep what is learnt from all folds)

Points are what the networks of a model's folds said, tags are learnt on the other folds: each clip
is judged by what has not seen it.
"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from classifier.emotions.words import support_of
from journify.operations.commands import ExplainedCommand
from ml.errors import MlError


class Command(ExplainedCommand):
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--data", type=Path, required=True, help="folder with labels.csv")
        parser.add_argument("--model", default="resnet18_bilstm", help="whose points")
        parser.add_argument("--runs", type=Path, default=Path("runs"), help="where packs are kept")
        parser.add_argument(
            "--write", action="store_true", help="keep what tags say in ml/weights/words"
        )

    def handle(self, **options: Any) -> None:
        from ml.evaluation.words import evaluate_words

        try:
            evaluate_words(options, support_of)
        except MlError as error:
            raise CommandError(str(error)) from error
