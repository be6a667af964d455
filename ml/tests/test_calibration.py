from __future__ import annotations

import numpy as np
import pytest
from scipy.special import softmax

from ml.calibration import cross_fitted, fit_temperature


def answers(sharpness: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    honest = random.normal(size=(4000, 4))
    truth = np.array([random.choice(4, p=line) for line in softmax(honest, axis=1)])
    return honest * sharpness, truth


@pytest.mark.parametrize("sharpness", [0.5, 1.0, 3.0])
def test_temperature_is_found_when_answers_are_too_sure(sharpness: float) -> None:
    assert fit_temperature(*answers(sharpness)) == pytest.approx(sharpness, rel=0.1)


def test_own_labels_do_not_matter_when_a_fold_is_calibrated() -> None:
    (first, truth), (second, other) = answers(2), answers(2, seed=1)
    honest = cross_fitted({0: first, 1: second}, {0: truth, 1: other})
    lying = cross_fitted({0: first, 1: second}, {0: (truth + 1) % 4, 1: other})
    assert np.array_equal(honest[0], lying[0])
    assert not np.array_equal(honest[1], lying[1])


def test_nothing_changes_when_there_is_one_fold() -> None:
    logits, truth = answers(2)
    assert np.allclose(cross_fitted({3: logits}, {3: truth})[3], softmax(logits, axis=1))
