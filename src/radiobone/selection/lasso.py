"""Columns that an L1-penalised regression keeps."""

from __future__ import annotations

from typing import ClassVar, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator
from sklearn.feature_selection import SelectorMixin
from sklearn.utils.validation import check_consistent_length, check_is_fitted, validate_data

from radiobone.core.errors import BadSetting
from radiobone.selection.arguments import check_bounds, check_choice, check_within
from radiobone.selection.lasso_path import LassoPath, lambda_sequence
from radiobone.selection.penalised import held_out_loss, inner_splits, problem_of
from radiobone.selection.ranking import BoolArray, FloatArray, IntArray, best_first, keep_best
from radiobone.selection.recut import Recut
from radiobone.selection.tags import NeedsTwoClasses

RULES = ("min", "1se")


class LassoSelector(NeedsTwoClasses, Recut, SelectorMixin, BaseEstimator):
    """Keep the columns with a coefficient in an L1-penalised regression: logistic for classes, linear for numbers.

    The penalty λ is chosen by cross-validation inside the rows given, stratified by class; with ``groups``
    no group is on both sides of a split. Columns (and numbers to be predicted) are standardised within; λ is
    that of the mean loss, so that scikit-learn's C is 1 / (n λ), and λ is the alpha of its Lasso.

    Parameters
    ----------
    rule : {"min", "1se"}
        λ with the smallest deviance, or the largest whose deviance is within one standard error of it.
    n_lambdas : int
        Length of the path.
    smallest_ratio : float
        Last λ of the path over the first, in (0, 1).
    n_folds : int
        Lowered to the number of rows (or groups) of the rarer class.
    min_features : int
        If the chosen λ keeps fewer, a smaller λ is taken.
    max_features : int or None
        If it keeps more, those with the largest standardised coefficients.
    random_state : int
        For shuffling rows into folds.
    target : {"auto", "class", "number"}
        What ``y`` is: two classes, or numbers such as T-scores; ``auto`` takes fractions as numbers. Three
        ordered classes can be given as the numbers 0, 1, 2 with ``number``.

    Attributes
    ----------
    path_ : LassoPath
        Coefficients on all rows for every λ.
    lambda_, lambda_min_, lambda_1se_ : float
        λ taken, and what the two rules say.
    deviance_, deviance_se_ : ndarray, shape (n_lambdas,)
        Mean held-out deviance per row (of numbers: squared error, in variances), and its standard error
        over folds.
    coef_ : ndarray, shape (n_columns,)
        At λ taken, per standard deviation of the column.
    support_ : ndarray of bool, shape (n_columns,)

    References
    ----------
    Tibshirani 1996, Journal of the Royal Statistical Society B 58:267; the rules as in glmnet: Friedman,
    Hastie and Tibshirani 2010, Journal of Statistical Software 33(1).
    """

    cut_parameters: ClassVar[frozenset[str]] = frozenset({"rule", "min_features", "max_features"})

    def __init__(
        self,
        rule: str = "min",
        n_lambdas: int = 50,
        smallest_ratio: float = 0.01,
        n_folds: int = 5,
        min_features: int = 1,
        max_features: int | None = None,
        random_state: int = 0,
        target: str = "auto",
    ) -> None:
        self.rule = rule
        self.n_lambdas = n_lambdas
        self.smallest_ratio = smallest_ratio
        self.n_folds = n_folds
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
            Patient of each row.

        Raises
        ------
        BadSetting
            If a parameter is out of range.
        OneClass, NotBinary
            If ``y`` has one value, or more than two classes.
        TooFewPerClass, TooFewRows
            If the rarer class, or the rows, cannot be split in two.
        """
        self._check_parameters()
        table, labels = validate_data(self, X, y, dtype=np.float64, ensure_min_samples=2)
        check_consistent_length(table, groups)
        problem = problem_of(labels, self.target, self._l1_ratio)
        if problem.classes is not None:
            self.classes_ = problem.classes
        lambdas = lambda_sequence(
            table, problem.response, self.n_lambdas, self.smallest_ratio, self._l1_ratio
        )
        self.path_ = problem.solve(table, problem.response, lambdas)
        splits = inner_splits(problem, groups, self.n_folds, self.random_state)
        self.deviance_, self.deviance_se_ = held_out_loss(table, problem, self.path_.lambdas, splits)
        self._cut()
        return self

    @property
    def _l1_ratio(self) -> float:
        return 1.0

    def _check_parameters(self) -> None:
        check_choice("rule", self.rule, RULES)
        check_within("smallest_ratio", self.smallest_ratio, 1e-6, 0.9)
        check_bounds(self.min_features, self.max_features)
        for name, least in (("n_lambdas", 2), ("n_folds", 2)):
            if getattr(self, name) < least:
                raise BadSetting(f"{name} is {getattr(self, name)!r}; it must be at least {least}.")

    def _cut(self) -> None:
        lambdas, n_columns = self.path_.lambdas, self.path_.coefs.shape[1]
        best = int(np.argmin(self.deviance_))
        within = self.deviance_ <= self.deviance_[best] + self.deviance_se_[best]
        simplest = int(np.argmax(within))
        self.lambda_min_, self.lambda_1se_ = float(lambdas[best]), float(lambdas[simplest])
        wanted = min(self.min_features, n_columns)
        enough = np.count_nonzero(self.path_.coefs, axis=1) >= wanted
        enough[: best if self.rule == "min" else simplest] = False
        taken = int(np.argmax(enough)) if enough.any() else len(lambdas) - 1
        self.lambda_, self.coef_ = float(lambdas[taken]), self.path_.coefs[taken]
        order = _strongest_first(self.path_, self.coef_)
        self.support_ = keep_best(order, int(np.count_nonzero(self.coef_)), wanted, self.max_features)

    def _get_support_mask(self) -> BoolArray:
        check_is_fitted(self)
        return self.support_


def _strongest_first(path: LassoPath, coef: FloatArray) -> IntArray:
    """Order columns by coefficient, then by how early they entered the path, then by position."""
    entered = path.coefs != 0
    first = np.where(entered.any(axis=0), entered.argmax(axis=0), len(path.lambdas))
    by_entry = best_first(-first.astype(np.float64))
    return by_entry[best_first(np.abs(coef[by_entry]))]
