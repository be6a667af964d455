"""A clip that a model has heard before is answered from the database.

What counts is the file that is heard, byte for byte: the same upload of another listener, or a
platform's clip of a song that is there twice. Only the answer is shared, never whose file it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from classifier.models import Classification
from classifier.serving.embeddings import unpack_embedding
from ml.labels import Emotion

if TYPE_CHECKING:
    from ml.predictor import Prediction


def known_answer(row: Classification, digest: str) -> Classification | None:
    """Return what the row's version of the row's model said of the same file before, if it did.

    Of what was heard before it was kept where a clip begins, nobody knows which part that was, and
    one without the tags' word is from before that was kept.
    """
    asked = {"clip_sha256": digest, "model": row.model, "version": row.version}
    found = Classification.objects.done().filter(**asked, clip_start__isnull=False).first()
    return found if found and found.word_odds else None


def prediction_of(found: Classification) -> Prediction:
    from ml.predictor import Prediction

    return Prediction(
        emotion=Emotion(found.emotion),
        probabilities=found.probabilities,
        segments=found.segments,
        model=found.model,
        version=found.version,
        embedding=unpack_embedding(found.embedding),
        word_odds=found.word_odds,
    )
