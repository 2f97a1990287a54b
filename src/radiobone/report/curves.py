"""The numbers behind the figures: arrays in, arrays out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.metrics import roc_curve

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
