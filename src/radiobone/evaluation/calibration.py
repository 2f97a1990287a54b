"""Scores into probabilities: a logistic curve that never reverses the order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit

FloatArray = npt.NDArray[np.float64]
SMALLEST_SLOPE = 1e-3


@dataclass(frozen=True)
class SigmoidCalibrator:
    """Probability = expit(slope · (score - centre) / scale + intercept).

    Attributes
    ----------
    slope, intercept, centre, scale : float
        ``centre`` and ``scale`` are the mean and standard deviation of the scores learned from.
    """

    slope: float
    intercept: float
    centre: float
    scale: float

    def predict(self, scores: npt.ArrayLike) -> FloatArray:
        """Turn scores into probabilities of the positive class."""
        standard = (np.asarray(scores, dtype=float) - self.centre) / self.scale
        return np.asarray(expit(self.slope * standard + self.intercept), dtype=float)


def fit_sigmoid(scores: npt.ArrayLike, y: npt.ArrayLike) -> SigmoidCalibrator:
    """Fit the curve to scores of rows that the scoring model has not seen.

    The targets are drawn in from 0 and 1 as Platt does, so that classes that happen to be apart do
    not make certainties; the slope stays positive, so that ranks stay as they are.

    Parameters
    ----------
    scores : array-like, shape (n_rows,)
        Higher for the positive class.
    y : array-like of int, shape (n_rows,)
        Classes 0 and 1.

    References
    ----------
    Platt J. Probabilistic outputs for support vector machines. Advances in Large Margin Classifiers, 1999.
    """
    values, labels = np.asarray(scores, dtype=float), np.asarray(y)
    centre, spread = float(values.mean()), float(values.std())
    scale = spread if spread > 0 else 1.0
    standard = (values - centre) / scale
    n_positive = int((labels == 1).sum())
    n_negative = len(labels) - n_positive
    wanted = np.where(labels == 1, (n_positive + 1) / (n_positive + 2), 1 / (n_negative + 2))

    def loss(parameters: FloatArray) -> tuple[float, FloatArray]:
        log_odds = parameters[0] * standard + parameters[1]
        error = expit(log_odds) - wanted
        value = np.logaddexp(0, log_odds) - wanted * log_odds
        return float(value.sum()), np.array([error @ standard, error.sum()])

    start = np.array([1.0, np.log((n_positive + 1) / (n_negative + 1))])
    bounds = [(SMALLEST_SLOPE, None), (None, None)]
    found = minimize(
        loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-12, "gtol": 1e-8}
    )
    return SigmoidCalibrator(float(found.x[0]), float(found.x[1]), centre, scale)
