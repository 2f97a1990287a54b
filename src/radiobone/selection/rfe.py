"""Columns left after those of the smallest weights in a linear model were taken away again and again."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression, Ridge

from radiobone.core.errors import BadSetting
from radiobone.selection.arguments import check_within
from radiobone.selection.ranking import FloatArray, IntArray, best_first
from radiobone.selection.scale import centre_and_spread
from radiobone.selection.target_selector import TargetSelector
from radiobone.selection.targets import Classes, Target

DIGITS = 9  # weights that agree in so many, relative to the largest, tie: the column further left is kept
MAX_STEPS = 5000


class RFESelector(TargetSelector):
    """Leave out the columns of the smallest weights in a linear model, refit on the rest, and so on.

    The model is a logistic regression with an L2 penalty for classes, a ridge regression for numbers, on columns
    of standard deviation 1. Where columns correlate their weight is shared, so that all of a group may go early:
    put the correlation filter before it.

    Parameters
    ----------
    n_features : int
        How many columns are left; all, if there are fewer.
    step : float
        Share of the remaining columns that go at each refit, in [0, 0.9]; at least one goes.
    C : float
        Inverse strength of the penalty, as scikit-learn has it; in [1e-6, 1e6].
    target : {"auto", "class", "number"}
        What ``y`` is; ``auto`` takes fractions as numbers and all else as classes, two or more.

    Attributes
    ----------
    ranking_ : ndarray of int, shape (n_columns,)
        1 for the columns left, 2 for those that went last, and so on.
    support_ : ndarray of bool, shape (n_columns,)

    References
    ----------
    Guyon, Weston, Barnhill and Vapnik 2002, Machine Learning 46:389.
    """

    def __init__(self, n_features: int = 20, step: float = 0.1, C: float = 1.0, target: str = "auto") -> None:
        self.n_features = n_features
        self.step = step
        self.C = C
        self.target = target

    def _check_parameters(self) -> None:
        check_within("step", self.step, 0.0, 0.9)
        check_within("C", self.C, 1e-6, 1e6)
        if self.n_features < 1:
            raise BadSetting(f"n_features is {self.n_features!r}; a model needs at least one column.")

    def _learn(self, table: FloatArray, target: Target) -> None:
        mean, sd = centre_and_spread(table)
        self.ranking_ = self._eliminate((table - mean) / sd, target)
        self.support_ = self.ranking_ == 1

    def _eliminate(self, columns: FloatArray, target: Target) -> IntArray:
        left, rounds = np.arange(columns.shape[1]), []
        while len(left) > self.n_features:
            weight = squared_weights(columns[:, left], target, self.C)
            n_going = min(max(int(self.step * len(left)), 1), len(left) - self.n_features)
            order = best_first(np.round(weight / max(float(weight.max()), np.finfo(float).tiny), DIGITS))
            rounds.append(left[order[-n_going:]])
            left = np.sort(left[order[:-n_going]])
        ranking = np.ones(columns.shape[1], dtype=np.intp)
        for rank, gone in enumerate(reversed(rounds), start=2):
            ranking[gone] = rank
        return ranking


def squared_weights(columns: FloatArray, target: Target, C: float) -> FloatArray:
    """Fit the linear model; return the squared weight of each column, summed over classes.

    Parameters
    ----------
    columns : ndarray, shape (n_rows, n_columns)
        Of standard deviation 1.
    target : Classes or Numbers
    C : float
        Inverse strength of the penalty.
    """
    model: Any
    if isinstance(target, Classes):
        model = LogisticRegression(C=C, max_iter=MAX_STEPS).fit(columns, target.codes)
    else:
        model = Ridge(alpha=1 / C).fit(columns, target.values)
    weights: FloatArray = np.square(np.atleast_2d(model.coef_)).sum(axis=0)
    return weights
