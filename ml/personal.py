"""Correct the global network's answers for one listener, learnt from that listener's labels.

Where the zero of the two axes lies depends on whose music it is. A layer moves it: one shift of
arousal, one of valence, and a scale for both (under 1: less sure), which never changes what is the
likeliest. They are the most likely ones (MAP) under a Gaussian prior. How much of the shifts is
used is decided by leave-one-out on the listener's own labels, by how much the labels surprise the
network, and by how sure it is of the listener's songs: nothing where it does not pay.

Plain Python: web processes fit it after a label and import no numpy. The newest `MAX_LABELS` count,
so a fit takes the same short time however many there are.

The prior was chosen on listeners simulated from sets that the network was not trained on
(docs/experiments.md).
"""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ml.labels import EMOTIONS, HIGH_AROUSAL, POSITIVE_VALENCE, Emotion

MAX_LABELS = 100
LAYER_VERSION = 3  # of how a layer is learnt: with another one, all are learnt anew
FLOOR = 5e-5  # probabilities are kept with four digits

# The prior: standard deviations of both shifts, in log-odds, and of the scale, around 1.
AROUSAL_SPREAD, VALENCE_SPREAD = 1.0, 0.5
SCALE_SPREAD = 0.3
# A listener's music is expected to be this much nearer to the middle of the axes than it sounds,
# and to be this much more pleasant to whoever listens to it than to others.
TOWARDS_MIDDLE = 0.4
PLEASANTER = 0.6
# Strength by evidence: what the shifts gain in leave-one-out, in nats, the surprise, in standard
# deviations, and how much less sure the network is of a listener's songs than of music it knows.
GAIN_WEIGHT = 0.125
SURPRISE_WEIGHT = 0.25
SURE_OF_KNOWN_MUSIC = 0.69
UNSURE_WEIGHT = 10.0
LABELS_TO_FULL = 5  # with fewer, a part

NEWTON_STEPS = 30
MAX_STEP = 1.0
CLOSE_ENOUGH = 1e-6
SCALE_MIN = 0.2


class Axes(NamedTuple):
    """Log-odds of arousal, of valence when arousal is high, and when it is low."""

    arousal: float
    when_high: float
    when_low: float

    @property
    def valence(self) -> float:
        """Valence, each branch by how likely it is."""
        high = _sigmoid(self.arousal)
        return high * self.when_high + (1.0 - high) * self.when_low


class Center(NamedTuple):
    """Where a listener's songs lie on the two axes, and how sure the network is, on average."""

    arousal: float = 0.0
    valence: float = 0.0
    certainty: float = SURE_OF_KNOWN_MUSIC


@dataclass(frozen=True)
class Layer:
    """What is added to the axes of every song for one listener; by default nothing."""

    arousal: float = 0.0  # shifts, in log-odds
    valence: float = 0.0
    scale: float = 1.0  # power of the probabilities, after the shifts
    # how much of the shifts that were learnt is used, 0 to 1; they have it in them already
    strength: float = 0.0

    @property
    def changes_anything(self) -> bool:
        return self != Layer()

    def as_text(self) -> str:
        """Return four numbers as text; empty where nothing changes."""
        if not self.changes_anything:
            return ""
        return " ".join(map(repr, (self.arousal, self.valence, self.scale, self.strength)))

    @classmethod
    def from_text(cls, text: str) -> Layer:
        return cls(*map(float, text.split())) if text else cls()

    def correct(self, probabilities: Sequence[float]) -> list[float]:
        """Return corrected probabilities, in the order of `EMOTIONS`."""
        return self.said_of(axes_of(probabilities))

    def said_of(self, axes: Axes) -> list[float]:
        """Return what is said of a song that lies there, in the order of `EMOTIONS`."""
        powers = [value**self.scale for value in probabilities_of(self.moved(axes))]
        total = sum(powers)
        return [value / total for value in powers]

    def moved(self, axes: Axes) -> Axes:
        """Return where a song lies for the listener."""
        return Axes(
            axes.arousal + self.arousal, axes.when_high + self.valence, axes.when_low + self.valence
        )


@dataclass(frozen=True)
class Fit:
    """A layer, and how many of the listener's labels agree without it and with it.

    `after` is by leave-one-out: each label is compared with what the others teach.
    """

    layer: Layer = Layer()
    labels: int = 0
    before: int = 0
    after: int = 0


def axes_of(probabilities: Sequence[float]) -> Axes:
    """Return the axes of four probabilities; `probabilities_of` brings them back."""
    sad, happy, energetic, calm = (max(value, FLOOR) for value in probabilities)
    return Axes(
        math.log((happy + energetic) / (sad + calm)),
        math.log(happy / energetic),
        math.log(calm / sad),
    )


