"""Shapes of the charts, as SVG takes them: percentages, paths and points."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from journal.emotions.tally import Tally, TallyPart

# A part of a bar narrower than this, in percent, has no room for its mark.
ROOM_FOR_MARK = 9.0
# A part of a ring smaller than this fraction of a turn has none either.
ROOM_IN_RING = 0.06
FULL_TURN = 0.9999
HALF_TURN = 0.5


@dataclass(frozen=True)
class Piece:
    """A part of a stacked bar, in percent of its length."""

    part: TallyPart
    start: float
    length: float

    @property
    def middle(self) -> float:
        """Where its mark stands."""
        return round(self.start + self.length / 2, 2)

    @property
    def has_mark(self) -> bool:
        return self.length >= ROOM_FOR_MARK


@dataclass(frozen=True)
class Sector:
    """A part of a ring: its outline, and where its mark stands."""

    part: TallyPart
    path: str
    x: float
    y: float
    has_mark: bool


@dataclass(frozen=True)
class PlanePoint:
    x: float
    y: float


def pieces(tally: Tally) -> list[Piece]:
    """Lay the parts of a tally end to end over 100 percent."""
    laid, start = [], 0.0
    for part in tally.parts:
        if part.count:
            laid.append(Piece(part=part, start=round(start, 2), length=round(100 * part.share, 2)))
            start += 100 * part.share
    return laid


def ring(tally: Tally, *, inner: float, outer: float) -> list[Sector]:
    """Lay the parts of a tally round a ring about (0, 0), clockwise from the top."""
    laid, start = [], 0.0
    middle = (inner + outer) / 2
    for part in tally.parts:
        if not part.count:
            continue
        at = polar(start + part.share / 2, middle)
        laid.append(
            Sector(
                part=part,
                path=sector(start, start + part.share, inner=inner, outer=outer),
                x=at.x,
                y=at.y,
                has_mark=part.share >= ROOM_IN_RING,
            )
        )
        start += part.share
    return laid


def wedges(hours: Sequence[Tally], *, inner: float, outer: float) -> list[list[Sector]]:
    """Stack each hour's parts outwards on a dial of 24 hours, midnight at the bottom.

    Areas, not lengths, tell the counts: a wedge widens outwards.
    """
    most = max((tally.total for tally in hours), default=0) or 1
    unit = (outer**2 - inner**2) / most
    dial = []
    for hour, tally in enumerate(hours):
        start, radius, stack = hour / 24 + 0.5, inner, []
        for part in tally.parts:
            if not part.count:
                continue
            following = math.sqrt(radius**2 + unit * part.count)
            path = sector(start + 0.002, start + 1 / 24 - 0.002, inner=radius, outer=following)
            stack.append(Sector(part=part, path=path, x=0, y=0, has_mark=False))
            radius = following
        dial.append(stack)
    return dial


def sector(start: float, end: float, *, inner: float, outer: float) -> str:
    """Draw a part of a ring between two fractions of a turn."""
    if end - start > FULL_TURN:
        # an arc from a point to itself is none: two halves make the whole
        half = (start + end) / 2
        return sector(start, half, inner=inner, outer=outer) + sector(
            half, end - 1e-9, inner=inner, outer=outer
        )
    large = int(end - start > HALF_TURN)
    a, b = polar(start, outer), polar(end, outer)
    c, d = polar(end, inner), polar(start, inner)
    return (
        f"M{a.x} {a.y}A{outer:.2f} {outer:.2f} 0 {large} 1 {b.x} {b.y}"
        f"L{c.x} {c.y}A{inner:.2f} {inner:.2f} 0 {large} 0 {d.x} {d.y}z"
    )


def polar(turn: float, radius: float) -> PlanePoint:
    """The point at a fraction of a turn, clockwise from the top."""
    angle = 2 * math.pi * turn
    return PlanePoint(x=round(radius * math.sin(angle), 2), y=round(-radius * math.cos(angle), 2))


# Fractions of a turn: happy upper right, calm lower right, sad lower left, energetic upper left.
DIRECTIONS = {"happy": 1 / 8, "calm": 3 / 8, "sad": 5 / 8, "energetic": 7 / 8}


def radar(tally: Tally, *, radius: float, marks_at: float) -> dict[str, Any]:
    """Draw a tally's shares; the rim is the next ten percent above the largest."""
    largest = max(part.share for part in tally.feelings)
    rim = max(2, math.ceil(round(largest * 10, 6)))
    spokes: list[dict[str, Any]] = [
        {
            "part": part,
            "end": polar(turn, radius),
            "mark": polar(turn, marks_at),
            "value": polar(turn, radius * part.share * 10 / rim),
        }
        for name, turn in DIRECTIONS.items()
        for part in tally.feelings
        if part.name == name
    ]
    return {
        "spokes": spokes,
        "outline": " ".join(f"{spoke['value'].x},{spoke['value'].y}" for spoke in spokes),
        "grooves": [round(radius * step / rim, 2) for step in range(1, rim)],
        "rim_percent": rim * 10,
    }


def lanes(tallies: Sequence[Tally], everything: Tally) -> list[dict[str, Any]]:
    """Draw each emotion as a lane of its own; all lanes have one scale.

    The swings go up and down from the middle. A lane is one path: hundreds of bars of their own
    would take longer to write than to count.
    """
    most = max((count for tally in tallies for count in tally.counts.values()), default=0) or 1
    step = 1000 / len(tallies)
    return [
        {
            "part": part,
            "path": "".join(
                _swing(step * (place + 0.14), step * 0.72, 92 * tally.counts[part.name] / most)
                for place, tally in enumerate(tallies)
                if tally.counts[part.name]
            ),
        }
        for part in everything.parts
    ]


def _swing(x: float, width: float, height: float) -> str:
    return f"M{x:.1f} {50 - height / 2:.1f}h{width:.1f}v{height:.1f}h-{width:.1f}z"
