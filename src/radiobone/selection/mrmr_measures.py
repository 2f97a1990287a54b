"""Relevance and redundancy for mRMR, one column against all others at once."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from radiobone.selection.correlation import unit_columns
from radiobone.selection.ranking import BoolArray, FloatArray
from radiobone.selection.scale import centre_and_spread

EDGE = 1e-9  # relative width of an edge between bins
LARGEST_F = 1e12  # of a column that separates the classes without any spread within them


class Measures(Protocol):
    """What mRMR asks of a table."""

    relevance: FloatArray

    def redundancy(self, column: int) -> FloatArray:
        """Return what every column shares with one, shape (n_columns,), 0 or more."""


def three_bins(table: FloatArray, width_sd: float) -> FloatArray:
    """Cut columns at mean ± ``width_sd`` standard deviations.

    A value on an edge lies in the outer bin: both values of a balanced two-valued column lie one standard
    deviation from its mean, and must not fall together, whatever the last bit of the mean.

    Parameters
    ----------
    table : ndarray, shape (n_rows, n_columns)
    width_sd : float

    Returns
    -------
    ndarray, shape (3, n_columns, n_rows)
        1 in the bin (low, middle, high) that the value lies in, else 0.
    """
    mean, sd = centre_and_spread(table)
    reach = (1 - EDGE) * width_sd * sd[:, np.newaxis]
    deviation = table.T - mean[:, np.newaxis]
    low, high = deviation <= -reach, deviation >= reach
    return np.stack([low, ~(low | high), high]).astype(np.float64)


class MutualInformation:
    """Mutual information of columns cut into three bins, in nats."""

    def __init__(self, table: FloatArray, positive: BoolArray, width_sd: float) -> None:
        self._n_rows = len(table)
        self._bins = three_bins(table, width_sd)
        classes = np.stack([~positive, positive]).astype(np.float64)
        self._entropy = _negative_sum_n_log_n(self._bins.sum(axis=2), axis=0)
        self.relevance = self._shared_with(classes)

    def redundancy(self, column: int) -> FloatArray:
        """Return the mutual information of every column with one, shape (n_columns,)."""
        return self._shared_with(self._bins[:, column])

    def _shared_with(self, indicators: FloatArray) -> FloatArray:
        """I(column; other) of ``indicators``, shape (n_values, n_rows), from counts that are exact."""
        joint = self._bins @ indicators.T  # (3, n_columns, n_values)
        other = _negative_sum_n_log_n(indicators.sum(axis=1), axis=0)
        nats = self._entropy + other - _negative_sum_n_log_n(joint, axis=(0, 2))
        shared: FloatArray = np.maximum(nats / self._n_rows + np.log(self._n_rows), 0.0)
        return shared


def _negative_sum_n_log_n(counts: FloatArray, axis: int | tuple[int, ...]) -> FloatArray:
    total: FloatArray = -(counts * np.log(np.maximum(counts, 1.0))).sum(axis=axis)
    return total


class Correlations:
    """F statistic with the class, and absolute Pearson correlation between columns."""

    def __init__(self, table: FloatArray, positive: BoolArray) -> None:
        self._unit = unit_columns(table)
        self.relevance = f_statistic(self._unit, positive)

    def redundancy(self, column: int) -> FloatArray:
        """Return the absolute correlation of every column with one, shape (n_columns,)."""
        return np.abs(self._unit[:, column] @ self._unit)


def f_statistic(unit: FloatArray, positive: BoolArray) -> FloatArray:
    """F statistic of the difference in means between two classes.

    Parameters
    ----------
    unit : ndarray, shape (n_rows, n_columns)
        Columns of mean 0 and length 1, or all 0.
    positive : ndarray of bool, shape (n_rows,)

    Returns
    -------
    ndarray, shape (n_columns,)
        0 for a constant column.
    """
    target = unit_columns(positive.astype(np.float64)[:, np.newaxis])[:, 0]
    explained = np.square(target @ unit)
    left = np.maximum(1.0 - explained, 0.0)
    degrees = len(unit) - 2
    return np.minimum(degrees * explained / np.maximum(left, 1e-300), LARGEST_F)
