"""Columns that say the same as an earlier one, left out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata
from sklearn.base import BaseEstimator
from sklearn.feature_selection import SelectorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from radiobone.selection.arguments import check_choice, check_within
from radiobone.selection.column_blocks import by_column_blocks
from radiobone.selection.ranking import BoolArray, FloatArray
from radiobone.selection.scale import centre_and_spread


def _ranks(table: FloatArray) -> FloatArray:
    return np.asarray(rankdata(table, axis=0), dtype=np.float64)


METHODS: dict[str, Callable[[FloatArray], FloatArray]] = {
    "pearson": lambda table: table,
    "spearman": lambda table: by_column_blocks(_ranks, table),
}
BLOCK = 128  # columns correlated with all others at once: memory stays linear in their number
ROUNDING = 1e-12  # far above the rounding of a correlation, far below any difference that matters


class CorrelationFilter(SelectorMixin, BaseEstimator):
    """Keep the first of every group of columns that correlate above a threshold.

    Columns are gone through from left to right; one is kept if its absolute correlation with every
    column kept so far is at most the threshold. The first column is therefore always kept, and constant
    columns, which correlate with nothing, are kept too.

    Parameters
    ----------
    threshold : float
        In [0, 1].
    method : {"pearson", "spearman"}
        Correlation of values or of ranks.

    Attributes
    ----------
    support_ : ndarray of bool, shape (n_columns,)
    """

    def __init__(self, threshold: float = 0.9, method: str = "pearson") -> None:
        self.threshold = threshold
        self.method = method

    def fit(self, X: npt.ArrayLike, y: object = None) -> Self:
        """Learn which columns to keep, from the training rows only.

        Raises
        ------
        BadSetting
            If a parameter is out of range.
        """
        check_within("threshold", self.threshold, 0.0, 1.0)
        check_choice("method", self.method, METHODS)
        table = validate_data(self, X, dtype=np.float64, ensure_min_samples=2)
        self.support_ = _first_of_each_group(unit_columns(METHODS[self.method](table)), self.threshold)
        return self

    def _get_support_mask(self) -> BoolArray:
        check_is_fitted(self)
        return self.support_


def unit_columns(table: FloatArray) -> FloatArray:
    """Centre columns and bring them to length 1, so that products are Pearson correlations.

    Parameters
    ----------
    table : ndarray, shape (n_rows, n_columns)

    Returns
    -------
    ndarray, shape (n_rows, n_columns)
        Constant columns are 0.
    """
    mean, sd = centre_and_spread(table)
    unit: FloatArray = table - mean
    unit /= sd * np.sqrt(len(table))
    return unit


def _first_of_each_group(unit: FloatArray, threshold: float) -> BoolArray:
    n_columns = unit.shape[1]
    dropped = np.zeros(n_columns, dtype=bool)
    for start in range(0, n_columns, BLOCK):
        block = start + np.flatnonzero(~dropped[start : start + BLOCK])
        similar = np.abs(unit[:, block].T @ unit[:, start:]) > threshold + ROUNDING
        for column, row in zip(block, similar, strict=True):
            if not dropped[column]:
                row[: column - start + 1] = False  # only later columns give way
                dropped[start:] |= row
    return ~dropped
