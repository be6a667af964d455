"""The models of this process: loaded once, asked in order, each standing in for the one before.

Workers and commands use it; the web process never imports it, so that it stays free of torch.
"""

import functools
import logging
import os
from collections.abc import Sequence

from django.conf import settings

from classifier.errors import NO_MODEL, NoModelError
from ml.clip import Clip
from ml.errors import WeightsError
from ml.predictor import Prediction, Predictor

logger = logging.getLogger(__name__)


class EmotionService:
    """The chain of models: the first that loads and answers wins.

    `names`: folders in `WEIGHTS_DIR`, best first; `cores`: see `ml.predictor.Predictor.load`.
    """

    def __init__(self, names: Sequence[str], *, cores: int = 1) -> None:
        loaded = (_load(name, cores=cores) for name in names)
        self.predictors = [model for model in loaded if model is not None]

    def classify(self, clip: Clip) -> Prediction:
        """Say which emotion `clip` carries; NoModelError where no model is loaded or all fail."""
        for predictor in self.predictors:
            try:
                return predictor.predict(clip)
            except (RuntimeError, ValueError, MemoryError):
                logger.exception("model %s failed on a clip", predictor.name)
        raise NoModelError(str(NO_MODEL))


def _load(name: str, *, cores: int) -> Predictor | None:
    """Load one model; None, with an error in the log, when its files are missing or damaged."""
    try:
        # One thread in each step: with two, every step waits for the slower core, and where another
        # process has that core a clip took 2.9 s instead of 0.17 s.
        return Predictor.load(name, root=settings.WEIGHTS_DIR, threads=1, quick=True, cores=cores)
    except WeightsError as error:
        logger.error("model %s cannot be used: %s", name, error)
        return None


@functools.cache
def service_of(names: tuple[str, ...]) -> EmotionService:
    """Return the service of these models for a process that has others beside it.

    They are loaded at the first call; what is a copy of a process that made it has them.
    """
    return EmotionService(names)


@functools.cache
def get_service() -> EmotionService:
    """Return this process's service, loading the models at the first call."""
    return EmotionService(settings.CLASSIFIER_MODELS, cores=len(os.sched_getaffinity(0)))
