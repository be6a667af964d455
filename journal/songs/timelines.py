"""A clip as drawn: its stretches along a line of time, and over them what carried the answer."""

import itertools
import math
from collections.abc import Sequence
from typing import Any

from django.utils.formats import localize
from django.utils.translation import gettext as _
from django_stubs_ext import StrOrPromise

from classifier.emotions.readings import WORDS, Bar, Reading, SegmentReading
from classifier.models import Explanation
from classifier.sentences import translated
from classifier.serving.results import minutes_and_seconds
from classifier.sources.deezer import NAME as DEEZER
from ml.clip import SEGMENTS
from ml.explanations.grid import HEIGHT, SLOT_SECONDS, WIDTH, box_of

# A marked region is a second: it is heard with some of what is around it.
LEAD_SECONDS, TAIL_SECONDS = 0.5, 1.5

# Whole numbers only, since SVG takes no decimal comma: a unit is a tenth of a second.
UNITS = 10
LANE = 100
GAP = 12
TICK_SECONDS = 5


def timeline(segments: Sequence[SegmentReading]) -> dict[str, Any] | None:
    """Lay the stretches of a clip along a line; None where none were heard apart."""
    if not segments:
        return None
    is_overlapping = any(a.end > b.start for a, b in itertools.pairwise(segments))
    lanes = len(segments) if is_overlapping else 1
    seconds = max(segment.end for segment in segments)
    blocks = [
        {
            "x": round(UNITS * segment.start),
            "y": (index if is_overlapping else 0) * (LANE + GAP),
            "width": round(UNITS * (segment.end - segment.start)),
            "strips": _strips(segment.bars),
        }
        for index, segment in enumerate(segments)
    ]
    return {
        "width": round(UNITS * seconds),
        "height": lanes * (LANE + GAP) - GAP,
        "blocks": blocks,
        "ticks": _ticks(seconds, segments[0].offset),
    }


def _ticks(seconds: float, offset: float | None) -> list[tuple[int, str]]:
    """Mark every five seconds: of the song, or of the clip where nobody knows its place."""
    if offset is None:
        return [(UNITS * at, str(at)) for at in range(0, math.floor(seconds) + 1, TICK_SECONDS)]
    first = math.ceil(offset / TICK_SECONDS) * TICK_SECONDS
    marks = range(first, math.floor(offset + seconds) + 1, TICK_SECONDS)
    return [(round(UNITS * (at - offset)), minutes_and_seconds(at)) for at in marks]


def origin_of(reading: Reading, *, has_audio: bool, streams_clip: bool) -> float | None:
    """Where in what is played the clip begins; None where nothing plays, or nobody knows.

    A song of ours is played whole. A platform's clip is the very one that was heard.
    """
    if has_audio:
        return reading.segments[0].offset if reading.segments else None
    answer = reading.classification
    return 0.0 if streams_clip and answer and answer.clip_source == DEEZER else None


def parts_of(reading: Reading, *, origin: float | None) -> list[dict[str, Any]]:
    """The stretches of the clip, each with where it is played from."""
    return [
        {"segment": each, "fragment": _fragment(origin, each.start)} for each in reading.segments
    ]


def _fragment(origin: float | None, start: float, end: float | None = None) -> str:
    """A media fragment, whose times have a dot in every language."""
    if origin is None:
        return ""
    moments = [max(0.0, start), *([] if end is None else [end])]
    return "#t=" + ",".join(f"{round(origin + moment, 1):g}" for moment in moments)


def why(
    explanation: Explanation | None, reading: Reading, *, origin: float | None = None
) -> dict[str, Any]:
    """Say what carried an answer, as far as it is known."""
    if explanation is None:
        return {"state": "none"}
    if explanation.status == Explanation.Status.FAILED:
        return {"state": "failed", "error": translated(explanation.error)}
    if explanation.status != Explanation.Status.DONE:
        return {"state": "drawing"}
    heard = zip(reading.segments, explanation.shares, strict=False)
    panes = [
        {
            "segment": segment,
            "offset": -WIDTH * index,
            "percent": round(100 * share),
            "outlines": [
                _outline(region) | {"place": _place(region, reading, origin)}
                for region in explanation.regions
                if region["segment"] == index
            ],
        }
        for index, (segment, share) in enumerate(heard)
    ]
    return {
        "state": "done",
        "panes": panes,
        "sentence": _sentence(WORDS[explanation.emotion], panes),
        "places": [_place(region, reading, origin) for region in explanation.regions],
        "width": WIDTH,
        "height": HEIGHT,
        "picture_width": WIDTH * SEGMENTS,
    }


def _outline(region: dict[str, Any]) -> dict[str, Any]:
    """A region of the picture, in the pixels of one pane."""
    box = map(round, box_of(band=region["band"], slot=region["slot"]))
    return dict(zip(("x", "y", "width", "height"), box, strict=True))


def _strips(bars: Sequence[Bar]) -> list[dict[str, Any]]:
    """Stack probabilities; the edges are rounded, so that no gap and no overlap is left."""
    edges = [0.0]
    for bar in bars:
        edges.append(edges[-1] + bar.probability)
    rounded = [round(LANE * edge / (edges[-1] or 1.0)) for edge in edges]
    return [
        {"name": bar.name, "y": top, "height": bottom - top}
        for bar, top, bottom in zip(bars, rounded, rounded[1:], strict=False)
    ]


def _sentence(word: StrOrPromise, panes: Sequence[dict[str, Any]]) -> str:
    if not panes:
        return ""
    top = max(panes, key=lambda pane: pane["percent"])
    segment, values = top["segment"], {"word": word, "percent": top["percent"]}
    if segment.begins:
        return _(
            "Most of the evidence for %(word)s, %(percent)d\xa0%%, lies between "
            "%(start)s and %(end)s."
        ) % (values | {"start": segment.begins, "end": segment.ends})
    return _(
        "Most of the evidence for %(word)s, %(percent)d\xa0%%, lies between %(start)s "
        "and %(end)s\xa0s."
    ) % (values | {"start": _whole(segment.start), "end": _whole(segment.end)})


def _place(region: dict[str, float], reading: Reading, origin: float | None) -> dict[str, Any]:
    start = region["start"]
    fragment = _fragment(origin, start - LEAD_SECONDS, start + SLOT_SECONDS + TAIL_SECONDS)
    return {"words": _place_in_words(region, reading), "fragment": fragment}


def _place_in_words(region: dict[str, float], reading: Reading) -> str:
    start, end = region["start"], region["start"] + SLOT_SECONDS
    values = {"low": _whole(region["low"]), "high": _whole(region["high"])}
    offset = reading.segments[0].offset if reading.segments else None
    if offset is not None:
        return _("%(start)s to %(end)s, %(low)s to %(high)s\xa0Hz") % {
            "start": minutes_and_seconds(offset + start),
            "end": minutes_and_seconds(offset + end),
            **values,
        }
    return _("%(start)s to %(end)s\xa0s, %(low)s to %(high)s\xa0Hz") % {
        "start": _whole(start),
        "end": _whole(end),
        **values,
    }


def _whole(number: float) -> str:
    return str(localize(round(number)))
