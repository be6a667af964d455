"""Which songs carry what another one carries: near in the network's own view, or in its answers."""

from collections.abc import Hashable, Mapping
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from classifier.emotions.effective import counting_values
from classifier.models import Classification, Song
from classifier.serving.embeddings import Direction
from journify.models import bare, uuid_of
from ml.labels import EMOTIONS

# Comparing takes some microseconds a song: what was answered last stands for the rest.
MOST_COMPARED = 600


class View(NamedTuple):
    """How the best model saw a song."""

    model: str
    version: str
    embedding: bytes | None
    probabilities: Mapping[str, float]


def nearest(song: Song, among: QuerySet[Song], *, count: int) -> list[UUID]:
    """Return the ids of up to `count` songs of `among`, the most alike first.

    Songs are compared by the embedding of the model that answered for `song`; where too few of
    them have one, by the four probabilities.
    """
    answers = Classification.objects.filter(song=song)
    own = [View(*of) for _, _, *of in counting_values(answers, *View._fields).values()]
    if not own:
        return []
    rows = Classification.objects.filter(song__in=among.order_by().values("pk")).exclude(song=song)
    latest = rows.order_by("-queued_at")[:MOST_COMPARED]
    likeness = _directions(own[0], latest, count) or _overlaps(own[0], latest)
    best = sorted(likeness, key=likeness.__getitem__, reverse=True)[:count]
    return [uuid_of(key) for key in best]


def _directions(
    own: View, rows: QuerySet[Classification], count: int
) -> dict[Hashable, float] | None:
    """How much the model saw songs alike, by their bare keys; None where it saw too few of them."""
    columns = ("status", "emotion", "model", "version", "embedding")
    direction = Direction(bytes(own.embedding or b""))
    heard, found = set(), {}
    for song, status, emotion, model, version, embedding in rows.values_list(
        bare("song_id"), *columns
    ):
        # not in the database, which would take up everybody's answers to find these songs'
        if status == Classification.Status.FAILED or not emotion:
            continue
        heard.add(song)
        if (model, version) == (own.model, own.version) and direction.fits(embedding):
            found[song] = direction.along(bytes(embedding))
    return found if len(found) >= min(count, len(heard)) else None


def _overlaps(own: View, rows: QuerySet[Classification]) -> dict[Hashable, float]:
    """How much of what models said of songs is the same."""
    said = counting_values(rows, "probabilities")
    return {
        song: sum(
            min(own.probabilities.get(each.value, 0.0), probabilities.get(each.value, 0.0))
            for each in EMOTIONS
        )
        for song, (_emotion, _certainty, probabilities) in said.items()
    }
