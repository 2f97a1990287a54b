"""Columns that a LASSO keeps in most random halves of the rows: stability selection."""

from __future__ import annotations

from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator
from sklearn.feature_selection import SelectorMixin
from sklearn.utils.validation import check_consistent_length, check_is_fitted, validate_data

from radiobone.core.errors import BadSetting, TooFewPerClass
from radiobone.core.seeds import rng_for
from radiobone.selection.arguments import check_bounds, check_within
from radiobone.selection.lasso_path import LassoPath, lambda_sequence
from radiobone.selection.penalised import FOLD_TOLERANCE, Problem, problem_of
from radiobone.selection.ranking import BoolArray, FloatArray, IntArray, best_first, keep_best
from radiobone.selection.recut import Recut
from radiobone.selection.tags import NeedsTwoClasses

N_LAMBDAS = 60
SMALLEST_RATIO = 0.02


class StabilitySelector(NeedsTwoClasses, Recut, SelectorMixin, BaseEstimator):
    """Keep the columns that are among the first of the LASSO path in most random halves of the rows.

    In each half the q columns that enter the path first are marked; a column is kept if it is marked in at least
    the share ``pi_thr`` of halves. q is the largest for which fewer than ``max_false`` columns without relevance
    are expected to be kept: q² / ((2 ``pi_thr`` - 1) n_columns). That bound supposes that columns without relevance
    are exchangeable; where they correlate with relevant ones it is a guide.

    Parameters
    ----------
    pi_thr : float
        In [0.51, 1].
    max_false : float
        Columns without relevance that may be kept, in expectation; above 0.
    n_subsamples : int
        How many halves are drawn; at least 2.
    min_features : int
        If fewer columns reach ``pi_thr``, those marked most often are kept up to this number.
    max_features : int or None
        Keep no more than these, by how often they were marked.
    random_state : int
        For drawing halves.
    target : {"auto", "class", "number"}
        What ``y`` is: two classes, or numbers; ``auto`` takes fractions as numbers.

    Attributes
    ----------
    frequency_ : ndarray, shape (n_columns,)
        Share of halves in which each column was marked.
    q_ : int
        Columns marked in each half, at most.
    support_ : ndarray of bool, shape (n_columns,)

    References
    ----------
    Meinshausen and Buehlmann 2010, Journal of the Royal Statistical Society B 72:417.
    """

    cut_parameters: ClassVar[frozenset[str]] = frozenset({"min_features", "max_features"})

    def __init__(
        self,
        pi_thr: float = 0.6,
        max_false: float = 1.0,
        n_subsamples: int = 100,
        min_features: int = 1,
        max_features: int | None = None,
        random_state: int = 0,
        target: str = "auto",
    ) -> None:
        self.pi_thr = pi_thr
        self.max_false = max_false
        self.n_subsamples = n_subsamples
        self.min_features = min_features
        self.max_features = max_features
        self.random_state = random_state
        self.target = target

    def fit(self, X: npt.ArrayLike, y: npt.ArrayLike, groups: npt.ArrayLike | None = None) -> Self:
        """Learn which columns to keep, from the training rows.

        Parameters
        ----------
        X : array-like, shape (n_rows, n_columns)
        y : array-like, shape (n_rows,)
            Two classes, or numbers.
        groups : array-like or None, shape (n_rows,)
            Patient of each row: halves are drawn of patients.

        Raises
        ------
        BadSetting
            If a parameter is out of range.
        OneClass, NotBinary
            If ``y`` has one value, or more than two classes.
        TooFewPerClass
            If a class has fewer than two rows (or patients), so that it cannot be halved.
        """
        self._check_parameters()
        table, labels = validate_data(self, X, y, dtype=np.float64, ensure_min_samples=2)
        check_consistent_length(table, groups)
        problem = problem_of(labels, self.target, 1.0)
        n_columns = table.shape[1]
        self.q_ = min(max(int(np.sqrt((2 * self.pi_thr - 1) * self.max_false * n_columns)), 1), n_columns)
        marked = np.zeros(n_columns)
        for rows in random_halves(problem, groups, self.n_subsamples, self.random_state):
            marked[first_to_enter(table[rows], problem, rows, self.q_)] += 1
        self.frequency_ = marked / self.n_subsamples
        self._cut()
        return self

    def _cut(self) -> None:
        n_stable = int(np.count_nonzero(self.frequency_ >= self.pi_thr))
        order = best_first(self.frequency_)
        self.support_ = keep_best(order, n_stable, self.min_features, self.max_features)

    def _check_parameters(self) -> None:
        check_within("pi_thr", self.pi_thr, 0.51, 1.0)
        check_bounds(self.min_features, self.max_features)
        if not self.max_false > 0:
            raise BadSetting(
                f"max_false is {self.max_false!r}; it must be above 0, or nothing could be kept."
            )
        if self.n_subsamples < 2:
            raise BadSetting(
                f"n_subsamples is {self.n_subsamples!r}; it must be at least 2, better 50 or more."
            )

    def _get_support_mask(self) -> BoolArray:
        check_is_fitted(self)
        return self.support_


