"""More than four words: an answer's point on the two axes of affect, and the words for it.

The four emotions stay the summary. Each has five finer words, which never change it: a finer word
belongs to the emotion in whose quarter of the plane it lies.

Where a word lies comes from the means of Warriner, Kuperman and Brysbaert, "Norms of valence,
arousal, and dominance for 13,915 English lemmas", Behavior Research Methods 45 (2013), 1 to 9.
People rate words less extremely than networks rate songs, and words for one feeling much alike. So
each emotion's five words are spread about the middle of its quarter, in the order and at the
relative distances of the norms.

How near a word lies is half of what speaks for it; the other half is what the tags of a network
that has heard a million songs say for it (`ml.training.words`), where an answer has that. Of a song
that no model is sure of, how likely each word's emotion is counts, too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import dist, log, sqrt
from statistics import fmean, pstdev

from django.utils.translation import pgettext_lazy
from django_stubs_ext import StrOrPromise

# Of each word, the means of valence and arousal in the norms.
NORMS: dict[str, dict[str, tuple[float, float]]] = {
    "sad": {
        "melancholy": (3.74, 4.13),
        "lonely": (2.67, 4.37),
        "sorrowful": (3.43, 3.64),
        "solemn": (4.66, 2.90),
        "dreary": (3.55, 3.54),
    },
    "happy": {
        "joyful": (8.21, 5.53),
        "playful": (7.63, 5.89),
        "festive": (7.14, 5.67),
        "triumphant": (7.45, 5.05),
        "soulful": (7.10, 5.68),
    },
    "energetic": {
        "tense": (2.75, 5.32),
        "fierce": (4.00, 5.70),
        "dramatic": (5.17, 6.59),
        "menacing": (3.14, 4.76),
        "feverish": (3.09, 5.35),
    },
    "calm": {
        "tender": (6.47, 3.22),
        "mellow": (6.68, 2.81),
        "soothing": (7.05, 1.91),
        "pleasant": (7.24, 2.91),
        "peaceful": (8.00, 4.38),
    },
}
# Collected by `tools.messages`, which reads them above.
LABELS: dict[str, StrOrPromise] = {
    word: pgettext_lazy("a sound", word) for words in NORMS.values() for word in words
}
# On which side of valence and of arousal each emotion lies.
SIDES = {"sad": (-1, -1), "happy": (1, 1), "energetic": (-1, 1), "calm": (1, -1)}
MIDDLE, SPREAD, EDGE = 0.55, 0.25, 0.95
# A third word is said where hardly less speaks for it than for the second.
LIKE_THE_SECOND = 0.1
LEAST = 0.001  # chance of an emotion
DIGITS = 3  # as many as say something


@dataclass(frozen=True)
class Point:
    """Where an answer lies on the two axes, -1 to 1, and how far around it the truth may lie.

    The mean of an axis is what the calibrated probabilities of its two sides come to. The spread is
    the standard deviation of a beta distribution with that mean that is level where nothing is
    known: wide in the middle, narrow where an answer is sure.
    """

    valence: float
    arousal: float

    @property
    def valence_spread(self) -> float:
        return _spread(self.valence)

    @property
    def arousal_spread(self) -> float:
        return _spread(self.arousal)


@dataclass(frozen=True)
class Word:
    """A finer word: its emotion, and where on the two axes it lies."""

    name: str
    emotion: str
    valence: float
    arousal: float

    @property
    def label(self) -> StrOrPromise:
        return LABELS[self.name]


def _spread(mean: float) -> float:
    return sqrt(max(0.0, 1 - mean**2) / 3)


def _placed() -> dict[str, Word]:
    words = {}
    for emotion, norms in NORMS.items():
        columns = list(zip(*norms.values(), strict=True))
        for name, means in norms.items():
            at = [
                side * MIDDLE + SPREAD * (mean - fmean(column)) / pstdev(column)
                for side, mean, column in zip(SIDES[emotion], means, columns, strict=True)
            ]
            words[name] = Word(name, emotion, *(max(-EDGE, min(EDGE, place)) for place in at))
    return words


WORDS = _placed()
CHOICES = [(name, LABELS[name]) for name in WORDS]


def point_of(probabilities: Mapping[str, float]) -> Point | None:
    """Where probabilities of the four emotions lie; None where there are none."""
    total = sum(probabilities.get(emotion, 0.0) for emotion in SIDES)
    if not total:
        return None
    valence, arousal = (
        sum(sides[axis] * probabilities.get(emotion, 0.0) for emotion, sides in SIDES.items())
        for axis in (0, 1)
    )
    return Point(valence / total, arousal / total)


def support_of(probabilities: Mapping[str, float], odds: Mapping[str, float]) -> dict[str, float]:
    """Return what speaks for each word; of no answer, nothing.

    `odds`: what tags say for words, in log-odds; words that are missing are neither likely nor not.
    """
    point = point_of(probabilities)
    if point is None:
        return {}
    here = (point.valence, point.arousal)
    # words of one emotion are compared by the rest alone; this counts where a song is none for sure
    likely = {name: log(max(LEAST, probabilities.get(name, 0.0))) for name in SIDES}
    return {
        name: likely[word.emotion] + odds.get(name, 0.0) - dist(here, (word.valence, word.arousal))
        for name, word in WORDS.items()
    }


def words_of(
    probabilities: Mapping[str, float], odds: Mapping[str, float], *, emotion: str
) -> list[Word]:
    """Return the two or three words for which most speaks, the first of them first.

    `odds`: as of `support_of`; `emotion`: what the song counts as, whose words alone are said; of
    all words where that is none of the four, as where no model was sure.
    """
    support = support_of(probabilities, odds)
    own = [name for name in support if WORDS[name].emotion == emotion or emotion not in SIDES]
    own.sort(key=lambda name: -support[name])
    count = 3 if own and support[own[1]] - support[own[2]] <= LIKE_THE_SECOND else 2
    return [WORDS[name] for name in own[:count]]


def emotion_of(word: str) -> str:
    """The emotion that a finer word belongs to; "" for what is none."""
    return WORDS[word].emotion if word in WORDS else ""
