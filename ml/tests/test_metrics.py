from __future__ import annotations

import numpy as np
import pytest

from ml import metrics
from ml.labels import HIGH_AROUSAL, POSITIVE_VALENCE

TRUTH = np.array([0, 0, 1, 1, 2, 2, 3, 3])
ANSWERS = np.array([0, 3, 1, 1, 2, 1, 3, 0])


def test_confusions_are_counted_when_answers_differ() -> None:
    assert metrics.confusion_matrix(TRUTH, ANSWERS).tolist() == [
        [1, 0, 0, 1],
        [0, 2, 0, 0],
        [0, 1, 1, 0],
        [1, 0, 0, 1],
    ]


def test_macro_f1_equals_the_definition_when_computed_by_hand() -> None:
    assert metrics.macro_f1(TRUTH, ANSWERS) == pytest.approx((0.5 + 0.8 + 2 / 3 + 0.5) / 4)


def test_macro_f1_is_defined_when_an_emotion_is_absent() -> None:
    assert metrics.macro_f1([0, 0], [0, 0]) == pytest.approx(0.25)


def test_axes_are_judged_alone_when_quadrants_are_confused() -> None:
    assert metrics.axis_accuracy(TRUTH, ANSWERS, HIGH_AROUSAL) == 1
    assert metrics.axis_accuracy(TRUTH, ANSWERS, POSITIVE_VALENCE) == pytest.approx(5 / 8)


def test_precision_and_recall_are_given_when_asked_per_class() -> None:
    table = metrics.per_class(TRUTH, ANSWERS)
    assert (table["happy"]["precision"], table["happy"]["recall"]) == (0.6667, 1)


def test_calibration_error_is_the_gap_when_too_sure() -> None:
    probabilities = np.tile([0.85, 0.05, 0.05, 0.05], (10, 1))
    truth = np.array([0] * 6 + [1] * 4)
    bins = metrics.reliability(probabilities, truth)
    assert metrics.calibration_error(bins) == pytest.approx(0.25)
    assert bins[0]["count"] == 10


def test_interval_holds_the_score_when_groups_are_drawn() -> None:
    groups = [str(index // 2) for index in range(80)]
    truth, answers = np.tile(TRUTH, 10), np.tile(ANSWERS, 10)
    low, high = metrics.interval(metrics.accuracy, truth, answers, groups)
    assert low < metrics.accuracy(truth, answers) < high


def test_small_genres_are_left_out_when_scored() -> None:
    genres = [("Jazz",)] * 12 + [("Polka",)] * 2
    table = metrics.by_genre(np.zeros(14, int), np.zeros(14, int), genres)
    assert list(table) == ["Jazz"]
    assert table["Jazz"]["accuracy"] == 1
