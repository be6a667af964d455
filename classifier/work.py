"""The kinds of work of this app, each with its task and what becomes of it when its worker dies."""

from __future__ import annotations

from classifier.models import Classification, Explanation, TryOut
from journify.background import jobs


def register() -> None:
    """Have classifications, explanations and try-outs looked after."""
    for kind in (
        jobs.Kind(
            model=Classification,
            task="classifier.tasks.classify",
            argument="classification_id",
            interrupted="classifier.queue.interrupted",
        ),
        jobs.Kind(
            model=Explanation,
            task="classifier.tasks.explain",
            argument="explanation_id",
            interrupted="classifier.explaining.interrupted",
        ),
        jobs.Kind(
            model=TryOut,
            task="classifier.tasks.try_out",
            argument="tryout_id",
            interrupted="classifier.tryouts.interrupted",
        ),
    ):
        jobs.register(kind)
