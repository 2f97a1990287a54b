"""Columns that a random forest finds more important than shuffled copies: Boruta."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import bdtr, bdtrc
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

from radiobone.core.seeds import rng_for, seed_for
from radiobone.selection.arguments import check_bounds, check_counts, check_within
from radiobone.selection.ranking import FloatArray, IntArray, keep_best
from radiobone.selection.target_selector import TargetSelector
from radiobone.selection.targets import Classes, Target

FEWEST_SHADOWS = 5


class BorutaSelector(TargetSelector):
    """Keep every column that a random forest finds more important than the best of shuffled copies.

    In each round a forest learns from the columns that are left and from copies of them whose rows are shuffled; a
    column that is more important than every copy has a hit. Columns with more hits than a coin would have are
    confirmed, those with fewer are rejected (two binomial tests, each with Bonferroni's correction for all columns).
    Unlike mRMR it keeps columns that say the same. Hundreds of columns take a forest of many seconds: filter before it.

    Parameters
    ----------
    max_rounds : int
        Rounds at most; fewer where all columns are decided. At least 1.
    alpha : float
        Level of the tests, in [0, 1].
    n_estimators : int
        Trees of each forest.
    max_depth : int
        Of a tree.
    keep_tentative : bool
        Whether columns that are undecided at the end are kept.
    min_features : int
        If fewer columns pass, those with the most hits are kept up to this number.
    max_features : int or None
        Keep no more than these, by hits and then by importance.
    random_state : int
        For shuffling and for the forests.
    target : {"auto", "class", "number"}
        What ``y`` is; ``auto`` takes fractions as numbers and all else as classes, two or more.

    Attributes
    ----------
    hits_, n_tries_ : ndarray of int, shape (n_columns,)
        How often each column was more important than every copy, and in how many rounds it was looked at.
    confirmed_, tentative_ : ndarray of bool, shape (n_columns,)
        All others were rejected.
    support_ : ndarray of bool, shape (n_columns,)

    References
    ----------
    Kursa and Rudnicki 2010, Journal of Statistical Software 36(11).
    """

    def __init__(
        self,
        max_rounds: int = 20,
        alpha: float = 0.05,
        n_estimators: int = 30,
        max_depth: int = 5,
        keep_tentative: bool = False,
        min_features: int = 1,
        max_features: int | None = None,
        random_state: int = 0,
        target: str = "auto",
    ) -> None:
        self.max_rounds = max_rounds
        self.alpha = alpha
        self.n_estimators = n_estimators
        self.max_depth = max_depth
        self.keep_tentative = keep_tentative
        self.min_features = min_features
        self.max_features = max_features
        self.random_state = random_state
        self.target = target

    def _check_parameters(self) -> None:
        check_within("alpha", self.alpha, 0.0, 1.0)
        check_bounds(self.min_features, self.max_features)
        check_counts(self, "max_rounds", "n_estimators", "max_depth")

    def _learn(self, table: FloatArray, target: Target) -> None:
        importance = self._play(table, target)
        passing = self.confirmed_ | (self.tentative_ & self.keep_tentative)
        order = np.lexsort((-importance, -self.hits_, ~self.confirmed_, ~passing))
        n_passing = int(np.count_nonzero(passing))
        self.support_ = keep_best(order, n_passing, self.min_features, self.max_features)

    def _play(self, table: FloatArray, target: Target) -> FloatArray:
        """Play the rounds; return the importance of each column, summed over them."""
        n_columns = table.shape[1]
        self.hits_, self.n_tries_ = np.zeros(n_columns, dtype=np.intp), np.zeros(n_columns, dtype=np.intp)
        self.confirmed_, self.tentative_ = np.zeros(n_columns, dtype=bool), np.ones(n_columns, dtype=bool)
        total = np.zeros(n_columns)
        for number in range(self.max_rounds):
            left = np.flatnonzero(self.tentative_ | self.confirmed_)
            found, best_shadow = self._round(table[:, left], target, number)
            total[left] += found
            self.hits_[left] += found > best_shadow
            self.n_tries_[left] += 1
            level = self.alpha / n_columns
            undecided = self.tentative_.copy()
            self.confirmed_ |= undecided & (at_least(self.hits_, self.n_tries_) <= level)
            rejected = undecided & (bdtr(self.hits_, self.n_tries_, 0.5) <= level)
            self.tentative_ = undecided & ~self.confirmed_ & ~rejected
            if not self.tentative_.any():
                break
        return total

    def _round(self, columns: FloatArray, target: Target, number: int) -> tuple[FloatArray, float]:
        """Return importances of columns, shape (n_left,), and the largest of a shuffled copy."""
        rng = rng_for(self.random_state, "shadows", number)
        copies = np.resize(np.arange(columns.shape[1]), max(columns.shape[1], FEWEST_SHADOWS))
        shadows = rng.permuted(columns[:, copies], axis=0)
        model: Any
        settings = {
            "n_estimators": self.n_estimators,
            "max_depth": self.max_depth,
            "random_state": seed_for(self.random_state, "forest", number),
        }
        if isinstance(target, Classes):
            model = RandomForestClassifier(class_weight="balanced", **settings)
            model.fit(np.hstack([columns, shadows]), target.codes)
        else:
            model = RandomForestRegressor(max_features="sqrt", **settings)
            model.fit(np.hstack([columns, shadows]), target.values)
        importance = model.feature_importances_
        return importance[: columns.shape[1]], float(importance[columns.shape[1] :].max())


def at_least(hits: IntArray, tries: IntArray) -> FloatArray:
    """Chance that a fair coin falls heads so often or more, shape (n_columns,)."""
    chance: FloatArray = np.where(hits > 0, bdtrc(np.maximum(hits - 1, 0), tries, 0.5), 1.0)
    return chance
