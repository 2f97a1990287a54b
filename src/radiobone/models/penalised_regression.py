"""Linear regression with an L2, an L1 or an elastic-net penalty, for a target that is a number.

Columns must be on one scale. The target is brought to standard deviation 1 where the penalty depends on its unit, so that
one grid serves T-scores and mg/cm³ alike.
"""

from __future__ import annotations

from typing import Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.linear_model import ElasticNet, Ridge
from sklearn.utils.validation import check_is_fitted, validate_data

from radiobone.models.family import ModelFamily

FloatArray = npt.NDArray[np.float64]


class PenalisedRegression(RegressorMixin, BaseEstimator):
    """Elastic net on a target of standard deviation 1; coefficients are given back in the target's unit.

    Parameters
    ----------
    alpha : float
        Strength of the penalty, for a target of standard deviation 1.
    l1_ratio : float
        Share of L1 in it; 1 is the lasso.

    Attributes
    ----------
    coef_ : ndarray, shape (n_columns,)
        In the target's unit.
    intercept_ : float

    References
    ----------
    Zou and Hastie 2005, Journal of the Royal Statistical Society B 67:301.
    """

    def __init__(self, alpha: float = 0.1, l1_ratio: float = 1.0) -> None:
        self.alpha = alpha
        self.l1_ratio = l1_ratio

    def fit(self, X: npt.ArrayLike, y: npt.ArrayLike) -> Self:
        """Learn the coefficients.

        Parameters
        ----------
        X : array-like, shape (n_rows, n_columns)
        y : array-like, shape (n_rows,)
            Numbers.
        """
        table, numbers = validate_data(self, X, y, dtype=np.float64, y_numeric=True)
        mean, spread = float(numbers.mean()), float(numbers.std())
        unit = spread if spread > 0 else 1.0
        model = ElasticNet(alpha=self.alpha, l1_ratio=self.l1_ratio, max_iter=50_000)
        model.fit(table, (numbers - mean) / unit)
        self.coef_: FloatArray = np.asarray(model.coef_ * unit, dtype=float)
        self.intercept_ = float(model.intercept_ * unit + mean)
        return self

    def predict(self, X: npt.ArrayLike) -> FloatArray:
        """Return a number per row, shape (n_rows,)."""
        check_is_fitted(self)
        table = validate_data(self, X, dtype=np.float64, reset=False)
        return np.asarray(table @ self.coef_ + self.intercept_, dtype=float)


def make_ridge(seed: int) -> Ridge:
    """Return ridge regression, whose solution is unique: the seed has no effect."""
    return Ridge(alpha=1.0)


def make_lasso(seed: int) -> PenalisedRegression:
    """Return the lasso; nothing in it is random."""
    return PenalisedRegression()


def make_elastic_net(seed: int) -> PenalisedRegression:
    """Return a linear regression with both penalties."""
    return PenalisedRegression(l1_ratio=0.5)


RIDGE = ModelFamily("ridge", "Ridge regression", make_ridge, {"alpha": [0.1, 1.0, 10.0, 100.0, 1000.0]})
LASSO = ModelFamily("lasso", "Lasso regression", make_lasso, {"alpha": [0.01, 0.03, 0.1, 0.3]})
ELASTIC_NET = ModelFamily(
    "elasticnet", "Elastic net regression", make_elastic_net, {"alpha": [0.03, 0.1, 0.3], "l1_ratio": [0.2, 0.5, 0.8]}
)  # fmt: skip
