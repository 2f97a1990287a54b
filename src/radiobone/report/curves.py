"""The numbers behind the figures: arrays in, arrays out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.metrics import precision_recall_curve, roc_curve

FloatArray = npt.NDArray[np.float64]
GRID = np.linspace(0.0, 1.0, 201)


@dataclass(frozen=True, eq=False)
class Band:
    """Fold curves on one grid.

    Attributes
    ----------
    x : ndarray, shape (n_grid,)
        False positive rate of ROC curves, recall of precision-recall curves.
    mean, sd : ndarray, shape (n_grid,)
        Mean height over folds and its standard deviation between folds.
    n_curves : int
        Folds that had both classes.
    """

    x: FloatArray
    mean: FloatArray
    sd: FloatArray
    n_curves: int


Curves = Sequence[tuple[npt.ArrayLike, npt.ArrayLike]]


def roc_band(curves: Curves) -> Band:
    """Average ROC curves vertically.

    Parameters
    ----------
    curves : sequence of (y, probability)
        One pair per fold: classes 0 and 1, and probabilities of class 1, each of shape (n_rows,).
        Folds with one class are left out.
    """
    return _band(curves, _sensitivity_on_grid)


def pr_band(curves: Curves) -> Band:
    """Average precision-recall curves vertically; curves are steps, whose area is the average precision.

    Parameters
    ----------
    curves : sequence of (y, probability)
        As for ``roc_band``.
    """
    return _band(curves, _precision_on_grid)


def _band(curves: Curves, on_grid: Callable[[npt.NDArray[np.int64], FloatArray], FloatArray]) -> Band:
    pairs = [(np.asarray(y), np.asarray(p, dtype=float)) for y, p in curves]
    heights = [on_grid(y, p) for y, p in pairs if len(np.unique(y)) == 2]
    if not heights:
        return Band(GRID, np.full(len(GRID), np.nan), np.full(len(GRID), np.nan), 0)
    stacked = np.vstack(heights)
    sd = stacked.std(axis=0, ddof=1) if len(heights) > 1 else np.zeros(len(GRID))
    return Band(GRID, stacked.mean(axis=0), sd, len(heights))


def _sensitivity_on_grid(y: npt.NDArray[np.int64], probability: FloatArray) -> FloatArray:
    fpr, tpr, _ = roc_curve(y, probability, drop_intermediate=False)
    sensitivity = np.interp(GRID, fpr, tpr)  # where the curve rises straight up: its upper end
    sensitivity[0] = 0.0
    return np.asarray(sensitivity, dtype=float)


def _precision_on_grid(y: npt.NDArray[np.int64], probability: FloatArray) -> FloatArray:
    precision, recall, _ = precision_recall_curve(y, probability)
    rising, heights = recall[-2::-1], precision[-2::-1]  # without the end that is there by definition alone
    reached = np.searchsorted(rising, np.maximum(GRID, np.finfo(float).tiny), side="left")
    return np.asarray(heights[np.minimum(reached, len(heights) - 1)], dtype=float)
