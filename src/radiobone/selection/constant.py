"""Columns that hardly vary, left out."""

from __future__ import annotations

from typing import Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator
from sklearn.feature_selection import SelectorMixin
from sklearn.utils.validation import check_is_fitted

from radiobone.selection.arguments import check_bounds, check_within
from radiobone.selection.column_blocks import by_column_blocks
from radiobone.selection.frames import numbers_of
from radiobone.selection.ranking import BoolArray, FloatArray, best_first, keep_best
from radiobone.selection.tags import AllowsMissing


class ConstantFilter(AllowsMissing, SelectorMixin, BaseEstimator):
    """Drop columns in which one value fills more than ``max_share`` of the rows.

    Parameters
    ----------
    max_share : float
        Largest share of rows, in (0, 1], that the commonest value may have. Missing values are not
        counted; a column without a value has the share 1. A truly constant column is always dropped.
    min_features : int
        If fewer columns pass, those that vary most are kept up to this number.

    Attributes
    ----------
    share_ : ndarray, shape (n_columns,)
        Share of the commonest value.
    support_ : ndarray of bool, shape (n_columns,)
    """

    def __init__(self, max_share: float = 0.95, min_features: int = 1) -> None:
        self.max_share = max_share
        self.min_features = min_features

    def fit(self, X: npt.ArrayLike, y: object = None) -> Self:
        """Learn which columns vary, from the training rows.

        Raises
        ------
        BadSetting
            If a parameter is out of range.
        """
        check_within("max_share", self.max_share, 0.0, 1.0)
        check_bounds(self.min_features, None)
        table = numbers_of(self, X, min_rows=2)
        self.share_ = commonest_share(table)
        n_passing = int(np.count_nonzero((self.share_ <= self.max_share) & (self.share_ < 1.0)))
        self.support_ = keep_best(best_first(-self.share_), n_passing, self.min_features, None)
        return self

    def _get_support_mask(self) -> BoolArray:
        check_is_fitted(self)
        return self.support_


def commonest_share(table: FloatArray) -> FloatArray:
    """Share of rows that hold each column's commonest value.

    Parameters
    ----------
    table : ndarray, shape (n_rows, n_columns)
        NaN where a value is missing.

    Returns
    -------
    ndarray, shape (n_columns,)
        Among the rows with a value; 1 for a column without one.
    """
    return by_column_blocks(_commonest_share, table)


def _commonest_share(table: FloatArray) -> FloatArray:
    columns = np.sort(table.T, axis=1)  # NaN last
    n_columns, n_rows = columns.shape
    starts = np.ones((n_columns, n_rows), dtype=bool)
    starts[:, 1:] = columns[:, 1:] != columns[:, :-1]
    first = np.flatnonzero(starts)
    length = np.diff(first, append=starts.size)
    length[np.isnan(columns.ravel()[first])] = 0  # NaN differs from NaN: runs of one, not values
    longest = np.zeros(n_columns)
    np.maximum.at(longest, first // n_rows, length)
    n_values = np.count_nonzero(~np.isnan(table), axis=0)
    return np.where(n_values > 0, longest / np.maximum(n_values, 1), 1.0)
