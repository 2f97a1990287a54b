"""Relevance and redundancy for mRMR, one column against all others at once."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from radiobone.selection.correlation import unit_columns
from radiobone.selection.ranking import FloatArray
from radiobone.selection.scale import centre_and_spread
from radiobone.selection.targets import Classes, Target

Float32Array = npt.NDArray[np.float32]
PERFECT = 1e-12  # share of a column's variance that may be left as rounding
EDGE = 1e-9  # relative width of an edge between bins
ROUNDING = 1e-28  # share of a column's variance; less is none
SMALLEST_CORRELATION = 1e-3  # as mrmr-selection has it: every correlation counts as at least this


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

    def __init__(self, table: FloatArray, target: Target, width_sd: float) -> None:
        self._n_rows, n_columns = table.shape
        bins = three_bins(table, width_sd)
        # Two bins tell the third; counts are exact in 32 bits, up to 16 million rows.
        self._outer = np.ascontiguousarray(bins[::2].astype(np.float32).reshape(2 * n_columns, -1))
        counts = np.arange(self._n_rows + 1.0)
        self._n_log_n = counts * np.log(np.maximum(counts, 1.0))
        self._entropy = self._negative_sum(bins.sum(axis=2), axis=0)
        self.relevance = self._shared_with(_values_of(target, width_sd).astype(np.float32))

    def redundancy(self, column: int) -> FloatArray:
        """Return the mutual information of every column with one, shape (n_columns,)."""
        low, high = self._outer.reshape(2, -1, self._n_rows)[:, column]
        return self._shared_with(np.stack([low, 1 - low - high, high]))

    def _shared_with(self, indicators: Float32Array) -> FloatArray:
        """I(column; other) of ``indicators``, shape (n_values, n_rows), from counts that are exact."""
        outer = (self._outer @ indicators.T).reshape(2, -1, len(indicators))
        of_values = indicators.sum(axis=1, dtype=np.float64)
        joint = np.stack([outer[0], of_values - outer[0] - outer[1], outer[1]])  # (3, n_columns, n_values)
        nats = self._entropy + self._negative_sum(of_values, axis=0) - self._negative_sum(joint, axis=(0, 2))
        shared: FloatArray = np.maximum(nats / self._n_rows + np.log(self._n_rows), 0.0)
        return shared

    def _negative_sum(self, counts: FloatArray, axis: int | tuple[int, ...]) -> FloatArray:
        """Sum -n log n over counts."""
        total: FloatArray = -self._n_log_n[counts.astype(np.intp)].sum(axis=axis)
        return total


def _values_of(target: Target, width_sd: float) -> FloatArray:
    """1 where a row has the class, or the bin of its number, shape (n_values, n_rows)."""
    if isinstance(target, Classes):
        return _indicators(target)
    bins: FloatArray = three_bins(target.values[:, np.newaxis], width_sd)[:, 0]
    return bins


def _indicators(target: Classes) -> FloatArray:
    members: FloatArray = (np.arange(len(target.names))[:, np.newaxis] == target.codes).astype(np.float64)
    return members


class Correlations:
    """F statistic with the target, and absolute Pearson correlation between columns, at least 0.001."""

    def __init__(self, table: FloatArray, target: Target) -> None:
        self._unit = unit_columns(table)
        self.relevance = f_statistic(self._unit, target)

    def redundancy(self, column: int) -> FloatArray:
        """Return the absolute correlation of every column with one, shape (n_columns,)."""
        correlation: FloatArray = np.abs(self._unit[:, column] @ self._unit)
        return np.maximum(correlation, SMALLEST_CORRELATION)


def f_statistic(unit: FloatArray, target: Target) -> FloatArray:
    """F statistic of the differences in mean between classes, or of the regression on a number.

    Parameters
    ----------
    unit : ndarray, shape (n_rows, n_columns)
        Columns of mean 0 and length 1, or all 0.
    target : Classes or Numbers

    Returns
    -------
    ndarray, shape (n_columns,)
        0 for a constant column; infinite for one that tells the target without any error.
    """
    if isinstance(target, Classes):
        members = _indicators(target)
        explained = (np.square(members @ unit) / members.sum(axis=1)[:, np.newaxis]).sum(axis=0)
        parameters = len(members)
    else:
        explained = np.square(unit_columns(target.values[:, np.newaxis])[:, 0] @ unit)
        parameters = 2
    explained = np.where(explained < ROUNDING, 0.0, explained)
    left = np.where(explained > 1 - PERFECT, 0.0, 1.0 - explained)
    with np.errstate(divide="ignore"):
        found: FloatArray = explained / (parameters - 1) * max(len(unit) - parameters, 1) / left
    return found
