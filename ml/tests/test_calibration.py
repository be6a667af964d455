from __future__ import annotations

import numpy as np
import pytest
from scipy.special import softmax

from ml.calibration import UnseenAnswers, fit_temperature, temperatures_of_others


def answers(sharpness: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    honest = random.normal(size=(4000, 4))
    truth = np.array([random.choice(4, p=line) for line in softmax(honest, axis=1)])
    return honest * sharpness, truth


def known(sharpness: float, seed: int = 0) -> UnseenAnswers:
    logits, truth = answers(sharpness, seed)
    return UnseenAnswers(logits, np.eye(4)[truth], np.ones(len(truth)))


@pytest.mark.parametrize("sharpness", [0.5, 1.0, 3.0])
def test_temperature_is_found_when_answers_are_too_sure(sharpness: float) -> None:
    assert fit_temperature(known(sharpness)) == pytest.approx(sharpness, rel=0.1)


def test_own_labels_do_not_matter_when_a_fold_is_calibrated() -> None:
    first, second = known(2), known(3, seed=1)
    turned = first._replace(truth=first.truth[:, ::-1])
    honest = temperatures_of_others({0: first, 1: second})
    lying = temperatures_of_others({0: turned, 1: second})
    assert honest[0] == lying[0]
    assert honest[1] != lying[1]


def test_doubtful_labels_count_less_when_weights_say_so() -> None:
    sure, wrong = known(1), known(1, seed=1)
    turned = wrong._replace(truth=wrong.truth[:, ::-1], weights=wrong.weights * 0.01)
    assert fit_temperature(UnseenAnswers.joined([sure, turned])) == pytest.approx(1, rel=0.2)


def test_nothing_changes_when_there_is_one_fold() -> None:
    assert temperatures_of_others({3: known(2)}) == {3: 1.0}
