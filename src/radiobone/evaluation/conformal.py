"""Sets that hold the truth with a stated probability: an interval round a number, a run of ordered classes.

References
----------
Vovk V, Gammerman A, Shafer G. Algorithmic learning in a random world. Springer, 2005, https://doi.org/10.1007/b106715.
Vovk V. Cross-conformal predictors. Annals of Mathematics and Artificial Intelligence 2015;74:9–28,
https://doi.org/10.1007/s10472-013-9368-4.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
LEVEL = 0.9
EQUAL = 1e-12  # what 1 - (1 - p) may differ from p


@dataclass(frozen=True)
class NumberInterval:
    """An interval of one width round every predicted number.

    Attributes
    ----------
    level : float
        Share of new patients whose number lies within, if they are drawn like those learned from.
    half_width : float or None
        In the unit of the target; None where there are too few patients for this level.
    """

    level: float
    half_width: float | None

    def predict(self, predicted: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the lower and the upper end for each predicted number; infinite where nothing is known."""
        width = np.inf if self.half_width is None else self.half_width
        return predicted - width, predicted + width


@dataclass(frozen=True)
class ClassRun:
    """Neighbouring ordered classes, one of which is the true one.

    Attributes
    ----------
    level : float
        Share of new patients whose class is among them, if they are drawn like those learned from.
    least_probability : float
        Classes of at least this probability are in the run, with the most probable one and all between.
    """

    level: float
    least_probability: float

    def predict(self, probability: FloatArray, predicted: IntArray) -> tuple[IntArray, IntArray]:
        """Return the places of the lowest and the highest class of each row."""
        inside = probability >= self.least_probability - EQUAL
        inside[np.arange(len(predicted)), predicted] = True
        last = probability.shape[1] - 1
        return inside.argmax(axis=1), last - inside[:, ::-1].argmax(axis=1)


def fit_number(predicted: FloatArray, y: FloatArray, weights: FloatArray) -> NumberInterval:
    """Learn the width from rows that the model has not seen; weights of one patient's rows add up to 1."""
    width = reached(np.abs(y - predicted), weights, LEVEL)
    return NumberInterval(LEVEL, None if np.isinf(width) else float(width))


def fit_classes(probability: FloatArray, y: IntArray, weights: FloatArray) -> ClassRun:
    """Learn from rows that the model has not seen how probable the true class is at the least."""
    short = reached(1.0 - probability[np.arange(len(y)), y], weights, LEVEL)
    return ClassRun(LEVEL, max(0.0, 1.0 - float(short)) if np.isfinite(short) else 0.0)


def reached(scores: FloatArray, weights: FloatArray, level: float) -> float:
    """Return the least score that a share of the rows and one new row stay below; infinite if there are too few.

    Parameters
    ----------
    scores, weights : numpy.ndarray, shape (n_rows,)
        Weights count patients; the new one counts 1.
    level : float
        The share.
    """
    order = np.argsort(scores, kind="stable")
    enough = np.cumsum(weights[order]) >= level * (weights.sum() + 1.0) - 1e-9
    return float(scores[order][enough.argmax()]) if enough.any() else float("inf")
