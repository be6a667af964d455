"""Where in time a position of a score lies."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from tools.demo_songs.score import Meter, ScoreError

# A gradual change is played as small steps, one a sixteenth note: too fine to be heard.
STEP = Fraction(1, 16)


@dataclass(frozen=True)
class TempoPoint:
    """From `bar` on, `bpm` beats a minute; with `to`, changing evenly until the next point."""

    bar: float
    bpm: float
    to: float | None = None


@dataclass(frozen=True)
class TempoMap:
    """Quarter notes a minute, as steps that begin at given positions (in whole notes)."""

    positions: tuple[Fraction, ...]
    quarter_bpms: tuple[float, ...]
    starts: tuple[float, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Work out at which second each step begins."""
        starts = [0.0]
        for here, after, bpm in zip(
            self.positions, self.positions[1:], self.quarter_bpms, strict=False
        ):
            starts.append(starts[-1] + float(after - here) * 240 / bpm)
        object.__setattr__(self, "starts", tuple(starts))

    def quarter_bpm_at(self, position: Fraction) -> float:
        """Return the quarter notes a minute at a position."""
        return self.quarter_bpms[self._step(position)]

    def seconds_at(self, position: Fraction) -> float:
        """Return the seconds from the start of the score to a position."""
        step = self._step(position)
        return (
            self.starts[step]
            + float(position - self.positions[step]) * 240 / (self.quarter_bpms[step])
        )

    def _step(self, position: Fraction) -> int:
        return max(0, bisect_right(self.positions, position) - 1)


def build_tempo_map(
    points: Sequence[TempoPoint], *, meter: Meter, beat: Fraction, end: Fraction
) -> TempoMap:
    """Lay tempo points out over a score that ends at `end`; `beat` is what bpm counts."""
    if not points or points[0].bar != 1:
        raise ScoreError("the first tempo must be that of bar 1")
    positions: list[Fraction] = []
    bpms: list[float] = []
    starts = [Fraction(0), *(meter.start_of(point.bar) for point in points[1:])]
    for point, start, stop in zip(points, starts, [*starts[1:], end], strict=True):
        if stop < start:
            raise ScoreError(f"the tempo of bar {point.bar:g} comes too late or out of order")
        steps = max(1, (stop - start) // STEP) if point.to else 1
        for step in range(steps):
            share = step / steps
            bpm = point.bpm + share * ((point.to or point.bpm) - point.bpm)
            positions.append(start + (stop - start) * step / steps)
            bpms.append(bpm * float(beat) * 4)
    return TempoMap(tuple(positions), tuple(bpms))
