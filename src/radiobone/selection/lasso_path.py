"""The L1 path of logistic regression, from no column to many, and that of the elastic net.

Minimises  mean_i log(1 + exp(−s_i η_i)) + λ (α ‖β‖₁ + (1 − α)/2 ‖β‖₂²),  η = b + Xβ,  s = ±1, with a free
intercept, for a falling sequence of λ; α is ``l1_ratio``, 1 for the LASSO. The penalty C of scikit-learn is 1 / (n λ). Each λ starts from the solution before; columns
that cannot enter yet are set aside and checked afterwards (strong rules).

References
----------
Friedman, Hastie and Tibshirani 2010, Journal of Statistical Software 33(1); Tibshirani et al. 2012, Journal
of the Royal Statistical Society B 74:245.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
from scipy.special import expit
from sklearn import config_context
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import enet_path

from radiobone.selection.ranking import BoolArray, FloatArray
from radiobone.selection.scale import centre_and_spread

MAX_NEWTON_STEPS = 50
MAX_SWEEPS = 2000
EXACT = 1e-7  # of coordinate descent: duality gap relative to the squared response
PRECISION = 1e-9  # of the objective, relative to that of the empty model
KKT_SLACK = 1e-5  # relative to λ
SATURATED = 0.99  # share of the deviance explained beyond which the classes are separated and b, β run away
SMALLEST_WEIGHT = 1e-5
SMALLEST_STEP = 1e-6


@dataclass(frozen=True, eq=False)
class LassoPath:
    """Solutions along a falling sequence of λ.

    Attributes
    ----------
    lambdas : ndarray, shape (n_lambdas,)
    coefs : ndarray, shape (n_lambdas, n_columns)
        For columns of standard deviation 1.
    intercepts : ndarray, shape (n_lambdas,)
        For columns of mean 0.
    mean, sd : ndarray, shape (n_columns,)
        What the columns were standardised with.
    """

    lambdas: FloatArray
    coefs: FloatArray
    intercepts: FloatArray
    mean: FloatArray
    sd: FloatArray

    def scores(self, table: FloatArray) -> FloatArray:
        """Log odds of rows, or their predicted numbers, shape (n_rows, n_lambdas)."""
        scores: FloatArray = ((table - self.mean) / self.sd) @ self.coefs.T + self.intercepts
        return scores


@dataclass(frozen=True)
class _Penalty:
    strength: float
    l1_ratio: float

    @property
    def l1(self) -> float:
        return self.strength * self.l1_ratio

    def of(self, coef: FloatArray) -> float:
        ridge = self.strength * (1 - self.l1_ratio) / 2
        return self.l1 * float(np.abs(coef).sum()) + ridge * float(np.square(coef).sum())


@dataclass(frozen=True, eq=False)
class _Solution:
    coef: FloatArray
    intercept: float
    gradient: FloatArray  # −∂loss/∂β, per column
    deviance: float  # half of it, per row
    converged: bool


def lambda_sequence(
    table: FloatArray,
    response: BoolArray | FloatArray,
    n_lambdas: int,
    smallest_ratio: float,
    l1_ratio: float = 1.0,
) -> FloatArray:
    """λ from the smallest that keeps every column out, falling geometrically.

    Parameters
    ----------
    table : ndarray, shape (n_rows, n_columns)
    response : ndarray of bool or float, shape (n_rows,)
    n_lambdas : int
    smallest_ratio : float
        Last λ over first.
    l1_ratio : float
    """
    mean, sd = centre_and_spread(table)
    gradient = ((table - mean) / sd).T @ (response - response.mean()) / len(table)
    largest = max(float(np.abs(gradient).max()) / l1_ratio, np.finfo(float).tiny)
    return np.geomspace(largest, largest * smallest_ratio, n_lambdas)


def lasso_path(
    table: FloatArray,
    positive: BoolArray,
    lambdas: FloatArray,
    *,
    tolerance: float = EXACT,
    l1_ratio: float = 1.0,
    enough: int | None = None,
) -> LassoPath:
    """Solve for every λ.

    Parameters
    ----------
    table : ndarray, shape (n_rows, n_columns)
        Finite; standardised within.
    positive : ndarray of bool, shape (n_rows,)
        Both values occur.
    lambdas : ndarray, shape (n_lambdas,)
        Falling.
    tolerance : float
        Duality gap, relative; looser is faster.
    l1_ratio : float
        In (0, 1]; 1 for the LASSO.
    enough : int or None
        End the path once so many columns have a coefficient.

    Returns
    -------
    LassoPath
        Shorter than ``lambdas`` if the classes get separated, or a solution is not reached, on the way.
    """
    mean, sd = centre_and_spread(table)
    columns = np.asfortranarray((table - mean) / sd)
    now = _empty_model(columns, positive)
    empty, before, solutions = now.deviance, float(lambdas[0]), []
    for strength in lambdas:
        penalty = _Penalty(float(strength), l1_ratio)
        now = _solve(columns, positive, now, penalty, before, tolerance)
        if not now.converged:
            break
        solutions.append(now)
        before = float(strength)
        if np.count_nonzero(now.coef) >= (enough or np.inf) or now.deviance < (1 - SATURATED) * empty:
            break
    return LassoPath(
        lambdas=lambdas[: len(solutions)],
        coefs=np.array([found.coef for found in solutions]).reshape(-1, columns.shape[1]),
        intercepts=np.array([found.intercept for found in solutions]),
        mean=mean,
        sd=sd,
    )


def _empty_model(columns: FloatArray, positive: BoolArray) -> _Solution:
    share = positive.mean()
    coef, intercept = np.zeros(columns.shape[1]), float(np.log(share / (1 - share)))
    return _judged(columns, positive, coef, intercept, converged=True)


def _judged(
    columns: FloatArray, positive: BoolArray, coef: FloatArray, intercept: float, *, converged: bool
) -> _Solution:
    used = np.flatnonzero(coef)
    logit = columns[:, used] @ coef[used] + intercept
    gradient = columns.T @ (positive - expit(logit)) / len(positive)
    return _Solution(coef, intercept, gradient, _loss(logit, positive), converged)


def _loss(logit: FloatArray, positive: BoolArray) -> float:
    return float(np.mean(np.logaddexp(0.0, logit) - positive * logit))


def _solve(
    columns: FloatArray,
    positive: BoolArray,
    start: _Solution,
    penalty: _Penalty,
    before: float,
    tolerance: float,
) -> _Solution:
    """Solve on the columns that may enter; take in those that turn out to be missing; repeat."""
    may_enter = 2 * penalty.l1 - before * penalty.l1_ratio
    working = (np.abs(start.gradient) >= may_enter) | (start.coef != 0)
    now = start
    while True:
        chosen = np.flatnonzero(working)
        coef = np.zeros_like(start.coef)
        coef[chosen], intercept, converged = _newton(
            np.asfortranarray(columns[:, chosen]),
            positive,
            now.coef[chosen],
            now.intercept,
            penalty,
            tolerance,
        )
        now = _judged(columns, positive, coef, intercept, converged=converged)
        missing = ~working & (np.abs(now.gradient) > penalty.l1 * (1 + KKT_SLACK))
        if not missing.any() or not converged:
            return now
        working |= missing


def _newton(
    columns: FloatArray,
    positive: BoolArray,
    coef: FloatArray,
    intercept: float,
    penalty: _Penalty,
    tolerance: float,
) -> tuple[FloatArray, float, bool]:
    """Quadratic approximations, each solved by coordinate descent, with steps that never go uphill."""
    share = positive.mean()
    enough = PRECISION * -float(share * np.log(share) + (1 - share) * np.log(1 - share))
    value = _objective(columns, positive, coef, intercept, penalty)
    for _ in range(MAX_NEWTON_STEPS):
        logit = columns @ coef + intercept
        aim, aim_intercept = _quadratic_step(columns, positive, coef, logit, penalty, tolerance)
        step, before = 1.0, value
        while True:
            new = aim if step == 1.0 else coef + step * (aim - coef)
            new_intercept = intercept + step * (aim_intercept - intercept)
            value = _objective(columns, positive, new, new_intercept, penalty)
            if value <= before + enough or step < SMALLEST_STEP:
                break
            step /= 2
        coef, intercept = new, new_intercept
        if abs(before - value) <= enough:
            return coef, float(intercept), True
    return coef, float(intercept), False


def _objective(
    columns: FloatArray, positive: BoolArray, coef: FloatArray, intercept: float, penalty: _Penalty
) -> float:
    return _loss(columns @ coef + intercept, positive) + penalty.of(coef)


def _quadratic_step(
    columns: FloatArray,
    positive: BoolArray,
    coef: FloatArray,
    logit: FloatArray,
    penalty: _Penalty,
    tolerance: float,
) -> tuple[FloatArray, float]:
    chance = expit(logit)
    weight = np.maximum(chance * (1 - chance), SMALLEST_WEIGHT)
    response = logit + (positive - chance) / weight
    centre = weight @ columns / weight.sum()
    response_centre = weight @ response / weight.sum()
    root = np.sqrt(weight)
    if columns.shape[1] == 0:
        return coef, float(response_centre)
    with warnings.catch_warnings(), config_context(skip_parameter_validation=True):
        # The solver writes into its start, which a shorter step still needs.
        # An inexact inner solution costs another outer step, and the outer loop judges convergence itself.
        warnings.simplefilter("ignore", ConvergenceWarning)
        _, path, _ = enet_path(
            np.asfortranarray((columns - centre) * root[:, np.newaxis]), (response - response_centre) * root,
            l1_ratio=penalty.l1_ratio, alphas=[penalty.strength], precompute=False, coef_init=coef.copy(), check_input=False,
            max_iter=MAX_SWEEPS, tol=tolerance,
        )  # fmt: skip
    found = path[:, 0]
    return found, float(response_centre - centre @ found)
