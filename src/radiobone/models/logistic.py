"""L2-penalised logistic regression of two classes: scikit-learn's solver, without what scikit-learn does around it.

With few rows and columns scikit-learn spends far more time looking at its input than solving. The loss, the solver
(L-BFGS), its start and its tolerances are the same here, so that coefficients agree to rounding.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import numpy.typing as npt
from scipy.optimize import OptimizeResult, minimize
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.utils.validation import validate_data

FloatArray = npt.NDArray[np.float64]
AS_HERE = {
    "solver": "lbfgs",
    "l1_ratio": 0.0,
    "dual": False,
    "fit_intercept": True,
    "warm_start": False,
    "verbose": 0,
    "n_jobs": None,
}
PRECISION = 64 * np.finfo(float).eps
MAX_LINE_SEARCH = 50


class LogisticL2(LogisticRegression):
    """``LogisticRegression`` with the same parameters, faster on few rows.

    With other parameters than the project's own (another solver or penalty, no intercept), more than two classes or row
    weights it is scikit-learn's.
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Fit the coefficients.

        Parameters
        ----------
        X : array-like, shape (n_rows, n_columns)
        y : array-like, shape (n_rows,)
        sample_weight : array-like or None, shape (n_rows,)
        """
        if sample_weight is not None or not self._is_simple():
            return self._by_scikit_learn(X, y, sample_weight)
        table, labels = self._checked(X, y)
        classes, codes = np.unique(labels, return_inverse=True)
        if len(classes) != 2:
            return self._by_scikit_learn(X, y)
        found = solve(table, codes == 1, self.C, self._weights(codes), self.tol, self.max_iter)
        if not found.success:  # scikit-learn says what went wrong
            return self._by_scikit_learn(X, y)
        self.classes_ = classes
        self.coef_, self.intercept_ = found.x[np.newaxis, :-1], found.x[-1:]
        self.n_iter_ = np.array([found.nit], dtype=np.int32)
        return self

    def decision_function(self, X: Any) -> FloatArray:
        """Return the log odds of rows, shape (n_rows,), or of more classes (n_rows, n_classes)."""
        if len(getattr(self, "coef_", ())) != 1 or not _is_plain(X) or X.shape[1] != self.n_features_in_:
            found: FloatArray = super().decision_function(X)
            return found
        log_odds: FloatArray = X @ self.coef_[0] + self.intercept_[0]
        return log_odds

    def _checked(self, X: Any, y: Any) -> tuple[FloatArray, npt.NDArray[Any]]:
        """Return table and classes; what is plainly right is not looked at as closely as scikit-learn does."""
        if _is_plain(X) and isinstance(y, np.ndarray) and y.dtype.kind in "iu" and y.shape == (len(X),):
            validate_data(self, X, skip_check_array=True)
            return np.ascontiguousarray(X), y
        table, labels = validate_data(self, X, y, dtype=np.float64, order="C")
        return table, labels

    def _by_scikit_learn(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        super().fit(X, y, sample_weight)
        return self

    def _is_simple(self) -> bool:
        numbers = (self.C, self.tol, self.max_iter)
        own = all(getattr(self, name) == value for name, value in AS_HERE.items())
        return (
            own
            and getattr(self, "penalty", "deprecated") == "deprecated"
            and self.class_weight in (None, "balanced")
            and all(isinstance(one, int | float) and 0 < one < np.inf for one in numbers)
        )

    def _weights(self, codes: npt.NDArray[np.intp]) -> FloatArray:
        if self.class_weight is None:
            return np.ones(len(codes))
        balanced: FloatArray = len(codes) / (2 * np.bincount(codes))
        return balanced[codes]


def _is_plain(X: Any) -> bool:
    """Tell whether a table is an array of finite numbers, with rows and columns."""
    return (
        type(X) is np.ndarray
        and X.dtype == np.float64
        and X.ndim == 2
        and X.size > 0
        and bool(np.isfinite(X).all())
    )


def solve(
    table: FloatArray,
    positive: npt.NDArray[np.bool_],
    C: float,
    weights: FloatArray,
    tolerance: float,
    max_steps: int,
) -> OptimizeResult:
    """Minimise  Σ w_i log(1 + exp(−s_i η_i)) / Σ w_i + ‖β‖² / (2 C Σ w_i),  η = Xβ + b,  s = ±1.

    Parameters
    ----------
    table : ndarray, shape (n_rows, n_columns)
    positive : ndarray of bool, shape (n_rows,)
    C : float
        Inverse of the penalty's strength.
    weights : ndarray, shape (n_rows,)
    tolerance : float
        Of the largest component of the gradient.
    max_steps : int

    Returns
    -------
    scipy.optimize.OptimizeResult
        ``x`` holds the coefficients, then the intercept.
    """
    share, penalty = weights / weights.sum(), 1.0 / (C * weights.sum())
    target = positive.astype(np.float64)
    columns = table.T

    def loss_and_gradient(point: FloatArray) -> tuple[float, FloatArray]:
        coef = point[:-1]
        score = table @ coef + point[-1]
        loss = share @ (np.logaddexp(0.0, score) - target * score) + penalty / 2 * (coef @ coef)
        residual = share * (expit(score) - target)
        gradient = np.empty_like(point)
        gradient[:-1] = columns @ residual + penalty * coef
        gradient[-1] = residual.sum()
        return float(loss), gradient

    start = np.zeros(table.shape[1] + 1)
    options = {"maxiter": max_steps, "maxls": MAX_LINE_SEARCH, "gtol": tolerance, "ftol": PRECISION}
    return minimize(loss_and_gradient, start, method="L-BFGS-B", jac=True, options=options)
