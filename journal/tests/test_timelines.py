from __future__ import annotations

from classifier.readings import SegmentReading, bars_of
from journal.timelines import LANE, timeline


def segment(start: float, end: float, **probabilities: float) -> SegmentReading:
    bars = bars_of({"sad": 0, "happy": 0, "energetic": 0, "calm": 0} | probabilities)
    top = max(bars, key=lambda bar: bar.probability)
    return SegmentReading(start, end, top.name, top.word, top.percent, bars)


def test_stretches_follow_each_other_on_one_line() -> None:
    drawn = timeline([segment(0, 10, sad=1), segment(10, 20, sad=0.3, calm=0.7)])
    assert drawn is not None
    assert (drawn.width, drawn.height) == (200, LANE)
    assert [(block.x, block.y, block.width) for block in drawn.blocks] == [
        (0, 0, 100),
        (100, 0, 100),
    ]
    assert [strip.height for strip in drawn.blocks[1].strips] == [30, 0, 0, 70]
    assert [label for _x, label in drawn.ticks] == ["0", "5", "10", "15", "20"]


def test_stretches_that_overlap_lie_below_each_other() -> None:
    drawn = timeline([segment(0, 10, sad=1), segment(2, 12, sad=1), segment(4, 14, sad=1)])
    assert drawn is not None
    assert len({block.y for block in drawn.blocks}) == 3
    assert drawn.height > 3 * LANE


def test_strips_leave_no_gap_however_they_are_rounded() -> None:
    drawn = timeline([segment(0, 4, sad=0.333, happy=0.333, energetic=0.329, calm=0.005)])
    assert drawn is not None
    assert sum(strip.height for strip in drawn.blocks[0].strips) == LANE


def test_nothing_is_drawn_where_no_stretch_was_heard() -> None:
    assert timeline([]) is None
