"""A clip, and how it is cut: what the web process may know of sound without numpy and PyAV."""

from __future__ import annotations

from dataclasses import dataclass
from struct import Struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

SAMPLE_RATE = 22050
CLIP_SECONDS = 30.0
SEGMENT_SECONDS = 10.0
SEGMENTS = 3
LENGTHS = Struct(">II")  # of a report and of samples, where one process hands a clip to another


@dataclass(frozen=True)
class Clip:
    """Up to 30 s of a song."""

    samples: npt.NDArray[np.float32]  # (n,): mono, at `SAMPLE_RATE`
    seconds: float  # length of `samples`
    source_seconds: float  # length of the file that the clip was taken from
    start: float  # where in the source the clip begins, in seconds
    # what the file's tags name, or nothing; a stranger's text: escape it
    title: str = ""
    artist: str = ""
    # whether this is the song's middle; else there was nothing to be heard in that
    is_middle: bool = True


def segment_starts(seconds: float) -> tuple[float, ...]:
    """Where the segments of a clip begin, in seconds.

    Full clips are cut into three without overlap; shorter ones into three
    evenly spaced segments that overlap. Under 10 s all three begin at 0.
    """
    room = max(0.0, seconds - SEGMENT_SECONDS) / (SEGMENTS - 1)
    return tuple(room * index for index in range(SEGMENTS))
