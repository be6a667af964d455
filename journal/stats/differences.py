"""How surely one group of answers differs from all others."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from journal.emotions.tally import NAMES, Tally
from journal.stats.answers import Answers
from journal.stats.grouping import sum_of


class Compared(NamedTuple):
    """Groups of answers, and all answers: each group is compared with what is not in it."""

    groups: Mapping[Any, Tally]
    overall: Tally


@dataclass(frozen=True)
class Difference:
    """A group in which a feeling is commoner than elsewhere, and the chance that it is by luck."""

    key: Any
    name: str
    inside: Tally
    overall: Tally
    chance: float

    @property
    def values(self) -> dict[str, object]:
        """The numbers of its sentence."""
        return {
            "share": round(100 * self.inside.share(self.name)),
            "usual": round(100 * self.overall.share(self.name)),
            "count": self.inside.counts[self.name],
            "total": self.inside.total,
        }


@dataclass(frozen=True)
class KindOfFinding:
    """What is compared, how many answers it takes, and how it is told."""

    name: str
    least: int
    groups: Callable[[Answers], Compared]
    tell: Callable[[Difference], tuple[str, str]]


def apart(groups: Mapping[Any, Tally]) -> Compared:
    """Groups that have no answer in common, and are all there is."""
    return Compared(groups, sum_of(groups.values()))


def differences(compared: Compared, *, least: int) -> Iterator[Difference]:
    """Every group and feeling that is commoner there than elsewhere, with its chance.

    Groups with fewer than `least` answers, or so few outside, are not compared.
    """
    overall = compared.overall
    large = {key: tally for key, tally in compared.groups.items() if tally.clear >= least}
    tried = len(large) * len(NAMES)
    for key, inside in large.items():
        outside = Tally(overall.counts - inside.counts)
        if outside.clear < least:
            continue
        for name in NAMES:
            if inside.share(name) > outside.share(name):
                chance = min(1.0, tried * _chance(name, inside, outside))
                yield Difference(key, name, inside, overall, chance)


def _chance(name: str, inside: Tally, outside: Tally) -> float:
    """The chance that two groups of one kind differ so much: one side of the normal test."""
    first, second = inside.total, outside.total
    share = (inside.counts[name] + outside.counts[name]) / (first + second)
    spread = math.sqrt(share * (1 - share) * (1 / first + 1 / second))
    if not spread:
        return 1.0
    gap = inside.share(name) - outside.share(name) - (1 / first + 1 / second) / 2
    return math.erfc(max(0.0, gap) / spread / math.sqrt(2)) / 2
