"""The kinds of work of this app, what does each, and what becomes of it when its worker dies."""

from __future__ import annotations

from classifier.models import Classification, Explanation, TryOut
from journify.background import jobs


def register() -> None:
    """Have classifications, explanations and try-outs looked after."""
    for kind in (
        jobs.Kind(
            model=Classification,
            work="classifier.listening.classify",
            interrupted="classifier.queue.interrupted",
        ),
        jobs.Kind(
            model=Explanation,
            work="classifier.explaining.draw",
            interrupted="classifier.explaining.interrupted",
        ),
        jobs.Kind(
            model=TryOut,
            work="classifier.tryouts.listen",
            interrupted="classifier.tryouts.interrupted",
        ),
    ):
        jobs.register(kind)
