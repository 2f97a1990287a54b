"""The numbers behind the figures: arrays in, arrays out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.metrics import roc_curve

from radiobone.evaluation.sample_bounds import wilson

FloatArray = npt.NDArray[np.float64]
GRID = np.linspace(0.0, 1.0, 201)


@dataclass(frozen=True, eq=False)
class RocBand:
    """Fold curves on one grid of false positive rates.

    Attributes
    ----------
    fpr, mean, sd : ndarray, shape (n_grid,)
        Grid, mean sensitivity over folds and its standard deviation between folds.
    n_curves : int
        Folds that had both classes.
    """

    fpr: FloatArray
    mean: FloatArray
    sd: FloatArray
    n_curves: int


@dataclass(frozen=True, eq=False)
class CalibrationBins:
    """Predicted against observed, in groups of equal size.

    Attributes
    ----------
    predicted, observed, low, high : ndarray, shape (n_bins,)
        Mean probability, share of positives, and that share's 95 % Wilson interval.
    n : ndarray of int, shape (n_bins,)
        Rows of the cohort in each group.
    """

    predicted: FloatArray
    observed: FloatArray
    low: FloatArray
    high: FloatArray
    n: npt.NDArray[np.int64]


def roc_band(curves: Sequence[tuple[npt.ArrayLike, npt.ArrayLike]]) -> RocBand:
    """Average ROC curves vertically.

    Parameters
    ----------
    curves : sequence of (y, probability)
        One pair per fold: classes 0 and 1, and probabilities of class 1, each of shape (n_rows,).
        Folds with one class are left out.
    """
    rates = [_sensitivity_on_grid(np.asarray(y), np.asarray(p)) for y, p in curves if len(np.unique(y)) == 2]
    if not rates:
        return RocBand(GRID, np.full(len(GRID), np.nan), np.full(len(GRID), np.nan), 0)
    stacked = np.vstack(rates)
    sd = stacked.std(axis=0, ddof=1) if len(rates) > 1 else np.zeros(len(GRID))
    return RocBand(GRID, stacked.mean(axis=0), sd, len(rates))


def _sensitivity_on_grid(y: npt.NDArray[np.int64], probability: FloatArray) -> FloatArray:
    fpr, tpr, _ = roc_curve(y, probability, drop_intermediate=False)
    sensitivity = np.interp(GRID, fpr, tpr)  # where the curve rises straight up: its upper end
    sensitivity[0] = 0.0
    return np.asarray(sensitivity, dtype=float)


def calibration_bins(y: npt.ArrayLike, probability: npt.ArrayLike, *, repeats: int = 1) -> CalibrationBins:
    """Group predictions into equally large groups, lowest first.

    Parameters
    ----------
    y, probability : array-like, shape (n_rows * repeats,)
        Classes 0 and 1 and out-of-fold probabilities, all repeats pooled.
    repeats : int
        How often each row occurs; the intervals count each row once.
    """
    truth, predicted = np.asarray(y, dtype=float), np.asarray(probability, dtype=float)
    n_bins = int(np.clip(len(truth) / repeats // 10, 2, 10))
    order = np.lexsort((truth, predicted))
    groups = [group for group in np.array_split(order, n_bins) if len(group)]
    sizes = np.array([len(group) / repeats for group in groups])
    observed = np.array([truth[group].mean() for group in groups])
    low, high = wilson(observed, sizes)
    means = np.array([predicted[group].mean() for group in groups])
    return CalibrationBins(means, observed, low, high, np.rint(sizes).astype(np.int64))
