"""Explanations for pages: asked for by the web, drawn by a worker, kept in private storage."""

from __future__ import annotations

from functools import partial
from io import BytesIO
from typing import TYPE_CHECKING, Any, cast

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from classifier.errors import sentence_of
from classifier.files.decoding import get_decoder
from classifier.models import Classification, Explanation
from classifier.queue import leases
from classifier.serving.bundles import looks_at_pictures
from classifier.sources import audio_of
from journify.background import endings, jobs
from ml.errors import WeightsError
from ml.explanations.grid import OUTLINED, SLOT_SECONDS

if TYPE_CHECKING:
    from ml.explanations.explain import Reasons
    from ml.predictor import Predictor

Status = Explanation.Status


def can_be_explained(classification: Classification | None) -> bool:
    """Say whether there was sound behind an answer, and a network that looks at its picture."""
    return (
        classification is not None
        and classification.has_answer
        and classification.input == Classification.Input.AUDIO
        and looks_at_pictures(classification.model)
    )


def explanation_of(classification: Classification) -> Explanation | None:
    """Return the explanation of the answer as it stands, or None."""
    row = Explanation.objects.filter(classification=classification).first()
    return row if row is not None and row.emotion == classification.emotion else None


def request_explanation(classification: Classification, *, lane: str = jobs.NO_LANE) -> Explanation:
    """Have an answer explained, unless that is done or under way."""
    known = explanation_of(classification)
    if known is not None and known.status != Status.FAILED:
        return known
    given: dict[str, Any] = {
        "emotion": classification.emotion,
        "lane": lane,
        "turn_at": partial(jobs.turn, Explanation, lane),
    }
    with transaction.atomic():
        # deleted, not changed: an old picture leaves storage with its row; what somebody else has
        # asked for meanwhile stays
        rows = Explanation.objects.filter(classification=classification)
        rows.exclude(~Q(status=Status.FAILED), emotion=classification.emotion).delete()
        row, is_new = Explanation.objects.get_or_create(
            classification=classification, defaults=given
        )
        if is_new:
            jobs.wake()
    return row


def draw_explanation(row: Explanation) -> None:
    with endings.told(row, explain=sentence_of):
        with leases.held(row), leases.time_limit(settings.CLASSIFY_MAX_SECONDS):
            picture, values = _drawn(row.classification)
        content = ContentFile(picture, name="picture.png")
        endings.end_with_file(row, "picture", content, **values)


def _drawn(classification: Classification) -> tuple[bytes, dict[str, Any]]:
    from ml.explanations.explain import explain
    from ml.explanations.figure import paint

    predictor = _predictor_of(classification)
    with audio_of(classification.song) as (path, _source):
        clip = get_decoder().load(path)
    reasons = explain(predictor, clip)
    picture = BytesIO()
    paint(reasons).save(picture, format="PNG", optimize=True)
    return picture.getvalue(), {
        "shares": [round(share, 3) for share in reasons.segment_shares()],
        "regions": _regions(reasons, predictor),
        "emotion": str(reasons.prediction.emotion),
    }


def _predictor_of(classification: Classification) -> Predictor:
    """The model that answered; another version would explain another answer."""
    from classifier.serving.service import get_service

    for predictor in get_service().predictors:
        if (predictor.name, predictor.version) == (classification.model, classification.version):
            return predictor
    raise WeightsError(str(_("The model that gave this answer is not here any more.")))


def _regions(reasons: Reasons, predictor: Predictor) -> list[dict[str, Any]]:
    """The strongest regions, in the seconds of the clip and in hertz."""
    from ml.explanations.figure import band_edges

    edges = band_edges(predictor.meta.network.features)
    starts = [cast("float", segment["start"]) for segment in reasons.prediction.segments]
    return [
        {
            "segment": region.segment,
            "band": region.band,
            "slot": region.slot,
            "start": round(starts[region.segment] + region.slot * SLOT_SECONDS, 1),
            "low": round(edges[region.band], -1),
            "high": round(edges[region.band + 1], -1),
        }
        for region in reasons.strongest(OUTLINED)
    ]
