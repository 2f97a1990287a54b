"""Scores into probabilities: a logistic curve that never reverses the order, and whether it is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit

from radiobone.evaluation.inner_rows import InnerRows

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Calibration = Literal["none", "sigmoid", "choose"]
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
        return np.asarray(expit(self.log_odds(scores)), dtype=float)

    def log_odds(self, scores: npt.ArrayLike) -> FloatArray:
        """Turn scores into log odds of the positive class."""
        standard = (np.asarray(scores, dtype=float) - self.centre) / self.scale
        return np.asarray(self.slope * standard + self.intercept, dtype=float)


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


def calibrated(held_out: InnerRows, kind: Calibration, *, are_log_odds: bool) -> SigmoidCalibrator | None:
    """Fit the calibration that is wanted to inner held-out rows.

    Parameters
    ----------
    held_out : InnerRows
    kind : {"none", "sigmoid", "choose"}
        ``choose`` takes the curve only if it foretells inner folds that it was not fitted to better than the model's own
        probabilities do, by the mean log loss.
    are_log_odds : bool
        Whether the scores can be read as probabilities; those that cannot always get the curve.

    Returns
    -------
    SigmoidCalibrator or None
        None where the scores are taken as log odds.
    """
    if are_log_odds and (kind == "none" or (kind == "choose" and not curve_helps(held_out))):
        return None
    return fit_sigmoid(held_out.scores, held_out.y)


def curve_helps(held_out: InnerRows) -> bool:
    """Whether the curve, fitted to the other inner folds, has a lower log loss than scores read as log odds."""
    curved = held_out.by_other_folds(lambda scores, y: fit_sigmoid(scores, y).log_odds)
    return _log_loss(curved, held_out.y) < _log_loss(held_out.scores, held_out.y)


def _log_loss(log_odds: FloatArray, y: IntArray) -> float:
    return float(np.mean(np.logaddexp(0.0, log_odds) - (y == 1) * log_odds))
