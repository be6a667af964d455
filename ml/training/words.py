"""What the tags of musicnn say for finer words, learnt from mood words of editors.

A word is told from the others of its emotion by a logistic regression on the tags, and only where
that holds on clips that it has not seen. For all other words the point on the axes speaks alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy.special import expit, softmax

from ml.calibration import Floats
from ml.datasets.labels_file import LabelRow
from ml.metrics import ranked_right

Bools = npt.NDArray[np.bool_]

# What AllMusic's editors say of a song that a word fits, by the words' meanings.
SAID: dict[str, dict[str, tuple[str, ...]]] = {
    "sad": {
        "melancholy": ("Melancholy", "Wistful", "Bittersweet", "Nostalgic", "Autumnal"),
        "lonely": ("Lonely", "Detached"),
        "sorrowful": ("Sad", "Anguished", "Distraught", "Plaintive", "Poignant"),
        "solemn": ("Somber", "Serious", "Stately", "Reverent", "Austere"),
        "dreary": ("Gloomy", "Bleak", "Weary"),
    },
    "happy": {
        "joyful": ("Joyous", "Happy", "Cheerful", "Gleeful", "Jovial"),
        "playful": ("Playful", "Silly", "Whimsical", "Humorous", "Witty"),
        "festive": ("Celebratory", "Boisterous", "Rowdy", "Rollicking", "Rambunctious"),
        "triumphant": (
            *("Confident", "Strong", "Powerful", "Rousing", "Uplifting", "Majestic", "Mighty"),
        ),
        "soulful": ("Passionate", "Sensual", "Spiritual"),
    },
    "energetic": {
        "tense": ("Tense", "Anxious", "Nervous", "Jittery", "Paranoid"),
        "fierce": ("Fierce", "Aggressive", "Angry", "Hostile", "Belligerent"),
        "dramatic": ("Dramatic", "Theatrical", "Intense", "Explosive", "Epic"),
        "menacing": ("Menacing", "Ominous", "Threatening", "Malevolent", "Eerie", "Spooky"),
        "feverish": ("Fiery", "Manic", "Volatile", "Urgent"),
    },
    "calm": {
        "tender": ("Tender", "Gentle", "Delicate", "Intimate", "Soft", "Romantic"),
        "mellow": ("Mellow", "Laid-Back", "Relaxed"),
        "soothing": ("Soothing", "Warm", "Smooth"),
        "pleasant": ("Agreeable", "Amiable", "Good-Natured", "Sweet"),
        "peaceful": ("Peaceful", "Calm"),
    },
}
NAMES = [name for words in SAID.values() for name in words]
LENIENCE = 0.01  # how large a regression's weights may get
STEPS = 12
# How often a clip with the word has to be above one without, on clips that were not learnt from.
HELPS = 0.55


@dataclass(frozen=True)
class Lesson:
    """Clips with the words that fit them."""

    tags: Floats  # (N, T): log-odds of musicnn's tags
    says: Bools  # (N, W): whether each of `NAMES` fits
    emotions: npt.NDArray[np.str_]  # (N,)
    folds: npt.NDArray[np.int64]  # (N,)

    @classmethod
    def of(cls, rows: Sequence[LabelRow], tags: Floats) -> Self:
        """Read which words fit clips from their moods."""
        words = [said for words in SAID.values() for said in words.values()]
        return cls(
            tags,
            np.array([[not set(said).isdisjoint(row.moods) for said in words] for row in rows]),
            np.array([str(row.emotion) for row in rows]),
            np.array([row.fold for row in rows]),
        )

    def only(self, kept: Bools) -> Self:
        return type(self)(*(values[kept] for values in vars(self).values()))


def learn_words(lesson: Lesson) -> Floats:
    """Return words' weights of tags, then an offset, (W, T + 1); zeros where tags do not help."""
    middle, spread = lesson.tags.mean(axis=0), lesson.tags.std(axis=0)
    weights = np.zeros((len(NAMES), len(middle) + 1))
    for emotion, words in SAID.items():
        own = lesson.only(lesson.emotions == emotion)
        values, says = (own.tags - middle) / spread, own.says[:, [NAMES.index(w) for w in words]]
        helped = _helped(values, says, own.folds)
        for place, name in enumerate(words):
            if helped[place]:
                slope = _fitted(values, says[:, place]) / spread
                weights[NAMES.index(name)] = [*slope, -slope @ middle]
    return weights


def odds_of(weights: Floats, tags: Floats) -> Floats:
    """Return what tags say for each word, in log-odds: (N, T) -> (N, W)."""
    odds: Floats = tags @ weights[:, :-1].T + weights[:, -1]
    return odds


def unseen_odds(lesson: Lesson) -> Floats:
    """Return what tags say for each word, learnt, and chosen, on the other folds: (N, W)."""
    odds = np.zeros(lesson.says.shape)
    for fold in np.unique(lesson.folds):
        apart = lesson.folds == fold
        odds[apart] = odds_of(learn_words(lesson.only(~apart)), lesson.tags[apart])
    return odds


def _helped(values: Floats, says: Bools, folds: npt.NDArray[np.int64]) -> list[bool]:
    """Say for which words of an emotion tags hold on clips that they were not learnt from."""
    unseen = np.zeros(says.shape)
    for fold in np.unique(folds):
        apart = folds == fold
        for word in range(says.shape[1]):
            slope = _fitted(values[~apart], says[~apart, word])
            unseen[apart, word] = values[apart] @ slope
    shares, judged = softmax(unseen, axis=1), says.any(axis=1)
    return [
        ranked_right(shares[judged, word], says[judged, word]) >= HELPS
        for word in range(says.shape[1])
    ]


def _fitted(values: Floats, says: Bools) -> Floats:
    """Fit a logistic regression by Newton's steps, without how frequent the word is."""
    seen = np.column_stack([values, np.ones(len(values))])
    cost = np.full(seen.shape[1], 1 / LENIENCE)
    cost[-1] = 1e-6
    weights = np.zeros(seen.shape[1])
    for _ in range(STEPS):
        chances = expit(seen @ weights)
        slope = seen.T @ (chances - says) + cost * weights
        bend = seen.T @ (seen * (chances * (1 - chances))[:, None]) + np.diag(cost)
        weights -= np.linalg.solve(bend, slope)
    return weights[:-1]
