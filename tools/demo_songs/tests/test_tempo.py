from __future__ import annotations

from fractions import Fraction

import pytest

from tools.demo_songs.score import Meter, ScoreError
from tools.demo_songs.tempo import TempoMap, TempoPoint, build_tempo_map

WALTZ = Meter(Fraction(3, 4))
QUARTER = Fraction(1, 4)


def lay_out(*points: TempoPoint, beat: Fraction = QUARTER) -> TempoMap:
    return build_tempo_map(points, meter=WALTZ, beat=beat, end=Fraction(3))


def test_steady_tempo_is_a_straight_line() -> None:
    tempo = lay_out(TempoPoint(bar=1, bpm=90))

    assert tempo.seconds_at(WALTZ.start_of(4)) == pytest.approx(3 * 3 * 60 / 90)


def test_tempo_changes_at_its_bar() -> None:
    tempo = lay_out(TempoPoint(bar=1, bpm=60), TempoPoint(bar=3, bpm=120))

    assert tempo.seconds_at(Fraction(3)) == pytest.approx(6 + 3)


def test_beat_counts_what_bpm_means() -> None:
    tempo = lay_out(TempoPoint(bar=1, bpm=60), beat=Fraction(3, 4))

    assert tempo.seconds_at(Fraction(3)) == pytest.approx(4)


def test_gradual_change_lies_between_both_tempos() -> None:
    tempo = lay_out(TempoPoint(bar=1, bpm=60, to=120))

    assert tempo.quarter_bpm_at(Fraction(0)) == 60
    assert 115 < tempo.quarter_bpm_at(Fraction(299, 100)) < 120
    assert 12 * 60 / 120 < tempo.seconds_at(Fraction(3)) < 12 * 60 / 60


def test_tempo_is_refused_when_bar_one_has_none() -> None:
    with pytest.raises(ScoreError, match="bar 1"):
        lay_out(TempoPoint(bar=2, bpm=60))


def test_tempo_is_refused_when_out_of_order() -> None:
    with pytest.raises(ScoreError, match="out of order"):
        lay_out(TempoPoint(1, 60), TempoPoint(3, 60), TempoPoint(2, 60))
