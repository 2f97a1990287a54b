"""The path of the LASSO and the elastic net in linear regression, from no column to many.

Minimises  1/(2n) ‖y − b − Xβ‖² + λ (α ‖β‖₁ + (1 − α)/2 ‖β‖₂²)  for a falling sequence of λ, by scikit-learn's
coordinate descent; α is ``l1_ratio``.

References
----------
Friedman, Hastie and Tibshirani 2010, Journal of Statistical Software 33(1).
"""

from __future__ import annotations

import warnings

import numpy as np
from sklearn import config_context
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import enet_path

from radiobone.selection.lasso_path import EXACT, MAX_SWEEPS, SATURATED, LassoPath
from radiobone.selection.ranking import FloatArray
from radiobone.selection.scale import centre_and_spread


def linear_path(
    table: FloatArray,
    values: FloatArray,
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
    values : ndarray, shape (n_rows,)
        Target, not all alike; λ is in its unit.
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
        Shorter than ``lambdas`` if the columns come to explain nearly all of the target on the way.
    """
    mean, sd = centre_and_spread(table)
    columns = np.asfortranarray((table - mean) / sd)
    centred = values - values.mean()
    coef, coefs = np.zeros(columns.shape[1]), []
    for strength in lambdas:
        coef = _solution(columns, centred, coef, (float(strength), l1_ratio), tolerance)
        coefs.append(coef)
        if (
            np.count_nonzero(coef) >= (enough or np.inf)
            or np.square(centred - columns @ coef).sum() < (1 - SATURATED) * np.square(centred).sum()
        ):
            break
    return LassoPath(
        lambdas=lambdas[: len(coefs)],
        coefs=np.array(coefs).reshape(-1, columns.shape[1]),
        intercepts=np.full(len(coefs), values.mean()),
        mean=mean,
        sd=sd,
    )


def _solution(
    columns: FloatArray,
    centred: FloatArray,
    start: FloatArray,
    penalty: tuple[float, float],
    tolerance: float,
) -> FloatArray:
    strength, l1_ratio = penalty
    with warnings.catch_warnings(), config_context(skip_parameter_validation=True):
        warnings.simplefilter(
            "ignore", ConvergenceWarning
        )  # held-out rows judge a rough solution like any other
        _, path, _ = enet_path(
            columns, centred, l1_ratio=l1_ratio, alphas=[strength], precompute=False, coef_init=start.copy(),
            check_input=False, max_iter=MAX_SWEEPS, tol=tolerance,
        )  # fmt: skip
    found: FloatArray = path[:, 0]
    return found
