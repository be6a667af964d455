"""From a claimed classification to its outcome: fetch the clip, listen, write down."""

from __future__ import annotations

import logging
import time
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from classifier.errors import (
    NO_MODEL,
    ClipLaterError,
    NoClipError,
    NoModelError,
    Outcome,
    outcome_of,
)
from classifier.files.decoding import get_decoder
from classifier.models import Classification
from classifier.queue import leases
from classifier.queue import rows as queue
from classifier.queue.leases import time_limit
from classifier.queue.metrics import count_answer
from classifier.serving.embeddings import pack_embedding
from classifier.serving.fallback import answer_from_features
from classifier.serving.repeats import known_answer, prediction_of
from classifier.serving.results import as_result, certainty_of
from classifier.sources import audio_of, features
from journify.monitoring.context import bound
from ml.digests import file_digest
from ml.timing import stage, stages

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ml.predictor import Prediction

logger = logging.getLogger(__name__)

Status = Classification.Status
Input = Classification.Input
Stage = Classification.Stage


@dataclass(frozen=True)
class HeardClip:
    """A prediction, where its clip or features came from, and which part of which file it is."""

    prediction: Prediction
    source: str
    clip_sha256: str = ""
    clip_start: float | None = None
    is_middle: bool = True


def classify(row: Classification) -> None:
    """Do the work of a claimed row, and hold it meanwhile."""
    with leases.held(row), bound(request=row.request_id, song=row.song_id, classification=row.pk):
        listen(row)


def listen(row: Classification) -> None:
    """Classify the song of a claimed row and settle the row, whatever happens."""
    started = time.perf_counter()
    try:
        with time_limit(settings.CLASSIFY_MAX_SECONDS), stages() as taken:
            heard = _answer(row)
    except (Exception, SystemExit, KeyboardInterrupt) as error:
        # Whatever broke, decoders, torch, storage or a mistake of ours: somebody watches the card.
        # Uncaught it would stay "listening" until the lease ends, and never be told a reason.
        _end_unheard(row, outcome_of(error, of=f"classification {row.pk}"))
        if not isinstance(error, Exception):
            raise
    else:
        seconds = time.perf_counter() - started
        _record(row, heard, seconds=seconds, taken=taken)


def _end_unheard(row: Classification, outcome: Outcome) -> None:
    """End a claimed row that was not heard: it is tried again, or its sentence is told."""
    logger.info("classification %s: %s: %s", row.pk, outcome.reason, outcome.sentence)
    if outcome.wait is None:
        queue.fail_classification(row, outcome.sentence, reason=outcome.reason)
        return
    seconds = max(outcome.wait, queue.back_off(row.attempts)) if outcome.wait else 0.0
    queue.release(row, outcome.sentence, reason=outcome.reason, seconds=seconds)


def _answer(row: Classification) -> HeardClip:
    """Hear the clip; where there is none, and none to wait for, ask for the song's features."""
    from classifier.serving.service import get_service

    queue.tell_stage(row, Stage.FETCHING)
    try:
        with ExitStack() as open_files:
            with stage("fetch"):
                path, source = open_files.enter_context(audio_of(row.song))
                digest = file_digest(path)
            if known := known_answer(row, digest):
                place = (known.clip_start, known.is_middle)
                return HeardClip(prediction_of(known), source, digest, *place)
            queue.tell_stage(row, Stage.LISTENING)
            with stage("decode"):
                clip = get_decoder().load(path)
    except NoClipError as error:
        is_worth_waiting = row.attempts < settings.CLASSIFY_MAX_ATTEMPTS
        if isinstance(error, ClipLaterError) and is_worth_waiting:
            raise
        found = answer_from_features(row.song)
        if found is None:
            raise
        return HeardClip(*found)
    queue.tell_stage(row, Stage.THINKING)
    return HeardClip(get_service().classify(clip), source, digest, clip.start, clip.is_middle)


def _record(
    row: Classification, heard: HeardClip, *, seconds: float, taken: Mapping[str, float]
) -> None:
    """Write what was heard into the claimed row, or beside it when a fallback model answered."""
    prediction, answer = heard.prediction, _columns(heard, seconds=seconds)
    with transaction.atomic():
        if prediction.model == row.model and prediction.version == row.version:
            is_ours = queue.settle_classification(row, **answer)
        elif is_ours := queue.fail_classification(row, str(NO_MODEL), reason=NoModelError.reason):
            Classification.objects.update_or_create(
                song=row.song,
                model=prediction.model,
                version=prediction.version,
                defaults=answer
                | dict.fromkeys(("finished_at", "answered_at"), timezone.now())
                | {"attempts": row.attempts},
            )
    if not is_ours:
        logger.warning("classification %s was finished by another worker", row.pk)
        return
    count_answer(source=heard.source, model=prediction.model, seconds=seconds, stages=taken)
    logger.info(
        "classification %s: %s by %s in %.2f s",
        row.pk,
        prediction.emotion,
        prediction.model,
        seconds,
    )


def _columns(heard: HeardClip, *, seconds: float) -> dict[str, Any]:
    result = as_result(heard.prediction, seconds=seconds)
    answer = {name: result[name] for name in ("emotion", "probabilities", "segments", "seconds")}
    return answer | {
        "status": Status.DONE,
        "clip_source": heard.source,
        "clip_sha256": heard.clip_sha256,
        "clip_start": heard.clip_start,
        "is_middle": heard.is_middle,
        "input": Input.FEATURES if heard.source in features.SOURCES else Input.AUDIO,
        "error": "",
        "reason": "",
        "certainty": certainty_of(answer["probabilities"]),
        "embedding": pack_embedding(heard.prediction.embedding),
        "word_odds": heard.prediction.word_odds,
    }
