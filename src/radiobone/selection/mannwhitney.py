"""Columns whose values differ between two classes: Mann–Whitney U with control of false discoveries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr
from sklearn.base import BaseEstimator
from sklearn.feature_selection import SelectorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from radiobone.selection.arguments import check_bounds, check_choice, check_within
from radiobone.selection.labels import two_classes
from radiobone.selection.ranking import BoolArray, FloatArray, best_first, keep_best
from radiobone.selection.tags import NeedsTwoClasses


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
    rank_sum, ties = _positive_rank_sums(table, positive)
    u = rank_sum - n_positive * (n_positive + 1) / 2
    pairs = n_positive * n_negative
    variance = pairs / 12 * (n_rows + 1 - ties / (n_rows * (n_rows - 1)))
    distance = np.maximum(np.abs(u - pairs / 2) - 0.5, -0.5)  # the half is the continuity correction
    varies = ties < n_rows**3 - n_rows
    z = np.divide(distance, np.sqrt(np.where(varies, variance, 1.0)), where=varies, out=np.zeros_like(u))
    pvalues = np.minimum(2 * ndtr(-z), 1.0)
    return MannWhitney(statistic=u, z=np.maximum(z, 0.0), pvalues=pvalues, auc=u / pairs)


def _positive_rank_sums(table: FloatArray, positive: BoolArray) -> tuple[FloatArray, FloatArray]:
    """Sum of the positive rows' mid-ranks, and the sum of t³ - t over groups of t ties, per column."""
    columns = np.ascontiguousarray(table.T)
    n_columns, n_rows = columns.shape
    order = np.argsort(columns, axis=1)
    columns = np.take_along_axis(columns, order, axis=1)
    starts = np.ones((n_columns, n_rows), dtype=bool)
    starts[:, 1:] = columns[:, 1:] != columns[:, :-1]
    first = np.flatnonzero(starts)
    length = np.diff(first, append=starts.size)
    mid_rank = first % n_rows + (length + 1) / 2
    column = first // n_rows
    n_positive_in_run = np.add.reduceat(positive[order].ravel(), first, dtype=np.intp)
    rank_sum = np.bincount(column, weights=mid_rank * n_positive_in_run, minlength=n_columns)
    ties = np.bincount(column, weights=length.astype(float) ** 3 - length, minlength=n_columns)
    return np.asarray(rank_sum, dtype=np.float64), np.asarray(ties, dtype=np.float64)


def benjamini_hochberg(pvalues: FloatArray) -> FloatArray:
    """Adjust p-values so that a cut at α holds the false discovery rate at α.

    Parameters
    ----------
    pvalues : ndarray, shape (n_tests,)

    References
    ----------
    Benjamini and Hochberg 1995, Journal of the Royal Statistical Society B 57:289.
    """
    n_tests = len(pvalues)
    order = np.argsort(pvalues, kind="stable")
    stepped = pvalues[order] * n_tests / np.arange(1, n_tests + 1)
    adjusted = np.empty(n_tests)
    adjusted[order] = np.minimum.accumulate(stepped[::-1])[::-1]
    return np.minimum(adjusted, 1.0)


def bonferroni(pvalues: FloatArray) -> FloatArray:
    """Adjust p-values, shape (n_tests,), so that a cut at α holds the chance of any false discovery at α."""
    return np.minimum(pvalues * len(pvalues), 1.0)


CORRECTIONS: dict[str, Callable[[FloatArray], FloatArray]] = {
    "benjamini-hochberg": benjamini_hochberg,
    "bonferroni": bonferroni,
    "none": np.copy,
}


class MannWhitneyFilter(NeedsTwoClasses, SelectorMixin, BaseEstimator):
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

    def __init__(
        self,
        alpha: float = 0.05,
        correction: str = "benjamini-hochberg",
        min_features: int = 1,
        max_features: int | None = None,
    ) -> None:
        self.alpha = alpha
        self.correction = correction
        self.min_features = min_features
        self.max_features = max_features

    def fit(self, X: npt.ArrayLike, y: npt.ArrayLike) -> Self:
        """Test every column on the training rows.

        Raises
        ------
        BadSetting
            If a parameter is out of range.
        OneClass, NotBinary
            If ``y`` does not have two classes.
        """
        check_within("alpha", self.alpha, 0.0, 1.0)
        check_choice("correction", self.correction, CORRECTIONS)
        check_bounds(self.min_features, self.max_features)
        table, labels = validate_data(self, X, y, dtype=np.float64, ensure_min_samples=2)
        target = two_classes(labels)
        test = mann_whitney(table, target.positive)
        self.classes_ = target.classes
        self.statistic_, self.pvalues_, self.auc_ = test.statistic, test.pvalues, test.auc
        self.pvalues_adjusted_ = CORRECTIONS[self.correction](test.pvalues)
        self.n_significant_ = int(np.count_nonzero(self.pvalues_adjusted_ <= self.alpha))
        by_p = best_first(test.z)  # z still tells columns apart whose p-values are all 0 or 1
        self.support_ = keep_best(by_p, self.n_significant_, self.min_features, self.max_features)
        return self

    def _get_support_mask(self) -> BoolArray:
        check_is_fitted(self)
        return self.support_
