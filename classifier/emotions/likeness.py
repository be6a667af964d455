"""Which songs carry what another one carries: near in the network's own view, or in its answers."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from classifier.emotions.effective import counting_values
from classifier.models import Classification, Song
from classifier.serving.embeddings import Direction
from journify.models import bare, uuid_of
from ml.labels import EMOTIONS

# Comparing takes some microseconds a song: what was answered last stands for the rest.
MOST_COMPARED = 2000


class View(NamedTuple):
    """How the best model saw a song."""

    model: str
    version: str
    answer: Hashable  # its bare key
    embedding: bytes


def nearest(song: Song, among: QuerySet[Song], *, count: int) -> list[UUID]:
    """Return the ids of up to `count` songs of `among`, the most alike first.

    Songs are compared by the embedding of the model that answered for `song`; where too few of
    them have one, by the four probabilities.
    """
    own = next(iter(_views(Classification.objects.filter(song=song)).values()), None)
    if own is None:
        return []
    others = _views(
        Classification.objects.filter(song__in=among.order_by().values("pk")).exclude(song=song)
    )
    seen_alike = {
        key: view.embedding
        for key, view in others.items()
        if own.embedding
        and (view.model, view.version) == (own.model, own.version)
        and len(view.embedding) == len(own.embedding)
    }
    if len(seen_alike) >= min(count, len(others)):
        direction = Direction(own.embedding)
        likeness = {key: direction.along(embedding) for key, embedding in seen_alike.items()}
    else:
        likeness = _overlaps(own, others)
    best = sorted(likeness, key=lambda key: -likeness[key])[:count]
    return [uuid_of(key) for key in best]


def _views(rows: QuerySet[Classification]) -> dict[Hashable, View]:
    """How the model whose answer counts saw each song, by songs' bare keys."""
    latest = rows.order_by("-queued_at")[:MOST_COMPARED]
    found = counting_values(latest, "model", "version", bare("pk"), "embedding")
    return {
        song: View(model, version, answer, bytes(embedding or b""))
        for song, (_emotion, _certainty, model, version, answer, embedding) in found.items()
    }


def _overlaps(own: View, others: dict[Hashable, View]) -> dict[Hashable, float]:
    """How much of what models said of songs is the same."""
    answers = [uuid_of(view.answer) for view in (own, *others.values())]
    rows = Classification.objects.filter(pk__in=answers)
    said = {
        key: tuple(probabilities.get(emotion.value, 0.0) for emotion in EMOTIONS)
        for key, probabilities in rows.values_list(bare("pk"), "probabilities")
    }
    return {
        key: _overlap(said[own.answer], said[view.answer])
        for key, view in others.items()
        if view.answer in said
    }


def _overlap(first: Sequence[float], second: Sequence[float]) -> float:
    return sum(map(min, first, second))
