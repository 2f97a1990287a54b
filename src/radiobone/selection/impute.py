"""Missing values filled with the median of the training rows."""

from __future__ import annotations

from typing import Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator
from sklearn.feature_selection import SelectorMixin
from sklearn.utils.validation import check_is_fitted

from radiobone.core.errors import EmptyTable
from radiobone.selection.frames import numbers_of
from radiobone.selection.tags import AllowsMissing


class MedianImputer(AllowsMissing, SelectorMixin, BaseEstimator):
    """Fill missing values with each column's median; leave out columns without a single value.

    Infinite values are refused: they are faults of the measurement, not missing.

    Attributes
    ----------
    medians_ : ndarray, shape (n_columns,)
        Of the training rows; NaN where a column has no value.
    support_ : ndarray of bool, shape (n_columns,)
        Columns that have a median.
    n_missing_ : ndarray of int, shape (n_columns,)
        Missing values among the training rows.
    """

    def fit(self, X: npt.ArrayLike, y: object = None) -> Self:
        """Learn the medians from the training rows.

        Raises
        ------
        EmptyTable
            If no column has a value.
        """
        table = numbers_of(self, X)
        missing = np.isnan(table)
        self.n_missing_ = missing.sum(axis=0)
        self.support_: npt.NDArray[np.bool_] = np.asarray(~missing.all(axis=0))
        if not self.support_.any():
            raise EmptyTable(
                f"All {table.shape[1]} columns are empty in the {len(table)} rows given, so there is nothing "
                "to learn from. Check which columns are features."
            )
        self.medians_ = np.full(table.shape[1], np.nan)
        self.medians_[self.support_] = np.nanmedian(table[:, self.support_], axis=0)
        return self

    def transform(self, X: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Fill the missing values.

        Parameters
        ----------
        X : array-like, shape (n_rows, n_columns)
            NaN where a value is missing.

        Returns
        -------
        ndarray, shape (n_rows, n_kept)
            Without NaN. The input is left as it is.
        """
        check_is_fitted(self)
        table = numbers_of(self, X, reset=False)
        kept = table if self.support_.all() else table[:, self.support_]
        filled: npt.NDArray[np.float64] = np.where(np.isnan(kept), self.medians_[self.support_], kept)
        return filled

    def _get_support_mask(self) -> npt.NDArray[np.bool_]:
        check_is_fitted(self)
        return self.support_
