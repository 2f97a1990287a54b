"""Ordinal logistic regression: one slope for all boundaries between ordered classes (proportional odds)."""

from __future__ import annotations

from typing import Self

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit, log_expit
from sklearn.utils.validation import check_is_fitted, validate_data

from radiobone.models.family import ModelFamily
from radiobone.models.ordered import FloatArray, IntArray, OrderedClassifier

LARGEST_GAP = 500.0  # between neighbouring cuts; beyond, exp would overflow


class ProportionalOdds(OrderedClassifier):
    """The log odds of lying beyond a boundary are a weighted sum less the boundary's cut.

    P(class ≤ k) = 1 / (1 + exp(-(cut_k - x·coef))), fitted by maximum likelihood with an L2 penalty on ``coef``. Classes
    are in sorted order and are not weighted, so that probabilities need no shift. Columns must be on one scale.

    Parameters
    ----------
    C : float
        Inverse of the penalty's strength, as in scikit-learn's LogisticRegression; infinity for none.
    max_iter : int
        Iterations of L-BFGS.

    Attributes
    ----------
    classes_ : ndarray, shape (n_classes,)
    coef_ : ndarray, shape (n_columns,)
        Above 0: higher values make later classes more probable.
    cuts_ : ndarray, shape (n_classes - 1,)
        Ascending.

    References
    ----------
    McCullagh 1980, Journal of the Royal Statistical Society B 42:109.
    """

    def __init__(self, C: float = 1.0, max_iter: int = 5000) -> None:
        self.C = C
        self.max_iter = max_iter

    def fit(self, X: npt.ArrayLike, y: npt.ArrayLike) -> Self:
        """Learn coefficients and cuts.

        Parameters
        ----------
        X : array-like, shape (n_rows, n_columns)
        y : array-like, shape (n_rows,)
            Two or more classes that sort in their order.

        Raises
        ------
        ValueError
            If there is one class.
        """
        table, codes = self._read(X, y)
        n_columns = table.shape[1]
        start = np.concatenate([np.zeros(n_columns), _to_free(_cuts_of_shares(np.bincount(codes)))])
        found = minimize(
            _loss, start, args=(table, codes, self.C), jac=True, method="L-BFGS-B",
            options={"maxiter": self.max_iter, "maxfun": 2 * self.max_iter, "ftol": 1e-14, "gtol": 1e-7, "maxcor": 20},
        )  # fmt: skip
        self.n_iter_ = int(found.nit)
        self.coef_: FloatArray = found.x[:n_columns]
        self.cuts_: FloatArray = _to_cuts(found.x[n_columns:])
        return self

    def predict_proba(self, X: npt.ArrayLike) -> FloatArray:
        """Probability of each class, shape (n_rows, n_classes)."""
        check_is_fitted(self)
        table = validate_data(self, X, dtype=np.float64, reset=False)
        up_to = expit(self.cuts_ - (table @ self.coef_)[:, np.newaxis])
        edges = np.hstack([np.zeros((len(table), 1)), up_to, np.ones((len(table), 1))])
        return np.asarray(np.diff(edges, axis=1), dtype=float)


def _cuts_of_shares(counts: IntArray) -> FloatArray:
    """Cuts that give every class its share where no column tells anything."""
    up_to = np.cumsum(counts)[:-1] / counts.sum()
    return np.asarray(np.log(up_to / (1 - up_to)), dtype=float)


def _to_free(cuts: FloatArray) -> FloatArray:
    """First cut, and the logarithms of the gaps: numbers without bounds."""
    return np.concatenate([cuts[:1], np.log(np.diff(cuts))])


def _to_cuts(free: FloatArray) -> FloatArray:
    gaps = np.minimum(np.exp(np.minimum(free[1:], np.log(LARGEST_GAP))), LARGEST_GAP)
    return np.asarray(np.cumsum(np.concatenate([free[:1], gaps])), dtype=float)


def _loss(free: FloatArray, table: FloatArray, codes: IntArray, C: float) -> tuple[float, FloatArray]:
    """Negative log likelihood with its penalty, and the gradient."""
    n_columns, last = table.shape[1], len(free) - table.shape[1]
    coef, cuts = free[:n_columns], _to_cuts(free[n_columns:])
    score = table @ coef
    upper, lower = codes < last, codes > 0
    both = upper & lower
    above = np.where(upper, cuts[np.minimum(codes, last - 1)] - score, 0.0)
    below = np.where(lower, cuts[np.maximum(codes - 1, 0)] - score, 0.0)
    gap = np.where(both, above - below, 1.0)
    log_p = upper * log_expit(above) + lower * log_expit(-below) + both * np.log(-np.expm1(-gap))
    narrow = both / np.expm1(gap)
    by_above = upper * expit(-above) + narrow
    by_below = -(lower * expit(below)) - narrow
    by_cut = np.bincount(codes[upper], by_above[upper], minlength=last)
    by_cut += np.bincount(codes[lower] - 1, by_below[lower], minlength=last)
    by_gap = np.cumsum(by_cut[::-1])[::-1]
    by_free = np.concatenate([by_gap[:1], by_gap[1:] * np.diff(cuts)])
    gradient = np.concatenate([-(table.T @ (by_above + by_below)), by_free])
    penalty = 0.0 if np.isinf(C) else 1.0 / C
    value = -float(log_p.sum()) + penalty * float(coef @ coef) / 2
    return value, np.concatenate([penalty * coef, np.zeros(last)]) - gradient


def make(seed: int) -> ProportionalOdds:
    """Return ordinal logistic regression; its solution is unique, so the seed has no effect."""
    return ProportionalOdds()


PROPORTIONAL_ODDS = ModelFamily(
    "proportional_odds", "Ordinal logistic regression (proportional odds)", make, {"C": [0.001, 0.01, 0.1, 1.0, 10.0]}
)  # fmt: skip
