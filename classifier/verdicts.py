"""What many songs carry for one person, without the rows a page of a single song needs."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from classifier.models import Classification, Label
from classifier.readings import UNSURE_BELOW, rank
from journify.models import bare

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

    from spotify_auth.models import User

    # keys, or the column of another model that points to them
    Songs = QuerySet[Any, Any] | Sequence[UUID]


class Verdict(NamedTuple):
    """A song's emotion as `classifier.readings.read` finds it, and whose word that is."""

    heard: str = ""
    is_sure: bool = False
    label: str = ""

    @property
    def emotion(self) -> str:
        """The person's label, else the model's word if it is sure of it, else nothing."""
        return self.label or (self.heard if self.is_sure else "")


def verdicts_of(user: User, songs: Songs) -> dict[Hashable, Verdict]:
    """Say what each of `songs` carries for `user`, in two queries however many there are.

    They are known by their bare keys (`journify.models.bare`); those that neither a model nor the
    user said anything of are missing. Others that the user labelled may be there: to sort them out
    would take longer than to read them.
    """
    verdicts = heard_in(songs)
    labels = Label.objects.filter(user=user).order_by()
    for song, label in labels.values_list(bare("song_id"), "emotion"):
        verdicts[song] = verdicts.get(song, Verdict())._replace(label=label)
    return verdicts


def heard_in(songs: Songs) -> dict[Hashable, Verdict]:
    """Say what models heard in each of `songs`, whoever asks: the first one's word, the newest.

    They are known as in `verdicts_of`; those of which no model said anything are missing.
    """
    rows = (
        Classification.objects.filter(song__in=songs)
        # in the database: thousands of moments need not become Python's to be compared
        .order_by("queued_at")
        .values_list(bare("song_id"), "model", "emotion", "certainty", "status")
    )
    places: dict[str, int] = {}
    best: dict[Hashable, tuple[int, str, float]] = {}
    for song, model, emotion, certainty, status in rows:
        # not in the database, which would take up everybody's answers to find these songs'
        if status != Classification.Status.DONE:
            continue
        if model not in places:
            places[model] = rank(model)
        if song not in best or places[model] <= best[song][0]:
            best[song] = places[model], emotion, certainty
    return {
        song: Verdict(emotion, certainty >= UNSURE_BELOW)
        for song, (_place, emotion, certainty) in best.items()
    }
