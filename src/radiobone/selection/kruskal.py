"""Columns whose values differ between two or more classes: the Kruskal-Wallis test."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc

from radiobone.selection.labels import some_classes
from radiobone.selection.ranking import FloatArray, IntArray
from radiobone.selection.ranks import rank_sums
from radiobone.selection.tags import NeedsClasses
from radiobone.selection.univariate import ColumnTests, UnivariateFilter


class KruskalFilter(NeedsClasses, UnivariateFilter):
    """Keep columns whose ranks differ between classes, by the Kruskal-Wallis test.

    For two or more classes; that the classes have an order is not used.

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
    classes_ : ndarray, shape (n_classes,)
        In sorted order.
    statistic_, pvalues_, pvalues_adjusted_ : ndarray, shape (n_columns,)
        H corrected for ties, p-values, and those adjusted.
    n_significant_ : int
        Columns whose adjusted p-value is at most ``alpha``.
    support_ : ndarray of bool, shape (n_columns,)

    References
    ----------
    Kruskal and Wallis 1952, Journal of the American Statistical Association 47:583.
    """

    def _test(self, table: FloatArray, labels: npt.NDArray[Any]) -> ColumnTests:
        self.classes_, codes = some_classes(labels)
        return kruskal_wallis(table, codes)


def kruskal_wallis(table: FloatArray, codes: IntArray) -> ColumnTests:
    """Test every column at once, by the approximation of χ² with one degree of freedom less than classes.

    Parameters
    ----------
    table : ndarray, shape (n_rows, n_columns)
        Finite.
    codes : ndarray of int, shape (n_rows,)
        Class of each row: 0, 1, ..., each of which occurs.
    """
    members = np.arange(codes.max() + 1)[:, np.newaxis] == codes
    n_rows, sizes = len(codes), members.sum(axis=1)
    sums, ties = rank_sums(table, members)
    distance = sums / sizes[:, np.newaxis] - (n_rows + 1) / 2
    spread = 12 / (n_rows * (n_rows + 1)) * (sizes @ np.square(distance))
    varies = ties < n_rows**3 - n_rows
    left = 1 - ties / (n_rows**3 - n_rows)
    h = np.divide(spread, left, where=varies, out=np.zeros_like(spread))
    return ColumnTests(statistic=h, strength=h, pvalues=np.where(varies, chdtrc(len(sizes) - 1, h), 1.0))
