"""Columns that go with the target, each by the test that suits its kind and the target's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from radiobone.core.errors import BadSetting
from radiobone.selection.arguments import check_choice
from radiobone.selection.chi2 import chi_square
from radiobone.selection.correlation_tests import COEFFICIENTS
from radiobone.selection.kruskal import kruskal_wallis
from radiobone.selection.mannwhitney import mann_whitney
from radiobone.selection.ranking import BoolArray, FloatArray, IntArray
from radiobone.selection.tags import NeedsTarget
from radiobone.selection.targets import Classes, Numbers, read_target
from radiobone.selection.univariate import ColumnTests, UnivariateFilter

NUMBERS, TWO, MORE = range(3)  # kinds of columns: of numbers, of two categories (or one), of more
NamedTest = tuple[str, Callable[[FloatArray], ColumnTests]]


class PValueFilter(NeedsTarget, UnivariateFilter):
    """Keep columns whose p-value is small, each by the test that suits it.

    A column of at most ``max_levels`` values in the training rows is one of categories, such as the 0/1 columns that words
    become; all others are numbers.

    ============  ====================  =========================  ===========================================
    column        two classes           more classes               number
    ============  ====================  =========================  ===========================================
    categories    Pearson's χ²          Pearson's χ²               Mann-Whitney of the target between two
                                                                   categories, Kruskal-Wallis between more
    numbers       Mann-Whitney          Kruskal-Wallis             Pearson's or Spearman's coefficient
    ============  ====================  =========================  ===========================================

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
    max_levels : int
        Most values that a column of categories has; 1 takes every column as numbers.
    coefficient : {"pearson", "spearman"}
        Of columns of numbers with a target that is a number.
    target : {"auto", "class", "number"}
        What ``y`` is; ``auto`` takes fractions as numbers and all else as classes, two or more.

    Attributes
    ----------
    tests_ : ndarray of str, shape (n_columns,)
        ``chi2``, ``mannwhitney``, ``kruskal``, ``pearson`` or ``spearman``.
    statistic_, pvalues_, pvalues_adjusted_ : ndarray, shape (n_columns,)
        Of each column's own test.
    n_significant_ : int
        Columns whose adjusted p-value is at most ``alpha``.
    support_ : ndarray of bool, shape (n_columns,)

    References
    ----------
    Those of the filters by one test: `MannWhitneyFilter`, `KruskalFilter`, `Chi2Filter`.
    """

    def __init__(
        self,
        alpha: float = 0.05,
        correction: str = "benjamini-hochberg",
        min_features: int = 1,
        max_features: int | None = None,
        max_levels: int = 2,
        coefficient: str = "pearson",
        target: str = "auto",
    ) -> None:
        super().__init__(alpha, correction, min_features, max_features)
        self.max_levels = max_levels
        self.coefficient = coefficient
        self.target = target

    def _check_parameters(self) -> None:
        super()._check_parameters()
        check_choice("coefficient", self.coefficient, COEFFICIENTS)
        if self.max_levels < 1:
            raise BadSetting(
                f"max_levels is {self.max_levels!r}; a column has one value at least. Give 1 to take every column as numbers."
            )

    def _test(self, table: FloatArray, labels: npt.NDArray[Any]) -> ColumnTests:
        target = read_target(labels, self.target)
        tests = self._of_classes(target) if isinstance(target, Classes) else self._of_numbers(target)
        levels = np.array([len(np.unique(column)) for column in table.T])
        kinds = np.where(levels > self.max_levels, NUMBERS, np.where(levels > 2, MORE, TWO))
        self.tests_ = np.array([tests[kind][0] for kind in kinds])
        return _joined(table, kinds, tests)

    def _of_classes(self, target: Classes) -> Mapping[int, NamedTest]:
        codes = target.codes
        chi2: NamedTest = "chi2", lambda table: chi_square(table, codes, self.max_levels)
        ranks: NamedTest = "kruskal", lambda table: kruskal_wallis(table, codes)
        if len(target.names) == 2:
            ranks = "mannwhitney", lambda table: _ranks_of_two(table, codes == 1)
        return {NUMBERS: ranks, TWO: chi2, MORE: chi2}

    def _of_numbers(self, target: Numbers) -> Mapping[int, NamedTest]:
        values, coefficient = target.values, COEFFICIENTS[self.coefficient]
        return {
            NUMBERS: (self.coefficient, lambda table: coefficient(table, values)),
            TWO: ("mannwhitney", lambda table: _each(table, values, _between_two)),
            MORE: ("kruskal", lambda table: _each(table, values, kruskal_wallis)),
        }


def _joined(table: FloatArray, kinds: IntArray, tests: Mapping[int, NamedTest]) -> ColumnTests:
    """Give each column to the test of its kind."""
    statistic, strength, pvalues = (np.empty(table.shape[1]) for _ in range(3))
    for kind, (_, test) in tests.items():
        here = np.flatnonzero(kinds == kind)
        if len(here):
            found = test(table[:, here])
            statistic[here], strength[here], pvalues[here] = found.statistic, found.strength, found.pvalues
    return ColumnTests(statistic, strength, pvalues)


def _ranks_of_two(table: FloatArray, positive: BoolArray) -> ColumnTests:
    """Test columns by Mann and Whitney; the strength is that of a χ² of one degree of freedom."""
    found = mann_whitney(table, positive)
    return ColumnTests(found.statistic, np.square(found.z), found.pvalues)


def _each(
    table: FloatArray, values: FloatArray, test: Callable[[FloatArray, IntArray], ColumnTests]
) -> ColumnTests:
    """Compare the target between the categories of each column."""
    found = [test(values[:, np.newaxis], np.unique(column, return_inverse=True)[1]) for column in table.T]
    return ColumnTests(
        *(
            np.concatenate([getattr(one, name) for one in found])
            for name in ("statistic", "strength", "pvalues")
        )
    )


def _between_two(values: FloatArray, codes: IntArray) -> ColumnTests:
    if not codes.any():  # a column of one value
        return ColumnTests(np.zeros(1), np.zeros(1), np.ones(1))
    return _ranks_of_two(values, codes == 1)
