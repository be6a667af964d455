from __future__ import annotations

import itertools
import re
from collections import Counter

import pytest

from journal.emotions.tally import NAMES, Tally
from journal.stats import geometry

MIXED = Tally(Counter(sad=1, happy=2, calm=5))


def test_a_bar_is_filled_from_end_to_end() -> None:
    laid = geometry.pieces(MIXED)
    assert [piece.part.name for piece in laid] == ["sad", "happy", "calm"]
    assert laid[0].start == 0
    for piece, following in itertools.pairwise(laid):
        assert piece.start + piece.length == pytest.approx(following.start, abs=0.02)
    assert laid[-1].start + laid[-1].length == pytest.approx(100, abs=0.02)


def test_nothing_is_drawn_of_nothing() -> None:
    assert geometry.pieces(Tally()) == []
    assert geometry.ring(Tally(), inner=1, outer=2) == []
    assert geometry.wedges([Tally()] * 24, inner=1, outer=2) == [[]] * 24


def test_a_ring_of_one_feeling_is_whole() -> None:
    (only,) = geometry.ring(Tally(Counter(["sad"])), inner=1, outer=2)
    assert only.path.count("M") == 2  # an arc from a point to itself would be none


@pytest.mark.parametrize("share", [0.2, 0.8])
def test_a_sector_of_more_than_half_a_turn_takes_the_long_way(share: float) -> None:
    assert (" 1 1 " in geometry.sector(0, share, inner=1, outer=2)) == (share > 0.5)


def test_an_hours_area_tells_its_count() -> None:
    hours = [Tally(Counter(sad=1)), Tally(Counter(sad=2, calm=2)), *[Tally()] * 22]
    one, four = geometry.wedges(hours, inner=30, outer=120)[:2]

    def outer(path: str) -> float:
        return float(path.split("A")[1].split(maxsplit=1)[0])

    assert outer(four[-1].path) == 120
    area = outer(four[-1].path) ** 2 - 30**2
    assert outer(one[0].path) ** 2 - 30**2 == pytest.approx(area / 4, rel=0.01)


def test_the_radar_points_as_russells_plane_does() -> None:
    radar = geometry.radar(MIXED, radius=100, marks_at=130)
    spokes = {spoke["part"].name: spoke["end"] for spoke in radar["spokes"]}
    ends = {name: (end.x > 0, end.y < 0) for name, end in spokes.items()}
    assert ends == {  # (pleasant, stirring)
        "sad": (False, False),
        "happy": (True, True),
        "energetic": (False, True),
        "calm": (True, False),
    }
    assert radar["rim_percent"] == 70  # of 62.5 %


def test_lanes_share_one_scale() -> None:
    tallies = [Tally(Counter(sad=4)), Tally(Counter(sad=2, calm=1))]
    drawn = {lane["part"].name: lane["path"] for lane in geometry.lanes(tallies, MIXED)}
    assert list(drawn) == list(NAMES)
    assert drawn["energetic"] == ""
    heights = [float(height) for height in re.findall(r"v([\d.]+)", drawn["sad"] + drawn["calm"])]
    assert heights == [92, 46, 23]
