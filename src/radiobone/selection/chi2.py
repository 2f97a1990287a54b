"""Columns of few values that go with the class: Pearson's χ² test of a contingency table."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc

from radiobone.core.errors import BadSetting
from radiobone.selection.labels import some_classes
from radiobone.selection.ranking import FloatArray, IntArray
from radiobone.selection.tags import NeedsClasses
from radiobone.selection.univariate import ColumnTests, UnivariateFilter


class Chi2Filter(NeedsClasses, UnivariateFilter):
    """Keep columns whose values, taken as categories, go with the class, by Pearson's χ² test.

    Meant for columns of few values, such as counts, grades and yes/no. A continuous column, one of more than ``n_bins``
    values, is cut at quantiles of the training rows into ``n_bins`` bins (fewer where values tie), and the bins
    are tested; that loses what lies within a bin, so prefer the Mann-Whitney or Kruskal-Wallis filter for
    tables of continuous features. The cut serves the test alone: columns are passed on as they are. There is
    no continuity correction, and the p-value is rough where fewer than five rows are expected in a cell.

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
    n_bins : int
        Most values that a column may have to be taken as it is, and bins that others are cut into; at least 2.

    Attributes
    ----------
    classes_ : ndarray, shape (n_classes,)
        In sorted order.
    statistic_, pvalues_, pvalues_adjusted_ : ndarray, shape (n_columns,)
        χ², p-values, and those adjusted.
    n_significant_ : int
        Columns whose adjusted p-value is at most ``alpha``.
    support_ : ndarray of bool, shape (n_columns,)

    References
    ----------
    Pearson 1900, Philosophical Magazine 50:157.
    """

    def __init__(
        self,
        alpha: float = 0.05,
        correction: str = "benjamini-hochberg",
        min_features: int = 1,
        max_features: int | None = None,
        n_bins: int = 5,
    ) -> None:
        super().__init__(alpha, correction, min_features, max_features)
        self.n_bins = n_bins

    def _check_parameters(self) -> None:
        super()._check_parameters()
        if self.n_bins < 2:
            raise BadSetting(f"n_bins is {self.n_bins!r}; one bin tells nothing apart. Give 2 or more.")

    def _test(self, table: FloatArray, labels: npt.NDArray[Any]) -> ColumnTests:
        self.classes_, codes = some_classes(labels)
        return chi_square(table, codes, self.n_bins)


def chi_square(table: FloatArray, codes: IntArray, n_bins: int) -> ColumnTests:
    """Test every column.

    Parameters
    ----------
    table : ndarray, shape (n_rows, n_columns)
        Finite.
    codes : ndarray of int, shape (n_rows,)
        Class of each row: 0, 1, ..., each of which occurs.
    n_bins : int
        Columns of more values are cut into so many bins, at quantiles.
    """
    n_classes = int(codes.max()) + 1
    found = [_one_table(categories(column, n_bins), codes, n_classes) for column in table.T]
    statistic, degrees = (np.array(values, dtype=np.float64) for values in zip(*found, strict=True))
    pvalues = np.where(degrees > 0, chdtrc(np.maximum(degrees, 1), statistic), 1.0)
    return ColumnTests(statistic=statistic, strength=statistic, pvalues=pvalues)


def categories(column: FloatArray, n_bins: int) -> IntArray:
    """Return a number for each value of a column, shape (n_rows,), or for the quantile bin it lies in."""
    values, codes = np.unique(column, return_inverse=True)
    if len(values) <= n_bins:
        return codes
    edges = np.quantile(
        column, np.arange(1, n_bins) / n_bins, method="lower"
    )  # values that occur: no rounding
    return np.unique(np.searchsorted(edges, column, side="left"), return_inverse=True)[1]


def _one_table(values: IntArray, codes: IntArray, n_classes: int) -> tuple[float, int]:
    """Statistic and degrees of freedom; both 0 for a column of one value."""
    n_values = int(values.max()) + 1
    observed = np.bincount(values * n_classes + codes, minlength=n_values * n_classes).reshape(
        n_values, n_classes
    )
    expected = np.outer(observed.sum(axis=1), observed.sum(axis=0)) / len(codes)
    statistic = float((np.square(observed - expected) / expected).sum())
    return (statistic if n_values > 1 else 0.0), (n_values - 1) * (n_classes - 1)
