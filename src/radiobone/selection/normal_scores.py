"""Columns brought to a normal distribution by their ranks."""

from __future__ import annotations

from typing import Self

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from radiobone.selection.frames import numbers_of
from radiobone.selection.ranking import FloatArray
from radiobone.selection.tags import AllowsMissing


class NormalScores(AllowsMissing, OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Replace each value by the normal quantile of its place among the training values of its column.

    Radiomic features have long tails, by which a few rows decide means, distances and weights; their ranks have none. A
    value's place is the share of training values below it, those equal to it counting half, kept half a row away from 0
    and 1: a value beyond all training values becomes that of the most extreme row. A constant column becomes 0. Missing
    values stay missing and are not counted. The training values themselves, sorted column by column, are part of what is
    learned, and of a model file.

    Attributes
    ----------
    sorted_ : ndarray, shape (n_rows, n_columns)
        Training values in order, missing ones last.
    n_present_ : ndarray of int, shape (n_columns,)
        How many are not missing.

    References
    ----------
    Conover WJ. Practical Nonparametric Statistics, 3rd ed., section 5.10 (normal scores). Wiley, 1999.
    """

    def fit(self, X: npt.ArrayLike, y: object = None) -> Self:
        """Learn the order of the training values."""
        table = numbers_of(self, X)
        self.sorted_ = np.sort(table, axis=0)
        self.n_present_ = (~np.isnan(table)).sum(axis=0)
        return self

    def transform(self, X: npt.ArrayLike) -> FloatArray:
        """Replace values by normal scores.

        Parameters
        ----------
        X : array-like, shape (n_rows, n_columns)

        Returns
        -------
        ndarray, shape (n_rows, n_columns)
            About mean 0 and standard deviation 1 in training rows; 0 in a column without a training value.
        """
        check_is_fitted(self)
        table = numbers_of(self, X, reset=False)
        place = np.empty_like(table)
        for column, n in enumerate(self.n_present_):
            known, values = self.sorted_[:n, column], table[:, column]
            below = np.searchsorted(known, values, "left")
            place[:, column] = _share(below + np.searchsorted(known, values, "right"), 2 * int(n))
        return np.where(np.isnan(table), np.nan, ndtri(place))


def _share(twice: npt.NDArray[np.int64], whole: int) -> FloatArray:
    """Places within half a row of the ends, counted in half rows; the middle where there is no row."""
    if not whole:
        return np.full(len(twice), 0.5)
    return np.clip(twice, 1, whole - 1) / whole
