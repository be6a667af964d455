"""Make probabilities mean what they say, by one temperature (Guo et al. 2017)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, softmax

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
COLDEST, HOTTEST = 0.2, 5.0


def fit_temperature(logits: Floats, truth: Integers) -> float:
    """Return the temperature at which the truth is most likely.

    Parameters
    ----------
    logits : array, shape (n, 4)
        Of clips that the network was not trained on.
    truth : array, shape (n,)
    """
    rows = np.arange(len(truth))

    def loss(log_temperature: float) -> float:
        return -float(log_softmax(logits / np.exp(log_temperature), axis=1)[rows, truth].mean())

    bounds = (np.log(COLDEST), np.log(HOTTEST))
    return float(np.exp(minimize_scalar(loss, bounds=bounds, method="bounded").x))


def cross_fitted(logits: Mapping[int, Floats], truth: Mapping[int, Integers]) -> dict[int, Floats]:
    """Return calibrated probabilities of every fold, by a temperature of the others.

    A fold's own clips never decide its temperature. With one fold alone there is
    nothing to fit on, and its temperature is 1.
    """
    result = {}
    for fold in logits:
        others = [other for other in logits if other != fold]
        temperature = (
            fit_temperature(
                np.concatenate([logits[other] for other in others]),
                np.concatenate([truth[other] for other in others]),
            )
            if others
            else 1.0
        )
        result[fold] = softmax(logits[fold] / temperature, axis=1)
    return result
