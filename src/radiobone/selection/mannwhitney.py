"""Columns whose values differ between two classes: Mann–Whitney U with control of false discoveries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from radiobone.selection.labels import two_classes
from radiobone.selection.ranking import BoolArray, FloatArray
from radiobone.selection.ranks import rank_sums
from radiobone.selection.tags import NeedsTwoClasses
from radiobone.selection.univariate import ColumnTests, UnivariateFilter


@dataclass(frozen=True, eq=False)
class MannWhitney:
    """The test of every column; all arrays have shape (n_columns,).

    Attributes
    ----------
    statistic : ndarray
        U of the positive class, ties counted half.
    z : ndarray
        Absolute standardised U, corrected for ties and continuity; 0 for a constant column.
    pvalues : ndarray
        Two-sided, by the normal approximation.
    auc : ndarray
        U divided by its largest value: above 0.5 if the positive class has the higher values.
    """

    statistic: FloatArray
    z: FloatArray
    pvalues: FloatArray
    auc: FloatArray


def mann_whitney(table: FloatArray, positive: BoolArray) -> MannWhitney:
    """Test every column at once.

    Parameters
    ----------
    table : ndarray, shape (n_rows, n_columns)
        Finite.
    positive : ndarray of bool, shape (n_rows,)
        Both values occur.

    References
    ----------
    Mann and Whitney 1947, Annals of Mathematical Statistics 18:50; correction for ties as in Lehmann,
    Nonparametrics, 1975. Equal to ``scipy.stats.mannwhitneyu(method="asymptotic")``.
    """
    n_rows, n_positive = len(positive), int(positive.sum())
    n_negative = n_rows - n_positive
    (rank_sum,), ties = rank_sums(table, positive[np.newaxis])
    u = rank_sum - n_positive * (n_positive + 1) / 2
    pairs = n_positive * n_negative
    variance = pairs / 12 * (n_rows + 1 - ties / (n_rows * (n_rows - 1)))
    distance = np.maximum(np.abs(u - pairs / 2) - 0.5, -0.5)  # the half is the continuity correction
    varies = ties < n_rows**3 - n_rows
    z = np.divide(distance, np.sqrt(np.where(varies, variance, 1.0)), where=varies, out=np.zeros_like(u))
    pvalues = np.minimum(2 * ndtr(-z), 1.0)
    return MannWhitney(statistic=u, z=np.maximum(z, 0.0), pvalues=pvalues, auc=u / pairs)


class MannWhitneyFilter(NeedsTwoClasses, UnivariateFilter):
    """Keep columns whose distribution differs between the classes.

    Parameters
    ----------
    alpha : float
        Largest adjusted p-value of a kept column, in [0, 1].
    correction : {"benjamini-hochberg", "bonferroni", "none"}
        Adjustment for the number of columns.
    min_features : int
        If fewer columns pass, those with the smallest p-values are kept up to this number, so that a
        model can always be fitted; ``n_significant_`` tells how many passed.
    max_features : int or None
        Keep no more than these, by smallest p-value.

    Attributes
    ----------
    classes_ : ndarray, shape (2,)
        Negative and positive class.
    statistic_, pvalues_, pvalues_adjusted_, auc_ : ndarray, shape (n_columns,)
        U of the positive class, two-sided p-values, adjusted p-values, area under the ROC curve.
    n_significant_ : int
        Columns whose adjusted p-value is at most ``alpha``.
    support_ : ndarray of bool, shape (n_columns,)
    """

    def _test(self, table: FloatArray, labels: npt.NDArray[Any]) -> ColumnTests:
        target = two_classes(labels)
        self.classes_ = target.classes
        test = mann_whitney(table, target.positive)
        self.auc_ = test.auc
        return ColumnTests(test.statistic, test.z, test.pvalues)
