"""The four emotions, in the one order that every network, file and page uses."""

from enum import StrEnum


class Emotion(StrEnum):
    """A quadrant of Russell's circumplex model of affect (1980)."""

    SAD = "sad"
    HAPPY = "happy"
    ENERGETIC = "energetic"
    CALM = "calm"


EMOTIONS: tuple[Emotion, ...] = tuple(Emotion)

POSITIVE_VALENCE = frozenset({Emotion.HAPPY, Emotion.CALM})
HIGH_AROUSAL = frozenset({Emotion.HAPPY, Emotion.ENERGETIC})
