"""Counting emotions."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from classifier.readings import WORDS
from ml.labels import EMOTIONS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django_stubs_ext import StrOrPromise

NAMES: tuple[str, ...] = tuple(emotion.value for emotion in EMOTIONS)


@dataclass(frozen=True)
class Part:
    """One emotion's part of a tally."""

    name: str
    count: int
    share: float

    @property
    def word(self) -> StrOrPromise:
        """The emotion in the listener's language."""
        return WORDS[self.name]

    @property
    def percent(self) -> int:
        """The share in whole percent."""
        return round(100 * self.share)


@dataclass(frozen=True)
class Tally:
    """How often each emotion was met."""

    counts: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """All of them together."""
        return sum(self.counts.values())

    @property
    def parts(self) -> list[Part]:
        """Each emotion, in their order."""
        return [Part(name=name, count=self.counts[name], share=self.share(name)) for name in NAMES]

    @property
    def leaders(self) -> list[Part]:
        """The emotion met most; several when they are level, none when nothing was met."""
        most = max(self.counts.values(), default=0)
        return [part for part in self.parts if most and part.count == most]

    @property
    def last(self) -> list[Part]:
        """The emotion met least; several when they are level."""
        fewest = min(self.counts[name] for name in NAMES)
        return [part for part in self.parts if part.count == fewest]

    def share(self, name: str) -> float:
        """One emotion's share of all, from 0 to 1."""
        return self.counts[name] / self.total if self.total else 0.0


def tally_of(*counts: Sequence[int]) -> Tally:
    """Add counts up that are in the order of the emotions."""
    return Tally(Counter(dict(zip(NAMES, map(sum, zip(*counts, strict=True)), strict=False))))
