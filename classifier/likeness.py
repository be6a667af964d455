"""Which songs carry what another one carries: near in the network's own view, or in its answers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from operator import mul
from typing import TYPE_CHECKING, Any

from classifier.models import Classification
from classifier.readings import rank
from ml.labels import EMOTIONS

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

    from classifier.models import Song

# Comparing takes about 20 microseconds a song: what was answered last stands for the rest.
MOST_COMPARED = 2000


@dataclass(frozen=True)
class View:
    """How the best model saw a song."""

    model: str
    version: str
    embedding: tuple[int, ...]
    probabilities: tuple[float, ...]


def nearest(song: Song, among: QuerySet[Song], *, count: int) -> list[UUID]:
    """Return the ids of up to `count` songs of `among`, the most alike first.

    Songs are compared by the embedding of the model that answered for `song`; where too few of
    them have one, by the four probabilities.
    """
    own = _views(Classification.objects.filter(song=song)).get(song.pk)
    if own is None:
        return []
    others = _views(
        Classification.objects.filter(song__in=among.order_by().values("pk")).exclude(song=song)
    )
    seen_alike = {
        pk: view
        for pk, view in others.items()
        if own.embedding
        and (view.model, view.version) == (own.model, own.version)
        and len(view.embedding) == len(own.embedding)
    }
    if len(seen_alike) >= min(count, len(others)):
        likeness = {pk: _along(own.embedding, view.embedding) for pk, view in seen_alike.items()}
    else:
        likeness = {
            pk: _overlap(own.probabilities, view.probabilities) for pk, view in others.items()
        }
    return sorted(likeness, key=lambda pk: -likeness[pk])[:count]


def _views(rows: QuerySet[Classification]) -> dict[UUID, View]:
    """The view of the model that is asked first, and of several the newest."""
    values = (
        rows.filter(status=Classification.Status.DONE)
        .order_by("-queued_at")
        .values_list("song_id", "model", "version", "embedding", "probabilities")
    )[:MOST_COMPARED]
    best: dict[UUID, tuple[int, View]] = {}
    for song, model, version, embedding, probabilities in values:
        place = rank(model)
        if song not in best or place < best[song][0]:
            best[song] = place, _view(model, version, embedding, probabilities)
    return {song: view for song, (_place, view) in best.items()}


def _view(model: str, version: str, embedding: Any, probabilities: dict[str, float]) -> View:
    chances = tuple(probabilities.get(emotion.value, 0.0) for emotion in EMOTIONS)
    return View(model, version, tuple(embedding or ()), chances)


def _along(own: Sequence[int], other: Sequence[int]) -> float:
    """How far `other` points the way of `own`: it orders as the cosine, without own's length."""
    length = math.sqrt(sum(map(mul, other, other)))
    return sum(map(mul, own, other)) / length if length else 0.0


def _overlap(first: Sequence[float], second: Sequence[float]) -> float:
    return sum(map(min, first, second))
