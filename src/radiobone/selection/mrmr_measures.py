"""Relevance and redundancy for mRMR, one column against all others at once."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from radiobone.selection.correlation import unit_columns
from radiobone.selection.ranking import BoolArray, FloatArray, IntArray
from radiobone.selection.scale import centre_and_spread
from radiobone.selection.targets import Classes, Target

Words = npt.NDArray[np.uint64]
WORD = 64
PERFECT = 1e-12  # share of a column's variance that may be left as rounding
EDGE = 1e-9  # relative width of an edge between bins
ROUNDING = 1e-28  # share of a column's variance; less is none
SMALLEST_CORRELATION = 1e-3  # as mrmr-selection has it: every correlation counts as at least this


class Measures(Protocol):
    """What mRMR asks of a table."""

    relevance: FloatArray

    def redundancy(self, column: int) -> FloatArray:
        """Return what every column shares with one, shape (n_columns,), 0 or more."""


def outer_bins(table: FloatArray, width_sd: float) -> BoolArray:
    """Cut columns into three at mean ± ``width_sd`` standard deviations; what is in neither bin lies in the middle one.

    A value on an edge lies in the outer bin: both values of a balanced two-valued column lie one standard
    deviation from its mean, and must not fall together, whatever the last bit of the mean.

    Parameters
    ----------
    table : ndarray, shape (n_rows, n_columns)
    width_sd : float

    Returns
    -------
    ndarray of bool, shape (2, n_columns, n_rows)
        Whether a value lies in the low bin, and in the high one.
    """
    mean, sd = centre_and_spread(table)
    reach = (1 - EDGE) * width_sd * sd[:, np.newaxis]
    deviation = table.T - mean[:, np.newaxis]
    return np.stack([deviation <= -reach, deviation >= reach])


class MutualInformation:
    """Mutual information of columns cut into three bins, in nats.

    Rows are bits, 64 to a word, and counted together. Two bins tell the third.
    """

    def __init__(self, table: FloatArray, target: Target, width_sd: float) -> None:
        self._n_rows = len(table)
        self._outer = words_of(outer_bins(table, width_sd))
        counts = np.arange(self._n_rows + 1.0)
        self._n_log_n = counts * np.log(np.maximum(counts, 1.0))
        self._outer_counts = _ones(self._outer)
        self._entropy = self._negative_sum(self._with_middle(self._outer_counts, self._n_rows))
        self.relevance = self._shared_with(_values_of(target, width_sd))

    def redundancy(self, column: int) -> FloatArray:
        """Return the mutual information of every column with one, shape (n_columns,)."""
        low, high = self._outer[:, :, column].T
        return self._shared_with(np.stack([low, high]))

    def _shared_with(self, values: Words) -> FloatArray:
        """I(column; other), where ``values``, shape (n_values − 1, n_words), tell all but one value of the other."""
        told = _ones(
            self._outer[:, np.newaxis] & values.T[:, :, np.newaxis, np.newaxis]
        )  # (n_values − 1, 2, n_columns)
        of_told = _ones(values.T)
        rest = self._outer_counts - told.sum(axis=0)
        joint = np.concatenate([told, rest[np.newaxis]])
        of_values = np.append(of_told, self._n_rows - of_told.sum())
        cells = np.stack(
            [self._with_middle(outer, n) for outer, n in zip(joint, of_values.tolist(), strict=True)]
        )
        nats = (
            self._entropy
            + self._negative_sum(of_values)
            - self._negative_sum(cells.reshape(-1, cells.shape[-1]))
        )
        shared: FloatArray = np.maximum(nats / self._n_rows + np.log(self._n_rows), 0.0)
        return shared

    @staticmethod
    def _with_middle(outer: IntArray, n: int) -> IntArray:
        """Add the count of the middle bin to those of low and high, shape (2, n_columns), of ``n`` rows."""
        return np.concatenate([outer, n - outer.sum(axis=0, keepdims=True)])

    def _negative_sum(self, counts: IntArray) -> FloatArray:
        """Sum -n log n over the first axis."""
        total: FloatArray = -self._n_log_n.take(counts).sum(axis=0)
        return total


def words_of(bits: BoolArray) -> Words:
    """Pack bits along the last axis into 64-bit words, which come first: shape (n_words, ...)."""
    padded = np.zeros((*bits.shape[:-1], -(-bits.shape[-1] // WORD) * WORD), dtype=bool)
    padded[..., : bits.shape[-1]] = bits
    words = np.packbits(padded, axis=-1).view(np.uint64)
    return np.ascontiguousarray(np.moveaxis(words, -1, 0))


def _ones(words: Words) -> IntArray:
    """Count the bits that are set, over the words of the first axis."""
    counted: IntArray = np.bitwise_count(words).sum(axis=0, dtype=np.intp)
    return counted


def _values_of(target: Target, width_sd: float) -> Words:
    """Which rows have which class, or outer bin of the number; all values but one, shape (n_values − 1, n_words)."""
    if isinstance(target, Classes):
        return words_of(_indicators(target)[1:] > 0).T
    return words_of(outer_bins(target.values[:, np.newaxis], width_sd)[:, 0]).T


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