def random_halves(
    problem: Problem, groups: npt.ArrayLike | None, n_halves: int, random_state: int
) -> list[IntArray]:
    """Draw halves of the rows, or of the patients, without replacement and class by class.

    Parameters
    ----------
    problem : Problem
    groups : array-like or None, shape (n_rows,)
    n_halves : int
    random_state : int

    Raises
    ------
    TooFewPerClass
        If a class has fewer than two rows (or patients).
    """
    response = problem.response
    units = np.arange(len(response)) if groups is None else np.unique(groups, return_inverse=True)[1]
    of_class = np.zeros(units.max() + 1, dtype=bool)
    if problem.classes is not None:
        np.logical_or.at(of_class, units, response)
    parts = [part for part in (np.flatnonzero(~of_class), np.flatnonzero(of_class)) if len(part)]
    smallest = min(map(len, parts))
    if smallest < 2 or (problem.classes is not None and len(parts) < 2):
        raise TooFewPerClass(
            f"The rarer class has {smallest} {'row' if groups is None else 'patient'}(s) in the training rows, and stability "
            "selection halves each class: at least 2 are needed. Use more cases, or a pipeline without it."
        )
    rng = rng_for(random_state, "stability selection")
    halves = []
    for _ in range(n_halves):
        drawn = [rng.choice(part, size=max(len(part) // 2, 1), replace=False) for part in parts]
        halves.append(np.flatnonzero(np.isin(units, np.concatenate(drawn))))
    return halves


def first_to_enter(table: FloatArray, problem: Problem, rows: IntArray, count: int) -> IntArray:
    """Positions of the first columns to enter the LASSO path on some rows.

    Parameters
    ----------
    table : ndarray, shape (n_drawn, n_columns)
        These rows of the table.
    problem : Problem
        Of all rows.
    rows : ndarray of int, shape (n_drawn,)
    count : int
        How many at most; of columns that enter between one λ and the next, those with the larger coefficients.
    """
    response = problem.response[rows]
    if len(np.unique(response)) < 2:  # a half of numbers that are all alike tells nothing
        return np.empty(0, dtype=np.intp)
    lambdas = lambda_sequence(table, response, N_LAMBDAS, SMALLEST_RATIO)
    path: LassoPath = problem.solve(table, response, lambdas, tolerance=FOLD_TOLERANCE, enough=count)
    entered = path.coefs != 0
    at = np.where(entered.any(axis=0), entered.argmax(axis=0), len(path.lambdas))
    size = np.abs(path.coefs[np.minimum(at, len(path.lambdas) - 1), np.arange(len(at))])
    order = np.lexsort((-size, at))
    return order[: min(count, int(entered.any(axis=0).sum()))]
