"""A song's point on the two axes of affect, as drawn and as said."""

from typing import Any

from django.utils.translation import gettext as _

from classifier.emotions.readings import Reading
from classifier.emotions.words import Point, point_of

UNITS = 100  # of the drawing, to each side of its middle; whole numbers only, as SVG needs them


def plane_of(reading: Reading) -> dict[str, Any] | None:
    """Draw where a model's answer lies; None where there is none."""
    point = reading.point
    if point is None:
        return None
    parts = [
        point_of({bar.name: bar.probability for bar in segment.bars})
        for segment in reading.segments
    ]
    x, y = _place(point)
    return {
        "x": x,
        "y": y,
        "width": round(UNITS * point.valence_spread),
        "height": round(UNITS * point.arousal_spread),
        "parts": [_place(part) for part in parts if part],
        "sentences": [_on_valence(point.valence), _on_arousal(point.arousal)],
    }


def _place(point: Point) -> tuple[int, int]:
    return round(UNITS * point.valence), -round(UNITS * point.arousal)


def _on_valence(mean: float) -> str:
    values = {"percent": _sure(mean)}
    if mean >= 0:
        return _("%(percent)d\xa0%% sure: more pleasant than unpleasant") % values
    return _("%(percent)d\xa0%% sure: more unpleasant than pleasant") % values


def _on_arousal(mean: float) -> str:
    values = {"percent": _sure(mean)}
    if mean >= 0:
        return _("%(percent)d\xa0%% sure: more lively than quiet") % values
    return _("%(percent)d\xa0%% sure: more quiet than lively") % values


def _sure(mean: float) -> int:
    """How likely the side is that an axis's mean lies on, in percent."""
    return round(50 * (1 + abs(mean)))
