"""Columns that an L1-penalised logistic regression keeps."""

from __future__ import annotations

from typing import Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator
from sklearn.feature_selection import SelectorMixin
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold
from sklearn.utils.validation import check_consistent_length, check_is_fitted, validate_data

from radiobone.core.errors import BadSetting, TooFewPerClass
from radiobone.selection.arguments import check_bounds, check_choice, check_within
from radiobone.selection.labels import TwoClasses, two_classes
from radiobone.selection.lasso_path import LassoPath, lambda_sequence, lasso_path
from radiobone.selection.ranking import BoolArray, FloatArray, IntArray, best_first, keep_best
from radiobone.selection.tags import NeedsTwoClasses

RULES = ("min", "1se")
FOLD_TOLERANCE = 1e-5  # moves the smallest held-out deviance by about 2e-5 of itself, and is faster
Split = tuple[IntArray, IntArray]


class LassoSelector(NeedsTwoClasses, SelectorMixin, BaseEstimator):
    """Keep the columns with a coefficient in an L1-penalised logistic regression.

    The penalty λ is chosen by cross-validation inside the rows given, stratified by class; with ``groups``
    no group is on both sides of a split. Columns are standardised within; λ is that of the mean loss, so
    that scikit-learn's C is 1 / (n λ).

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

    Attributes
    ----------
    path_ : LassoPath
        Coefficients on all rows for every λ.
    lambda_, lambda_min_, lambda_1se_ : float
        λ taken, and what the two rules say.
    deviance_, deviance_se_ : ndarray, shape (n_lambdas,)
        Mean held-out deviance per row, and its standard error over folds.
    coef_ : ndarray, shape (n_columns,)
        At λ taken, per standard deviation of the column.
    support_ : ndarray of bool, shape (n_columns,)
    """

    def __init__(
        self,
        rule: str = "min",
        n_lambdas: int = 50,
        smallest_ratio: float = 0.01,
        n_folds: int = 5,
        min_features: int = 1,
        max_features: int | None = None,
        random_state: int = 0,
    ) -> None:
        self.rule = rule
        self.n_lambdas = n_lambdas
        self.smallest_ratio = smallest_ratio
        self.n_folds = n_folds
        self.min_features = min_features
        self.max_features = max_features
        self.random_state = random_state

    def fit(self, X: npt.ArrayLike, y: npt.ArrayLike, groups: npt.ArrayLike | None = None) -> Self:
        """Learn which columns to keep, from the training rows.

        Parameters
        ----------
        X : array-like, shape (n_rows, n_columns)
        y : array-like, shape (n_rows,)
            Two classes.
        groups : array-like or None, shape (n_rows,)
            Patient of each row.

        Raises
        ------
        BadSetting
            If a parameter is out of range.
        OneClass, NotBinary
            If ``y`` does not have two classes.
        TooFewPerClass
            If the rarer class cannot be split in two.
        """
        self._check_parameters()
        table, labels = validate_data(self, X, y, dtype=np.float64, ensure_min_samples=2)
        check_consistent_length(table, groups)
        target = two_classes(labels)
        self.classes_ = target.classes
        lambdas = lambda_sequence(table, target.positive, self.n_lambdas, self.smallest_ratio)
        self.path_ = lasso_path(table, target.positive, lambdas)
        self.deviance_, self.deviance_se_ = held_out_deviance(
            table, target.positive, self.path_.lambdas, self._splits(target, groups)
        )
        self._choose(table.shape[1])
        return self

    def _check_parameters(self) -> None:
        check_choice("rule", self.rule, RULES)
        check_within("smallest_ratio", self.smallest_ratio, 1e-6, 0.9)
        check_bounds(self.min_features, self.max_features)
        for name, least in (("n_lambdas", 2), ("n_folds", 2)):
            if getattr(self, name) < least:
                raise BadSetting(f"{name} is {getattr(self, name)!r}; it must be at least {least}.")

    def _splits(self, target: TwoClasses, groups: npt.ArrayLike | None) -> list[Split]:
        positive = target.positive
        units = np.arange(len(positive)) if groups is None else np.unique(groups, return_inverse=True)[1]
        rarer = min(len(np.unique(units[positive])), len(np.unique(units[~positive])))
        if rarer < 2:
            raise TooFewPerClass(
                f"The rarer class has {rarer} {'row' if groups is None else 'patient'} in the training rows; "
                "choosing a penalty by cross-validation needs at least 2. Use fewer folds, more cases, or a "
                "pipeline without LASSO."
            )
        kind = StratifiedKFold if groups is None else StratifiedGroupKFold
        folds = kind(min(self.n_folds, rarer), shuffle=True, random_state=self.random_state)
        splits = list(folds.split(positive, positive, None if groups is None else units))
        usable = [pair for pair in splits if len(pair[1]) and len(np.unique(positive[pair[0]])) == 2]
        if len(usable) < 2:
            raise TooFewPerClass(
                f"Of {len(splits)} inner folds only {len(usable)} can be used: patients of one class are too "
                "few to be in every training part. Use more cases, or a pipeline without LASSO."
            )
        return usable

    def _choose(self, n_columns: int) -> None:
        lambdas = self.path_.lambdas
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


def held_out_deviance(
    table: FloatArray, positive: BoolArray, lambdas: FloatArray, splits: list[Split]
) -> tuple[FloatArray, FloatArray]:
    """Deviance of held-out rows for every λ.

    Parameters
    ----------
    table : ndarray, shape (n_rows, n_columns)
    positive : ndarray of bool, shape (n_rows,)
    lambdas : ndarray, shape (n_lambdas,)
    splits : list of (train, test)
        Row positions.

    Returns
    -------
    mean, standard_error : ndarray, shape (n_lambdas,)
        Per row, over folds weighted by their rows. A fold whose path ends early keeps its last solution.
    """
    folds = np.empty((len(splits), len(lambdas)))
    for row, (train, test) in zip(folds, splits, strict=True):
        path = lasso_path(table[train], positive[train], lambdas, tolerance=FOLD_TOLERANCE)
        logits = path.logits(table[test])
        sign = np.where(positive[test], 1.0, -1.0)[:, np.newaxis]
        row[: logits.shape[1]] = 2 * np.logaddexp(0.0, -sign * logits).mean(axis=0)
        row[logits.shape[1] :] = row[logits.shape[1] - 1]
    weight = np.array([len(test) for _, test in splits], dtype=np.float64)
    weight /= weight.sum()
    mean = weight @ folds
    variance = weight @ np.square(folds - mean) / (len(splits) - 1)
    return mean, np.sqrt(variance)
