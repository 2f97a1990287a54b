"""Between what a probability lies, for all that a limited number of patients can tell.

Three things are drawn together, and the interval reaches from the least to the greatest of them: the model's own
probability; the confidence band of a logistic curve from probabilities to classes; and Venn and Abers' pair, which needs
no curve and is wide where the curve does not fit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import expit, logit, stdtrit

from radiobone.evaluation.venn_abers import VennAbers, fit_venn_abers

FloatArray = npt.NDArray[np.float64]
LEVEL = 0.95
NEAREST_TO_CERTAIN = 1e-6
RIDGE = 1e-6
MOST_STEPS = 100
LARGEST_STEP = 2.0


@dataclass(frozen=True)
class Band:
    """Log odds = intercept + slope · log odds of the model, with a confidence band.

    Attributes
    ----------
    level : float
        Confidence.
    intercept, slope : float
    covariance : (float, float, float)
        Variance of the intercept, covariance, variance of the slope.
    reach : float
        Standard errors to either side.
    """

    level: float
    intercept: float
    slope: float
    covariance: tuple[float, float, float]
    reach: float

    def __post_init__(self) -> None:
        if not np.isfinite([self.level, self.intercept, self.slope, *self.covariance, self.reach]).all():
            raise ValueError("the band of its interval has values that are no numbers")
        if len(self.covariance) != 3 or self.reach < 0:
            raise ValueError("the band of its interval is none")

    def predict(self, probability: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Return the lower and the upper probability for each probability of the model."""
        x = _log_odds(np.asarray(probability, dtype=float))
        first, both, second = self.covariance
        error = np.sqrt(np.maximum(first + 2 * x * both + x**2 * second, 0.0))
        middle = self.intercept + self.slope * x
        low, high = expit(middle - self.reach * error), expit(middle + self.reach * error)
        return np.asarray(low, dtype=float), np.asarray(high, dtype=float)


@dataclass(frozen=True)
class ProbabilityInterval:
    """The interval of a probability.

    Attributes
    ----------
    band : Band
    steps : VennAbers
    """

    band: Band
    steps: VennAbers

    @property
    def level(self) -> float:
        """Confidence of the band."""
        return self.band.level

    def predict(self, probability: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the lower and the upper end for each probability of the model."""
        ends = [probability, *self.band.predict(probability), *self.steps.predict(probability)]
        return np.minimum.reduce(ends), np.maximum.reduce(ends)


def fit_probability(probability: FloatArray, y: npt.NDArray[Any], weights: FloatArray) -> ProbabilityInterval:
    """Learn from rows that the model has not seen; weights of one patient's rows add up to 1."""
    return ProbabilityInterval(fit_band(probability, y, weights), fit_venn_abers(probability, y, weights))


def fit_band(probability: FloatArray, y: npt.NDArray[Any], weights: FloatArray) -> Band:
    """Fit the curve by Newton's method to targets that are drawn in from 0 and 1 as Platt does."""
    x = np.column_stack([np.ones(len(y)), _log_odds(probability)])
    positive = float(weights @ (y == 1))
    negative = float(weights.sum() - positive)
    wanted = np.where(y == 1, (positive + 1) / (positive + 2), 1 / (negative + 2))
    at = np.array([0.0, 1.0])
    for _ in range(MOST_STEPS):
        step = np.linalg.solve(_information(x, at, weights), x.T @ (weights * (wanted - expit(x @ at))))
        at = at + np.clip(step, -LARGEST_STEP, LARGEST_STEP)
        if np.abs(step).max() < 1e-10:
            break
    v = np.linalg.inv(_information(x, at, weights))
    reach = float(stdtrit(max(positive + negative - 2, 1), (1 + LEVEL) / 2))
    return Band(LEVEL, float(at[0]), float(at[1]), (float(v[0, 0]), float(v[0, 1]), float(v[1, 1])), reach)


def interval_of(content: Mapping[str, Any]) -> ProbabilityInterval:
    """Make an interval anew from a model file."""
    band = {**content["band"], "covariance": tuple(content["band"]["covariance"])}
    steps = {name: tuple(one) for name, one in content["steps"].items()}
    return ProbabilityInterval(Band(**band), VennAbers(**steps))


def _information(x: FloatArray, at: FloatArray, weights: FloatArray) -> FloatArray:
    chance = expit(x @ at)
    return np.asarray((x * (weights * chance * (1 - chance))[:, np.newaxis]).T @ x + RIDGE * np.eye(2))


def _log_odds(probability: FloatArray) -> FloatArray:
    return np.asarray(logit(np.clip(probability, NEAREST_TO_CERTAIN, 1 - NEAREST_TO_CERTAIN)), dtype=float)
