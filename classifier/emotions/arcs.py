"""How a whole song moves on the two axes: its arc, and where it turns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from classifier.emotions.words import point_of
from classifier.serving.results import minutes_and_seconds

# How many stretches on each side a turn is told by, and by how much their means must differ.
SIDE = 3
LEAST = 0.3
MOST_TURNS = 6
TURNS: dict[str, StrOrPromise] = {
    "lifts": _("Lifts at %(time)s"),
    "settles": _("Settles at %(time)s"),
    "brightens": _("Brightens at %(time)s"),
    "darkens": _("Darkens at %(time)s"),
}
# Of each axis, the turn upwards and the turn downwards.
WAYS = {"arousal": ("lifts", "settles"), "valence": ("brightens", "darkens")}


@dataclass(frozen=True)
class Stretch:
    """Some ten seconds of a song, and where they lie on the two axes."""

    start: float
    end: float
    valence: float
    arousal: float


@dataclass(frozen=True)
class Turn:
    """A moment, in seconds of the song, from which on it sounds otherwise than before."""

    at: float
    kind: str
    size: float

    @property
    def words(self) -> str:
        """What happens then, such as "Lifts at 2:41"."""
        return gettext(str(TURNS[self.kind])) % {"time": minutes_and_seconds(self.at)}

    @property
    def fragment(self) -> str:
        """The end of an address that has a player begin here."""
        return f"#t={round(self.at, 1):g}"


def stretches_of(segments: Sequence[Mapping[str, Any]]) -> list[Stretch]:
    """Place what models said of each part of a song, in its own times, on the axes."""
    found = ((each, point_of(each["probabilities"])) for each in segments)
    return [
        Stretch(float(each["start"]), float(each["end"]), point.valence, point.arousal)
        for each, point in found
        if point
    ]


def turns_of(stretches: Sequence[Stretch]) -> list[Turn]:
    """Return the moments at which a song changes most, in its order."""
    found = [
        turn
        for place in range(1, len(stretches))
        for axis in WAYS
        if (turn := _turn(stretches, place, axis)) is not None
    ]
    kept: list[Turn] = []
    for turn in sorted(found, key=lambda turn: -turn.size):
        apart = SIDE * (stretches[0].end - stretches[0].start) - 0.5
        if len(kept) < MOST_TURNS and all(abs(turn.at - other.at) >= apart for other in kept):
            kept.append(turn)
    return sorted(kept, key=lambda turn: turn.at)


def _turn(stretches: Sequence[Stretch], place: int, axis: str) -> Turn | None:
    before, after = stretches[max(0, place - SIDE) : place], stretches[place : place + SIDE]
    change = fmean(getattr(each, axis) for each in after) - fmean(
        getattr(each, axis) for each in before
    )
    if abs(change) < LEAST:
        return None
    return Turn(stretches[place].start, WAYS[axis][change < 0], abs(change))
