"""Train one of the networks on a folder of labelled clips.

    manage.py train resnet18_bilstm --data data/4q --folds 0-1
    manage.py train resnet18_bilstm --data my-songs --folds all
    manage.py train resnet18_bilstm --data data/4q --folds 0-9 --resume

The folder holds a labels.csv with the columns file, emotion and, if wanted, group (what must not
be split between training and test, such as the artist). See docs/training.md.
"""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from journify.operations.commands import ExplainedCommand
from ml.errors import MlError


class Command(ExplainedCommand):
    """Train a network."""

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare what `ml.training.train` declares."""
        from ml.training.train import add_training_arguments

        add_training_arguments(parser)

    def handle(self, **options: Any) -> None:
        """Train, and say in one sentence what is wrong with the data."""
        from ml.training.train import run_training

        try:
            run_training(options)
        except MlError as error:
            raise CommandError(str(error)) from error
