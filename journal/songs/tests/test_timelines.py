from __future__ import annotations

import pytest
import torch

from classifier.emotions.readings import SegmentReading, bars_of, read_answer
from classifier.tests.factories import ExplanationFactory
from classifier.tests.fakes import FakePrediction
from journal.songs.timelines import LANE, timeline, why
from ml.explanations.explain import Reasons
from ml.explanations.figure import paint
from ml.explanations.grid import BANDS, SLOTS

PLACE = {"start": 19.0, "low": 820.0, "high": 1260.0}


def segment(
    start: float, end: float, offset: float | None = None, **probabilities: float
) -> SegmentReading:
    bars = bars_of({"sad": 0, "happy": 0, "energetic": 0, "calm": 0} | probabilities)
    top = max(bars, key=lambda bar: bar.probability)
    return SegmentReading(start, end, top.name, top.word, top.percent, bars, offset)


def test_stretches_follow_each_other_on_one_line() -> None:
    drawn = timeline([segment(0, 10, sad=1), segment(10, 20, sad=0.3, calm=0.7)])
    assert drawn is not None
    assert (drawn["width"], drawn["height"]) == (200, LANE)
    assert [(block["x"], block["y"], block["width"]) for block in drawn["blocks"]] == [
        (0, 0, 100),
        (100, 0, 100),
    ]
    assert [strip["height"] for strip in drawn["blocks"][1]["strips"]] == [30, 0, 0, 70]
    assert [label for _x, label in drawn["ticks"]] == ["0", "5", "10", "15", "20"]


def test_stretches_that_overlap_lie_below_each_other() -> None:
    drawn = timeline([segment(0, 10, sad=1), segment(2, 12, sad=1), segment(4, 14, sad=1)])
    assert drawn is not None
    assert len({block["y"] for block in drawn["blocks"]}) == 3
    assert drawn["height"] > 3 * LANE


def test_strips_leave_no_gap_however_they_are_rounded() -> None:
    drawn = timeline([segment(0, 4, sad=0.333, happy=0.333, energetic=0.329, calm=0.005)])
    assert drawn is not None
    assert sum(strip["height"] for strip in drawn["blocks"][0]["strips"]) == LANE


@pytest.mark.django_db
def test_outlines_lie_where_the_picture_was_painted() -> None:
    """A clip whose one loud second is its tenth: the outline is drawn round it."""
    relevance = torch.zeros(3, BANDS, SLOTS)
    relevance[1, 5, 9] = 1.0
    picture = torch.zeros(3, 64, 40)
    reasons = Reasons(FakePrediction(), picture, relevance)  # type: ignore[arg-type]
    image = paint(reasons).convert("RGB")
    row = ExplanationFactory(regions=[{"segment": 1, "band": 5, "slot": 9, **PLACE}])
    seen = why(row, read_answer(row.classification))
    ((outline,),) = [pane["outlines"] for pane in seen["panes"] if pane["outlines"]]
    tinted = {
        (x, y)
        for x in range(image.width)
        for y in range(image.height)
        if image.getpixel((x, y)) != image.getpixel((0, 0))
    }
    left = -seen["panes"][1]["offset"] + outline["x"]
    assert tinted == {
        (x, y)
        for x in range(left, left + outline["width"])
        for y in range(outline["y"], outline["y"] + outline["height"])
    }
    assert (image.width, image.height) == (seen["picture_width"], seen["height"])


def test_nothing_is_drawn_where_no_stretch_was_heard() -> None:
    assert timeline([]) is None


def test_marks_are_the_songs_own_times_where_they_are_known() -> None:
    drawn = timeline([segment(0, 10, 92.5, sad=1), segment(10, 20, 92.5, sad=1)])
    assert drawn is not None
    assert drawn["ticks"] == [(25, "1:35"), (75, "1:40"), (125, "1:45"), (175, "1:50")]
    assert [block["x"] for block in drawn["blocks"]] == [0, 100]
