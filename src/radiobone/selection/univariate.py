"""What filters that test each column by itself share: p-values, their adjustment, and bounds on what is kept."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator
from sklearn.feature_selection import SelectorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from radiobone.selection.arguments import check_bounds, check_choice, check_within
from radiobone.selection.ranking import BoolArray, FloatArray, keep_best
from radiobone.selection.recut import Recut


@dataclass(frozen=True, eq=False)
class ColumnTests:
    """One test of every column; all arrays have shape (n_columns,).

    Attributes
    ----------
    statistic : ndarray
        As the test's name has it.
    strength : ndarray
        Tells columns apart whose p-values are equal, such as 0 where they underflow; higher is stronger.
    pvalues : ndarray
        1 for a constant column.
    """

    statistic: FloatArray
    strength: FloatArray
    pvalues: FloatArray


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


class UnivariateFilter(Recut, SelectorMixin, BaseEstimator):
    """Keep columns whose adjusted p-value is small; a subclass writes the test.

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
    order_ : ndarray of int, shape (n_columns,)
        Positions from the smallest p-value to the largest.
    """

    cut_parameters: ClassVar[frozenset[str]] = frozenset(
        {"alpha", "correction", "min_features", "max_features"}
    )

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

        Parameters
        ----------
        X : array-like, shape (n_rows, n_columns)
        y : array-like, shape (n_rows,)
            Class of each row.

        Raises
        ------
        BadSetting
            If a parameter is out of range.
        OneClass, NotBinary
            If ``y`` has one class, or more classes than the test compares.
        """
        self._check_parameters()
        table, labels = validate_data(self, X, y, dtype=np.float64, ensure_min_samples=2)
        test = self._test(table, labels)
        self.statistic_, self.pvalues_ = test.statistic, test.pvalues
        self.order_ = np.lexsort(
            (-test.strength, test.pvalues)
        )  # stable: columns that tie stay in their order
        self._cut()
        return self

    def _cut(self) -> None:
        self.pvalues_adjusted_ = CORRECTIONS[self.correction](self.pvalues_)
        self.n_significant_ = int(np.count_nonzero(self.pvalues_adjusted_ <= self.alpha))
        self.support_ = keep_best(self.order_, self.n_significant_, self.min_features, self.max_features)

    def _check_parameters(self) -> None:
        check_within("alpha", self.alpha, 0.0, 1.0)
        check_choice("correction", self.correction, CORRECTIONS)
        check_bounds(self.min_features, self.max_features)

    @abstractmethod
    def _test(self, table: FloatArray, labels: npt.NDArray[Any]) -> ColumnTests:
        """Test columns, shape (n_rows, n_columns), against ``labels``, shape (n_rows,)."""

    def _get_support_mask(self) -> BoolArray:
        check_is_fitted(self)
        return self.support_
