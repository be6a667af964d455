"""What many songs carry for one person, without the rows a page of a single song needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from classifier.models import Classification, Label
from classifier.readings import UNSURE_BELOW, rank

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

    from classifier.models import Song
    from spotify_auth.models import User


@dataclass(frozen=True, slots=True)
class Verdict:
    """A song's emotion as `classifier.readings.read` finds it, and whose word that is."""

    heard: str = ""
    is_sure: bool = False
    label: str = ""

    @property
    def emotion(self) -> str:
        """The person's label, else the model's word if it is sure of it, else nothing."""
        return self.label or (self.heard if self.is_sure else "")


def verdicts_of(user: User, songs: QuerySet[Song]) -> dict[UUID, Verdict]:
    """Say what each of `songs` carries for `user`, in two queries however many there are.

    Songs that neither a model nor the user said anything of are missing.
    """
    heard = _heard(songs)
    labels = dict(
        Label.objects.filter(user=user, song__in=songs.order_by().values("pk"))
        .order_by()
        .values_list("song_id", "emotion")
    )
    return {
        song: Verdict(*heard.get(song, ("", False)), label=labels.get(song, ""))
        for song in heard.keys() | labels.keys()
    }


def _heard(songs: QuerySet[Song]) -> dict[UUID, tuple[str, bool]]:
    """The word of the model that is asked first, and of several the newest."""
    rows = (
        Classification.objects.done()
        .filter(song__in=songs.order_by().values("pk"))
        # in the database: thousands of moments need not become Python's to be compared
        .order_by("queued_at")
        .values_list("song_id", "model", "emotion", "probabilities")
    )
    best: dict[UUID, tuple[int, str, bool]] = {}
    for song, model, emotion, probabilities in rows:
        place = rank(model)
        if song not in best or place <= best[song][0]:
            is_sure = max(probabilities.values(), default=0.0) >= UNSURE_BELOW
            best[song] = place, emotion, is_sure
    return {song: (emotion, is_sure) for song, (_place, emotion, is_sure) in best.items()}
