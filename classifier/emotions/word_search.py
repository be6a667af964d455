"""Which of a person's songs sound like a finer word, worked out from what is stored anyway."""

from __future__ import annotations

from typing import TYPE_CHECKING

from classifier.emotions.effective import Verdict, counting_values
from classifier.emotions.words import emotion_of, words_of
from classifier.models import Classification, Label
from journify.models import bare, uuid_of

if TYPE_CHECKING:
    from uuid import UUID

    from classifier.emotions.effective import Songs
    from spotify_auth.models import User


def songs_with_word(user: User, songs: Songs, word: str) -> list[UUID]:
    """Return those of `songs` that their pages describe by `word`, in two queries.

    As on a song's page, a word that the person chose stands alone.
    """
    rows = Classification.objects.filter(song__in=songs).order_by()
    heard = counting_values(rows, "probabilities")
    labels = Label.objects.filter(user=user, song__in=songs).order_by()
    said = {
        song: (emotion, chosen)
        for song, emotion, chosen in labels.values_list(bare("song_id"), "emotion", "word")
    }
    return [
        uuid_of(song)
        for song in heard.keys() | said.keys()
        if word in _names(*heard.get(song, ("", 0.0, {})), *said.get(song, ("", "")))
    ]


def _names(
    heard: str, certainty: float, probabilities: dict[str, float], label: str, chosen: str
) -> list[str]:
    if chosen and emotion_of(chosen) == label:
        return [chosen]
    emotion = Verdict(heard, certainty, label).emotion
    return [word.name for word in words_of(probabilities, emotion=emotion)]
