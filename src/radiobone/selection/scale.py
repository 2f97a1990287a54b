"""Columns brought to mean 0 and standard deviation 1."""

from __future__ import annotations

from typing import Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from radiobone.selection.column_blocks import by_column_blocks
from radiobone.selection.frames import numbers_of
from radiobone.selection.ranking import FloatArray
from radiobone.selection.tags import AllowsMissing


class ZScore(AllowsMissing, OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Subtract the training mean and divide by the training standard deviation, column by column.

    A constant column becomes 0, not NaN, and stays finite for other values in new rows. Missing values
    stay missing and are not counted.

    Attributes
    ----------
    mean_ : ndarray, shape (n_columns,)
        In the column's unit; 0 for a column without a value.
    sd_ : ndarray, shape (n_columns,)
        Divisor n; 1 where the column is constant.
    """

    def fit(self, X: npt.ArrayLike, y: object = None) -> Self:
        """Learn means and standard deviations from the training rows."""
        table = numbers_of(self, X)
        self.mean_, self.sd_ = centre_and_spread(table)
        return self

    def transform(self, X: npt.ArrayLike) -> FloatArray:
        """Scale rows.

        Parameters
        ----------
        X : array-like, shape (n_rows, n_columns)

        Returns
        -------
        ndarray, shape (n_rows, n_columns)
            In standard deviations of the training rows.
        """
        check_is_fitted(self)
        table = numbers_of(self, X, reset=False)
        scaled: FloatArray = table - self.mean_
        scaled /= self.sd_
        return scaled

    def inverse_transform(self, X: npt.ArrayLike) -> FloatArray:
        """Bring scaled rows, shape (n_rows, n_columns), back to their units."""
        check_is_fitted(self)
        original: FloatArray = np.asarray(X, dtype=np.float64) * self.sd_ + self.mean_
        return original


def centre_and_spread(table: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean and standard deviation of each column, such that constant columns give exactly 0.

    Parameters
    ----------
    table : ndarray, shape (n_rows, n_columns)
        NaN where a value is missing.

    Returns
    -------
    mean, sd : ndarray, shape (n_columns,)
        The mean of a constant column is its value, its standard deviation 1.
    """
    mean, sd = by_column_blocks(_centre_and_spread, table)
    return mean, sd


def _centre_and_spread(table: FloatArray) -> FloatArray:
    present = ~np.isnan(table)
    count = np.maximum(present.sum(axis=0), 1)
    lowest = np.where(present, table, np.inf).min(axis=0)
    highest = np.where(present, table, -np.inf).max(axis=0)
    constant = lowest >= highest  # rounding of the mean must not turn a constant into noise
    mean = np.where(present, table, 0.0).sum(axis=0) / count
    mean = np.where(constant, np.where(present.any(axis=0), lowest, 0.0), mean)
    deviation = np.where(present, table - mean, 0.0)
    largest = np.abs(deviation).max(axis=0)
    unit = np.where(largest > 0, largest, 1.0)  # squares of tiny or huge deviations would under- or overflow
    sd = unit * np.sqrt(np.square(deviation / unit).sum(axis=0) / count)
    return np.stack([mean, np.where(constant | (sd == 0), 1.0, sd)])