def probabilities_of(axes: Axes) -> list[float]:
    """Return probabilities, in the order of `EMOTIONS`."""
    high = _sigmoid(axes.arousal)
    when_high, when_low = _sigmoid(axes.when_high), _sigmoid(axes.when_low)
    return [
        (1.0 - high) * (1.0 - when_low),
        high * when_high,
        high * (1.0 - when_high),
        (1.0 - high) * when_low,
    ]


def center_of(songs: Iterable[Axes]) -> Center:
    """Return where songs lie on average; the middle where there is none."""
    listed = list(songs)
    if not listed:
        return Center()
    return Center(
        sum(axes.arousal for axes in listed) / len(listed),
        sum(axes.valence for axes in listed) / len(listed),
        sum(max(probabilities_of(axes)) for axes in listed) / len(listed),
    )


def fit_layer(songs: Sequence[Axes], labels: Sequence[Emotion], center: Center) -> Fit:
    """Learn a layer from what a listener said of songs, the newest first.

    `songs`: what the global network said of the labelled songs; `labels`: what the listener said;
    `center`: of all the listener's songs, labelled or not.
    """
    songs, labels = songs[:MAX_LABELS], labels[:MAX_LABELS]
    if not songs:
        return Fit()
    sides = [(label in HIGH_AROUSAL, label in POSITIVE_VALENCE) for label in labels]
    rows = (
        [(axes.arousal, high) for axes, (high, _) in zip(songs, sides, strict=True)],
        [
            (axes.when_high if high else axes.when_low, positive)
            for axes, (high, positive) in zip(songs, sides, strict=True)
        ],
    )
    learnt = _most_likely(rows, center)
    left_out = [_left_out(learnt, row, each) for row, part in enumerate(rows) for each in part]
    used = _Used(
        _strength(rows, left_out, learnt.scale, center), min(1.0, len(songs) / LABELS_TO_FULL)
    )
    return Fit(
        used.layer(learnt.shifts, learnt.scale),
        labels=len(songs),
        before=_agreeing(songs, labels),
        after=_agreeing(_others_say(songs, learnt, left_out, used), labels),
    )


class _Used(NamedTuple):
    """How much is used of what was learnt: by evidence, and by how many labels there are.

    The scale is not in question: it says how sure the network may be, also where it is right.
    """

    strength: float
    part: float

    def layer(self, shifts: Sequence[float], scale: float) -> Layer:
        strength = self.strength * self.part
        scale = max(scale, SCALE_MIN)
        arousal, valence = (strength * shift / scale for shift in shifts)
        return Layer(arousal, valence, 1.0 + self.part * (scale - 1.0), strength)


# A song's log-odds on one axis, and whether the listener heard it on the positive side.
_Row = tuple[float, bool]
_Rows = tuple[list[_Row], list[_Row]]


@dataclass(frozen=True)
class _Learnt:
    """The most likely shifts and scale, and the covariance around them."""

    shifts: tuple[float, float]
    scale: float
    covariance: tuple[tuple[float, ...], ...]


class _Sums(NamedTuple):
    """Sums over the labels of one axis: gradient and curvature of the log-likelihood."""

    gradient: float
    gradient_scale: float
    curvature: float
    cross: float
    curvature_scale: float


def _most_likely(rows: _Rows, center: Center) -> _Learnt:
    """Climb to the most likely shifts and scale by Newton's method: the hill has one top."""
    expected = (-TOWARDS_MIDDLE * center.arousal, PLEASANTER - TOWARDS_MIDDLE * center.valence, 1.0)
    precision = (AROUSAL_SPREAD**-2, VALENCE_SPREAD**-2, SCALE_SPREAD**-2)
    at = list(expected)
    for _step in range(NEWTON_STEPS):
        parts = [_sums(part, at[axis], at[2]) for axis, part in enumerate(rows)]
        pulls = [precision[each] * (expected[each] - at[each]) for each in range(3)]
        gradient = [
            parts[0].gradient + pulls[0],
            parts[1].gradient + pulls[1],
            parts[0].gradient_scale + parts[1].gradient_scale + pulls[2],
        ]
        covariance = _inverse_of_arrow(
            (parts[0].curvature + precision[0], parts[1].curvature + precision[1]),
            parts[0].curvature_scale + parts[1].curvature_scale + precision[2],
            (parts[0].cross, parts[1].cross),
        )
        # far from the top a whole step would overshoot
        whole = [sum(map(operator.mul, line, gradient)) for line in covariance]
        step = [_within(value, -MAX_STEP, MAX_STEP) for value in whole]
        at = [value + change for value, change in zip(at, step, strict=True)]
        at[2] = max(at[2], SCALE_MIN)
        if max(map(abs, step)) < CLOSE_ENOUGH:
            break
    return _Learnt((at[0], at[1]), at[2], covariance)


def _within(value: float, low: float, high: float) -> float:
    return min(max(value, low), high)


