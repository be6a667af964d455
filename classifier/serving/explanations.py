"""Draw what in a file made the answer."""

import time
from pathlib import Path

from django.conf import settings

from classifier.files.decoding import get_decoder
from classifier.serving.results import Result, as_result
from ml.errors import ClipError
from ml.explanations.explain import explain
from ml.explanations.figure import draw
from ml.predictor import Predictor


def explain_file(path: Path, picture: Path, *, model: str) -> Result:
    """Classify a file and write a PNG of the regions of its log-mel that carried the answer.

    Returns as `classifier.terminal.batch.classify_files`, with `picture` and, for each segment, its
    share of the evidence in `shares`.

    Raises OSError: the picture cannot be written; WeightsError: the model cannot be used, or looks
    at no picture.
    """
    started = time.perf_counter()
    predictor = Predictor.load(model, root=settings.WEIGHTS_DIR)
    try:
        clip = get_decoder().load(path)
    except ClipError as error:
        return {"file": str(path), "error": str(error)}
    explanation = explain(predictor, clip)
    draw(explanation, predictor.meta.network.features, picture)
    seconds = time.perf_counter() - started
    result = as_result(explanation.prediction, seconds=seconds, start=clip.start)
    shares = [round(share, 3) for share in explanation.segment_shares()]
    return {"file": str(path)} | result | {"picture": str(picture), "shares": shares}
