"""How an explanation divides a clip's picture, and how large it is drawn; without torch."""

from typing import NamedTuple

from ml.clip import SEGMENT_SECONDS

BANDS = 8  # groups of neighbouring mel bands
SLOTS = 10  # stretches of a segment
SLOT_SECONDS = SEGMENT_SECONDS / SLOTS
WIDTH, HEIGHT = 320, 288  # pixels of one segment's picture
OUTLINED = 5  # the strongest regions


class Box(NamedTuple):
    """A rectangle in a segment's picture, in pixels from its upper left corner."""

    x: float
    y: float
    width: float
    height: float


def box_of(*, band: int, slot: int) -> Box:
    """Return where a region is drawn: low frequencies below, time to the right."""
    width, height = WIDTH / SLOTS, HEIGHT / BANDS
    return Box(slot * width, (BANDS - 1 - band) * height, width, height)
