"""Answers and drawings that nothing asks for any more, deleted after a while."""

import datetime as dt

from django.db.models import Exists, OuterRef
from django.db.models.functions import Coalesce
from django.utils import timezone

from classifier.models import Arc, Classification, Explanation

DRAWINGS_KEPT_FOR = dt.timedelta(days=30)
ANSWERS_KEPT_FOR = dt.timedelta(days=90)
BATCH_SIZE = 500


def forget_drawings() -> None:
    """Delete drawings of a while ago, and their pictures: whoever asks again gets a new one."""
    long_ago = timezone.now() - DRAWINGS_KEPT_FOR
    for model in (Explanation, Arc):
        ended = (model.Status.DONE, model.Status.FAILED)
        rows = model._default_manager.filter(status__in=ended, ready_at__lt=long_ago)
        keys = list(rows.values_list("pk", flat=True)[:BATCH_SIZE])
        model._default_manager.filter(pk__in=keys).delete()


def forget_answers() -> None:
    """Delete what an older version of a model said, where a newer one of it answered since.

    Of a model's answers the newest counts (`classifier.emotions.effective`), so that no page
    changes. What is drawn of an answer keeps it as long as the drawing is kept.
    """
    long_ago = timezone.now() - ANSWERS_KEPT_FOR
    given_at = Coalesce("answered_at", "queued_at")
    newer = (
        Classification.objects.answered()
        .annotate(given_at=given_at)
        .filter(
            song=OuterRef("song"),
            model=OuterRef("model"),
            given_at__gt=OuterRef("given_at"),
            given_at__lt=long_ago,
        )
    )
    old = Classification.objects.done().annotate(given_at=given_at).filter(explanation=None)
    keys = list(old.filter(Exists(newer)).values_list("pk", flat=True)[:BATCH_SIZE])
    Classification.objects.filter(pk__in=keys).delete()
