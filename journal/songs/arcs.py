"""A whole song as drawn: one line for each axis of affect along it, and where it turns."""

from collections.abc import Sequence
from typing import Any

from classifier.emotions.arcs import Stretch, stretches_of, turns_of
from classifier.emotions.effective import corrected
from classifier.models import Arc
from classifier.sentences import translated
from classifier.serving.results import minutes_and_seconds
from ml.personal import Layer

# Whole numbers only, since SVG takes no decimal comma: a unit is a tenth of a second.
UNITS = 10
HALF = 100  # the height of each half of the drawing
TICKS = 5


def whole_song_of(row: Arc | None, layer: Layer) -> dict[str, Any]:
    """Draw a whole song, as far as it was heard and as the listener's layer has it."""
    if row is None:
        return {"state": "none"}
    if row.status == Arc.Status.FAILED:
        return {"state": "failed", "error": translated(row.error)}
    if row.status != Arc.Status.DONE:
        return {"state": "hearing"}
    stretches = stretches_of(
        [each | {"probabilities": corrected(layer, each["probabilities"])} for each in row.segments]
    )
    seconds = stretches[-1].end
    return {
        "state": "done",
        "width": round(UNITS * seconds),
        "arousal": _line(stretches, "arousal"),
        "valence": _line(stretches, "valence"),
        "turns": tuple((round(UNITS * turn.at), turn) for turn in turns_of(stretches)),
        "ticks": tuple(
            (round(UNITS * seconds * at / TICKS), minutes_and_seconds(seconds * at / TICKS))
            for at in range(TICKS + 1)
        ),
        "ends": minutes_and_seconds(seconds),
    }


def _line(stretches: Sequence[Stretch], axis: str) -> str:
    """Join the middles of stretches; the line reaches both ends of the song."""
    heights = [HALF - round(HALF * getattr(each, axis)) for each in stretches]
    middles = [round(UNITS * (each.start + each.end) / 2) for each in stretches]
    places = [
        (0, heights[0]),
        *zip(middles, heights, strict=True),
        (round(UNITS * stretches[-1].end), heights[-1]),
    ]
    return " ".join(f"{x},{y}" for x, y in places)
