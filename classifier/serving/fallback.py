"""When no clip can be had: an answer from track features, where the operator switched that on."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from classifier.sources.features import features_of
from ml.errors import WeightsError

if TYPE_CHECKING:
    from classifier.models import Song
    from ml.predictor import Prediction

logger = logging.getLogger(__name__)


def answer_from_features(song: Song) -> tuple[Prediction, str] | None:
    """Return what the network for track features says and where these came from, or None."""
    found = features_of(song)
    if found is None:
        return None
    from ml.ann import predict_tracks

    row, source = found
    try:
        (result,) = predict_tracks([row])
    except WeightsError as error:
        logger.error("features cannot be used: %s", error)
        return None
    if result.prediction is None:
        logger.info("features of song %s from %s are no use: %s", song.pk, source, result.error)
        return None
    return result.prediction, source