def _sums(rows: Sequence[_Row], shift: float, scale: float) -> _Sums:
    gradient = gradient_scale = curvature = cross = curvature_scale = 0.0
    for value, is_positive in rows:
        chance = _sigmoid(scale * value + shift)
        miss = is_positive - chance
        weight = chance * (1.0 - chance)
        weighted = weight * value
        gradient += miss
        gradient_scale += miss * value
        curvature += weight
        cross += weighted
        curvature_scale += weighted * value
    return _Sums(gradient, gradient_scale, curvature, cross, curvature_scale)


def _inverse_of_arrow(
    diagonal: tuple[float, float], corner: float, cross: tuple[float, float]
) -> tuple[tuple[float, ...], ...]:
    """Invert [[a, 0, x], [0, b, y], [x, y, c]], by the complement of its diagonal part."""
    first, second = cross[0] / diagonal[0], cross[1] / diagonal[1]
    last = 1.0 / (corner - cross[0] * first - cross[1] * second)
    return (
        (1.0 / diagonal[0] + first * first * last, first * second * last, -first * last),
        (first * second * last, 1.0 / diagonal[1] + second * second * last, -second * last),
        (-first * last, -second * last, last),
    )


class _LeftOut(NamedTuple):
    """What is learnt without one label: its log-odds, and how the three values change."""

    value: float
    change: tuple[float, float, float]


def _left_out(learnt: _Learnt, axis: int, row: _Row) -> _LeftOut:
    """Take one label out of the fit, by one Newton step (Rad and Maleki 2020)."""
    value, is_positive = row
    covariance = learnt.covariance
    moved = learnt.scale * value + learnt.shifts[axis]
    chance = _sigmoid(moved)
    along = [line[axis] + value * line[2] for line in covariance]
    leverage = along[axis] + value * along[2]
    weight = chance * (1.0 - chance)
    step = (is_positive - chance) / max(1.0 - weight * leverage, FLOOR)
    change = (-step * along[0], -step * along[1], -step * along[2])
    return _LeftOut(moved - step * leverage, change)


def _strength(rows: _Rows, left_out: Sequence[_LeftOut], scale: float, center: Center) -> float:
    """Say how much of the shifts to use.

    Leave-one-out alone cannot tell with five labels. What can is whether the network is more wrong
    about this listener than it expected to be, and how unlike its training songs theirs are: it is
    less sure of those.
    """
    gain = surprise = expected = 0.0
    flat = [each for part in rows for each in part]
    for (value, is_positive), without in zip(flat, left_out, strict=True):
        cost = _cost(value, is_positive)
        gain += _cost(scale * value, is_positive) - _cost(without.value, is_positive)
        chance = _sigmoid(value)
        surprise += cost - _entropy(chance)
        expected += chance * (1.0 - chance) * value * value
    evidence = GAIN_WEIGHT * gain + SURPRISE_WEIGHT * surprise / math.sqrt(expected + 1.0)
    unlike = UNSURE_WEIGHT * (SURE_OF_KNOWN_MUSIC - center.certainty)
    return _within(0.5 + evidence + unlike, 0.0, 1.0)


def _entropy(chance: float) -> float:
    """How surprising a side is on average, in nats, where the network is as right as it says."""
    return sum(-each * math.log(max(each, FLOOR)) for each in (chance, 1.0 - chance))


def _cost(value: float, is_positive: bool) -> float:  # noqa: FBT001 -- one of two sides
    """How surprising a side is, in nats, given its log-odds."""
    signed = value if is_positive else -value
    return math.log1p(math.exp(-signed)) if signed > 0 else math.log1p(math.exp(signed)) - signed


def _others_say(
    songs: Sequence[Axes], learnt: _Learnt, left_out: Sequence[_LeftOut], used: _Used
) -> list[Axes]:
    """Return what all labels but its own make of each labelled song."""
    said = []
    for axes, arousal, valence in zip(
        songs, left_out[: len(songs)], left_out[len(songs) :], strict=True
    ):
        shifts = [
            learnt.shifts[axis] + arousal.change[axis] + valence.change[axis] for axis in (0, 1)
        ]
        scale = learnt.scale + arousal.change[2] + valence.change[2]
        said.append(used.layer(shifts, scale).moved(axes))
    return said


def _agreeing(songs: Iterable[Axes], labels: Iterable[Emotion]) -> int:
    return sum(
        likeliest(probabilities_of(axes)) == label
        for axes, label in zip(songs, labels, strict=True)
    )


def likeliest(probabilities: Sequence[float]) -> Emotion:
    return EMOTIONS[max(range(len(EMOTIONS)), key=probabilities.__getitem__)]


def _sigmoid(value: float) -> float:
    if value >= 0:
        return 1.0 / (1.0 + math.exp(-value))
    power = math.exp(value)
    return power / (1.0 + power)
