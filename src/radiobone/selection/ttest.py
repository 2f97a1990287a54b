"""Columns whose means differ between two classes: Welch's t-test."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr

from radiobone.selection.labels import two_classes
from radiobone.selection.ranking import BoolArray, FloatArray
from radiobone.selection.scale import centre_and_spread
from radiobone.selection.tags import NeedsTwoClasses
from radiobone.selection.univariate import ColumnTests, UnivariateFilter


class TTestFilter(NeedsTwoClasses, UnivariateFilter):
    """Keep columns whose mean differs between the classes, by Welch's t-test.

    The classes may differ in variance. The p-value leans on means being nearly normal: with few rows and
    long-tailed features the Mann-Whitney filter is the safer one.

    Parameters
    ----------
    alpha : float
        Largest adjusted p-value of a kept column, in [0, 1].
    correction : {"benjamini-hochberg", "bonferroni", "none"}
        Adjustment for the number of columns.
    min_features : int
        If fewer columns pass, those with the smallest p-values are kept up to this number.
    max_features : int or None
        Keep no more than these, by smallest p-value.

    Attributes
    ----------
    classes_ : ndarray, shape (2,)
        Negative and positive class.
    statistic_, pvalues_, pvalues_adjusted_ : ndarray, shape (n_columns,)
        t, above 0 if the positive class has the higher mean; two-sided p-values, and those adjusted.
    n_significant_ : int
        Columns whose adjusted p-value is at most ``alpha``.
    support_ : ndarray of bool, shape (n_columns,)

    References
    ----------
    Welch 1947, Biometrika 34:28.
    """

    def _test(self, table: FloatArray, labels: npt.NDArray[Any]) -> ColumnTests:
        target = two_classes(labels)
        self.classes_ = target.classes
        return welch(table, target.positive)


def welch(table: FloatArray, positive: BoolArray) -> ColumnTests:
    """Test every column at once.

    Parameters
    ----------
    table : ndarray, shape (n_rows, n_columns)
        Finite.
    positive : ndarray of bool, shape (n_rows,)
        Both values occur.

    Returns
    -------
    ColumnTests
        Where neither class has any spread (or one row only) t is 0 with p 1 if the means agree, and
        infinite with p 0 if they differ and a class has two rows.
    """
    mean, sd = centre_and_spread(table)
    scaled = (table - mean) / sd
    high, high_error, high_df = _mean_and_error(scaled[positive])
    low, low_error, low_df = _mean_and_error(scaled[~positive])
    error = high_error + low_error
    difference, spread = high - low, error > 0
    testable = max(high_df, low_df) > 0
    t = np.where((difference != 0) & testable, np.copysign(np.inf, difference), 0.0)
    np.divide(difference, np.sqrt(error), where=spread, out=t)
    share = np.divide(high_error, error, where=spread, out=np.full_like(error, 0.5))
    inverse = np.square(share) / max(high_df, 1) + np.square(1 - share) / max(low_df, 1)
    pvalues = np.where(t == 0, 1.0, 2 * stdtr(1 / inverse, -np.abs(t)))
    return ColumnTests(statistic=t, strength=np.abs(t), pvalues=np.minimum(pvalues, 1.0))


def _mean_and_error(rows: FloatArray) -> tuple[FloatArray, FloatArray, int]:
    """Mean, squared standard error and degrees of freedom; values all alike have exactly no error."""
    mean, sd = centre_and_spread(rows)
    degrees = len(rows) - 1
    alike = rows.min(axis=0) == rows.max(axis=0)
    return mean, np.where(alike, 0.0, np.square(sd) / max(degrees, 1)), degrees
