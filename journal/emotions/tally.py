"""Counting emotions, and what no model was sure of."""

import functools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from django_stubs_ext import StrOrPromise

from classifier.emotions.readings import NOT_SURE, WORDS
from classifier.serving.results import UNSURE
from ml.labels import EMOTIONS

NAMES: tuple[str, ...] = tuple(emotion.value for emotion in EMOTIONS)
# What an answer counts as once it is heard, in the order of counts.
KINDS: tuple[str, ...] = (*NAMES, UNSURE)


@dataclass(frozen=True)
class TallyPart:
    """One emotion's part of a tally, or that of what no model was sure of."""

    name: str
    count: int
    share: float

    @property
    def word(self) -> StrOrPromise:
        return WORDS.get(self.name, NOT_SURE)

    @property
    def percent(self) -> int:
        return round(100 * self.share)


@dataclass(frozen=True)
class Tally:
    """How many answers count as each emotion, and how many as "unsure"."""

    counts: Counter[str] = field(default_factory=Counter)

    @functools.cached_property
    def total(self) -> int:
        return sum(self.counts.values())

    @functools.cached_property
    def clear(self) -> int:
        """Those that count as an emotion."""
        return sum(self.counts[name] for name in NAMES)

    @property
    def feelings(self) -> list[TallyPart]:
        return [self._part(name) for name in NAMES]

    @property
    def parts(self) -> list[TallyPart]:
        """What a chart draws: each emotion, then what no model was sure of, if there is any."""
        return [*self.feelings, *([self._part(UNSURE)] if self.counts[UNSURE] else [])]

    @property
    def leaders(self) -> list[TallyPart]:
        """The emotion met most; several when they are level, none when none was met."""
        most = max(self.counts[name] for name in NAMES)
        return [part for part in self.feelings if most and part.count == most]

    @property
    def last(self) -> list[TallyPart]:
        """The emotion met least; several when they are level."""
        fewest = min(self.counts[name] for name in NAMES)
        return [part for part in self.feelings if part.count == fewest]

    def share(self, name: str) -> float:
        """One emotion's share of all that was heard, from 0 to 1."""
        return self.counts[name] / self.total if self.total else 0.0

    def _part(self, name: str) -> TallyPart:
        return TallyPart(name=name, count=self.counts[name], share=self.share(name))


def tally_of(*counts: Sequence[int]) -> Tally:
    """Add counts up that are in the order of `KINDS`."""
    return Tally(Counter(dict(zip(KINDS, map(sum, zip(*counts, strict=True)), strict=False))))


def colours_of(counts: Sequence[int]) -> list[str]:
    """Return what colours a day: the feelings met most, all of them where several are level.

    A day on which no feeling was met is "unsure" if something was heard, and has no colour
    otherwise. What several colours share is divided evenly, in the order of the emotions.
    """
    return list(_colours_of(tuple(counts)))


@functools.lru_cache(4096)
def _colours_of(counts: tuple[int, ...]) -> tuple[str, ...]:
    """As `colours_of`: a year has hundreds of days, and they are much alike."""
    tally = tally_of(counts)
    leaders = tuple(part.name for part in tally.leaders)
    return leaders or ((UNSURE,) if tally.total else ())
