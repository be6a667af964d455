"""Explanations for pages: asked for by the web, drawn by a worker, kept in private storage."""

from __future__ import annotations

import datetime as dt
import logging
from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from classifier.decoding import get_decoder
from classifier.errors import told
from classifier.models import Classification, Explanation
from classifier.sources import audio_of
from ml.errors import WeightsError

if TYPE_CHECKING:
    from uuid import UUID

    from ml.explain import Explanation as Reasons
    from ml.predictor import Predictor

logger = logging.getLogger(__name__)

Status = Explanation.Status

# A picture takes a few seconds; one that waits this long was lost with its worker.
LOST_AFTER = dt.timedelta(minutes=2)
OUTLINED = 5


def can_be_explained(classification: Classification | None) -> bool:
    """Say whether there was sound behind an answer, and a network that looks at its picture."""
    return (
        classification is not None
        and classification.status == Classification.Status.DONE
        and classification.input == Classification.Input.AUDIO
        # perceptrons look at no picture
        and not classification.model.startswith("ann")
    )


def explanation_of(classification: Classification) -> Explanation | None:
    """Return the explanation of the answer as it stands, or None."""
    row = Explanation.objects.filter(classification=classification).first()
    return row if row is not None and row.emotion == classification.emotion else None


def is_lost(explanation: Explanation) -> bool:
    """Say whether nobody draws it any more, so that it may be asked for again."""
    age = timezone.now() - explanation.requested_at
    return explanation.status == Status.QUEUED and age > LOST_AFTER


def request_explanation(classification: Classification) -> Explanation:
    """Have an answer explained, unless that is done or under way."""
    known = explanation_of(classification)
    if known is not None and known.status != Status.FAILED and not is_lost(known):
        return known
    with transaction.atomic():
        # deleted, not changed: an old picture leaves storage with its row
        Explanation.objects.filter(classification=classification).delete()
        row, _is_new = Explanation.objects.get_or_create(
            classification=classification, defaults={"emotion": classification.emotion}
        )
        _enqueue(row.pk)
    return row


def draw(explanation_id: UUID | str) -> None:
    """Draw one explanation and write it down; safe to run twice."""
    row = (
        Explanation.objects.select_related("classification__song")
        .filter(pk=explanation_id, status=Status.QUEUED)
        .first()
    )
    if row is None:
        logger.info("explanation %s is gone or done", explanation_id)
        return
    try:
        values = _drawn(row.classification)
    except Exception as error:  # an accident of ours, too, must be told to whoever is waiting
        values = {"status": Status.FAILED, "error": told(error, of=f"explanation {row.pk}")}
    for name, value in values.items():
        setattr(row, name, value)
    row.save(update_fields=list(values))
    logger.info("explanation %s: %s", row.pk, row.status)


def _enqueue(explanation_id: UUID) -> None:
    from classifier.tasks import explain  # noqa: PLC0415 -- tasks import this module

    transaction.on_commit(partial(explain.enqueue, explanation_id=str(explanation_id)))


def _drawn(classification: Classification) -> dict[str, Any]:
    """Hear the clip again and draw what carried the answer."""
    from ml.explain import explain  # noqa: PLC0415 -- imports torch
    from ml.explain_figure import paint  # noqa: PLC0415 -- imports torch

    predictor = _predictor_of(classification)
    with audio_of(classification.song) as (path, _source):
        clip = get_decoder().load(path)
    reasons = explain(predictor, clip)
    picture = BytesIO()
    paint(reasons).save(picture, format="PNG", optimize=True)
    return {
        "status": Status.DONE,
        "picture": ContentFile(picture.getvalue(), name="picture.png"),
        "shares": [round(share, 3) for share in reasons.segment_shares()],
        "regions": _regions(reasons, predictor),
        "emotion": str(reasons.prediction.emotion),
        "error": "",
    }


def _predictor_of(classification: Classification) -> Predictor:
    """The model that answered; another version would explain another answer."""
    from classifier.service import get_service  # noqa: PLC0415 -- imports torch

    for predictor in get_service().predictors:
        if (predictor.name, predictor.version) == (classification.model, classification.version):
            return predictor
    raise WeightsError(_("The model that gave this answer is not here any more."))


def _regions(reasons: Reasons, predictor: Predictor) -> list[dict[str, Any]]:
    """The strongest regions, in the seconds of the clip and in hertz."""
    from ml.explain_figure import band_edges  # noqa: PLC0415 -- imports torch

    edges = band_edges(predictor.meta.network.features)
    segments = reasons.prediction.segments
    return [
        {
            "segment": region.segment,
            "band": region.band,
            "slot": region.slot,
            "start": round(float(segments[region.segment]["start"]) + region.slot, 1),  # type: ignore[arg-type]
            "low": round(edges[region.band], -1),
            "high": round(edges[region.band + 1], -1),
        }
        for region in reasons.strongest(OUTLINED)
    ]
