"""Weights of fitted linear models: what one feature adds to the log odds, or to the predicted number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.svm import SVC

from radiobone.evaluation.chain import apply_steps
from radiobone.evaluation.fold import FoldFit, FoldOutcome
from radiobone.evaluation.row_metadata import RawRows
from radiobone.explain.problem import FloatArray
from radiobone.models.penalised_regression import PenalisedRegression

LOG_ODDS, NUMBER = "log odds", "number"
WEIGHT_COLUMNS = (
    "repeat", "fold", "model", "scale", "intercept", "feature", "coefficient", "centre", "unit", "spread",
)  # fmt: skip
STRAIGHT = 1e-6
Sum = tuple[FloatArray, float, str]


@dataclass(frozen=True, eq=False)
class Weights:
    """One fold's weighted sum, ``intercept + sum(coefficient * (value - centre) / unit)``.

    Attributes
    ----------
    scale : str
        What the sum is: ``log odds`` of the positive class, before calibration (of a support vector machine, whose
        probability is its calibration, after it); or the predicted ``number``.
    intercept : float
        The sum where each column, as the model sees it, is 0.
    coefficient : ndarray, shape (n_features,)
        Per unit of the column as the model sees it.
    centre, unit : ndarray, shape (n_features,)
        In the raw feature's unit; NaN where the steps before the model do not map the feature on a straight line.
    spread : ndarray, shape (n_features,)
        Standard deviation of the column as the model sees it, in the training rows (divisor n).
    """

    scale: str
    intercept: float
    coefficient: FloatArray
    centre: FloatArray
    unit: FloatArray
    spread: FloatArray

    def table(self, fit: FoldOutcome) -> pd.DataFrame:
        """Return one row per feature of a fold."""
        return pd.DataFrame(
            {
                "repeat": fit.repeat,
                "fold": fit.fold,
                "model": fit.model_name,
                "scale": self.scale,
                "intercept": self.intercept,
                "feature": np.asarray(fit.features, dtype=object),
                "coefficient": self.coefficient,
                "centre": self.centre,
                "unit": self.unit,
                "spread": self.spread,
            },
            columns=list(WEIGHT_COLUMNS),
        )


def weights_of(fit: FoldFit, training: RawRows) -> Weights | None:
    """Take the weights out of a fold's fitted model.

    Parameters
    ----------
    fit : FoldFit
        What the fold learned.
    training : RawRows
        Its training rows, raw.

    Returns
    -------
    Weights or None
        None where the model is no weighted sum.
    """
    found = weighted_sum(fit)
    if found is None or len(found[0]) != len(fit.features):
        return None
    coefficient, intercept, scale = found
    seen = np.asarray(apply_steps(fit.steps, training), dtype=float)
    raw = training.X.reindex(columns=list(fit.features)).to_numpy(dtype=float)
    lines = [straight_line(raw[:, column], seen[:, column]) for column in range(seen.shape[1])]
    centre, unit = (np.array([line[part] for line in lines]) for part in (0, 1))
    return Weights(scale, intercept, coefficient, centre, unit, seen.std(axis=0))


def weighted_sum(fit: FoldFit) -> Sum | None:
    """Return coefficients, intercept and what the sum is; None if the model is no weighted sum."""
    take = next((SUMS[kind] for kind in type(fit.model).__mro__ if kind in SUMS), None)
    return None if take is None else take(fit)


def straight_line(raw: FloatArray, seen: FloatArray) -> tuple[float, float]:
    """Return ``centre, unit`` with ``seen = (raw - centre) / unit``; NaN for both if there is no such line.

    Parameters
    ----------
    raw, seen : ndarray, shape (n_rows,)
        A column before and after the steps; missing values before are not looked at.
    """
    known = np.isfinite(raw)
    raw, seen = raw[known], seen[known]
    if len(raw) < 2:
        return np.nan, np.nan
    low, high = int(np.argmin(raw)), int(np.argmax(raw))
    rise = seen[high] - seen[low]
    if raw[high] == raw[low] or rise == 0:
        return np.nan, np.nan
    unit = (raw[high] - raw[low]) / rise
    centre = raw[low] - seen[low] * unit
    off = np.abs((raw - centre) / unit - seen).max()
    straight = off <= STRAIGHT * max(1.0, float(np.abs(seen).max()))
    return (float(centre), float(unit)) if straight else (np.nan, np.nan)


def joined_weights(tables: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Join the tables of folds; empty, with its columns, where no model was linear."""
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=list(WEIGHT_COLUMNS))


def _logistic(fit: FoldFit) -> Sum | None:
    return _coefficients(fit.model), float(np.ravel(fit.model.intercept_)[0]), LOG_ODDS


def _number(fit: FoldFit) -> Sum | None:
    return _coefficients(fit.model), float(np.ravel(fit.model.intercept_)[0]), NUMBER


def _support_vectors(fit: FoldFit) -> Sum | None:
    if fit.model.kernel != "linear" or fit.calibrator is None or hasattr(fit.model, "predict_proba"):
        return None
    coefficient, intercept = _coefficients(fit.model), float(fit.model.intercept_[0])
    steepness = fit.calibrator.slope / fit.calibrator.scale
    return coefficient * steepness, float(fit.calibrator.log_odds(intercept)), LOG_ODDS


def _coefficients(model: Any) -> FloatArray:
    return np.ravel(model.coef_).astype(float)


SUMS: dict[type, Callable[[FoldFit], Sum | None]] = {
    LogisticRegression: _logistic,
    LinearDiscriminantAnalysis: _logistic,
    SVC: _support_vectors,
    Ridge: _number,
    PenalisedRegression: _number,
}
"""Which models are weighted sums, and how their weights are read. To add one: a line here."""
