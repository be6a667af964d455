"""Which of a person's songs sound like a finer word, worked out from what is stored anyway."""

from __future__ import annotations

from typing import TYPE_CHECKING

from classifier.emotions.effective import HeardSong, Verdict, answers_in, corrected
from classifier.emotions.words import emotion_of, words_of
from classifier.models import Label, PersonalLayer
from journify.models import bare, uuid_of

if TYPE_CHECKING:
    from uuid import UUID

    from classifier.emotions.effective import Songs
    from ml.personal import Layer
    from spotify_auth.models import User


def songs_with_word(user: User, songs: Songs, word: str) -> list[UUID]:
    """Return those of `songs` that their pages describe by `word`, in three queries.

    As on a song's page, a word that the person chose stands alone.
    """
    layer = PersonalLayer.objects.layer_of(user.pk)
    heard = answers_in(songs, "word_odds")
    labels = Label.objects.filter(user=user, song__in=songs).order_by()
    said = {
        song: (emotion, chosen)
        for song, emotion, chosen in labels.values_list(bare("song_id"), "emotion", "word")
    }
    return [
        uuid_of(song)
        for song in heard.keys() | said.keys()
        if word in _names(heard.get(song), layer, *said.get(song, ("", "")))
    ]


def _names(heard: HeardSong | None, layer: Layer, label: str, chosen: str) -> list[str]:
    if chosen and emotion_of(chosen) == label:
        return [chosen]
    if heard is None:
        return []
    verdict: Verdict = heard.verdict(layer)._replace(label=label)
    probabilities = corrected(layer, heard.probabilities)
    return [word.name for word in words_of(probabilities, heard.word_odds, emotion=verdict.emotion)]
