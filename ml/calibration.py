"""Make probabilities mean what they say, by one temperature (Guo et al. 2017)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

Floats = npt.NDArray[np.float64]
COLDEST, HOTTEST = 0.2, 5.0


class UnseenAnswers(NamedTuple):
    """What networks said of clips that they had not seen, and what is true."""

    logits: Floats  # (n, 4)
    truth: Floats  # (n, 4): how likely each emotion is by the labels
    weights: Floats  # (n,): how much each label can be trusted

    @classmethod
    def joined(cls, parts: Iterable[UnseenAnswers]) -> UnseenAnswers:
        return cls(*map(np.concatenate, zip(*parts, strict=True)))


def fit_temperature(answers: UnseenAnswers) -> float:
    """Return the temperature at which the truth is most likely."""

    def loss(log_temperature: float) -> float:
        chances = log_softmax(answers.logits / np.exp(log_temperature), axis=1)
        return -float(answers.weights @ (answers.truth * chances).sum(axis=1))

    bounds = (np.log(COLDEST), np.log(HOTTEST))
    return float(np.exp(minimize_scalar(loss, bounds=bounds, method="bounded").x))


def temperatures_of_others(folds: Mapping[int, UnseenAnswers]) -> dict[int, float]:
    """Return every fold's temperature, fitted on the others.

    A fold's own clips never decide its temperature. With one fold alone there is
    nothing to fit on, and its temperature is 1.
    """
    result = {}
    for fold in folds:
        others = [folds[other] for other in folds if other != fold]
        result[fold] = fit_temperature(UnseenAnswers.joined(others)) if others else 1.0
    return result
