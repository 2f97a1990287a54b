"""Ordered classes by a model for two: one copy per boundary tells what lies beyond it (Frank and Hall)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, clone
from sklearn.linear_model import LogisticRegression
from sklearn.utils.validation import check_is_fitted, validate_data

from radiobone.models.et import ET
from radiobone.models.family import ModelFamily
from radiobone.models.gb import GB
from radiobone.models.lr import ELASTIC_NET, L1, L2
from radiobone.models.ordered import FloatArray, OrderedClassifier
from radiobone.models.rf import RF
from radiobone.models.tree import TREE
from radiobone.models.xgboost import XGBOOST


class FrankHall(OrderedClassifier):
    """A copy of a binary classifier per boundary between ordered classes.

    The probability of lying beyond a later boundary is cut to that of the boundary before it, so that no class has a
    probability below 0.

    Parameters
    ----------
    estimator : classifier or None
        With ``predict_proba``; logistic regression if None. Its parameters can be set by their own names.

    Attributes
    ----------
    classes_ : ndarray, shape (n_classes,)
    models_ : list of fitted classifiers
        One per boundary, in order.

    References
    ----------
    Frank and Hall 2001, European Conference on Machine Learning, LNCS 2167:145.
    """

    def __init__(self, estimator: Any = None) -> None:
        self.estimator = estimator

    def set_params(self, **params: Any) -> Self:
        """Set parameters; those that are not its own are the classifier's."""
        own = {name: value for name, value in params.items() if name.partition("__")[0] == "estimator"}
        super().set_params(**own)
        rest = {name: value for name, value in params.items() if name not in own}
        if rest:
            self.estimator = clone(self._base()).set_params(**rest)
        return self

    def _base(self) -> Any:
        return LogisticRegression() if self.estimator is None else self.estimator

    def fit(self, X: Any, y: npt.ArrayLike) -> Self:
        """Fit a copy per boundary.

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
        beyond = [(codes > code).astype(np.int64) for code in range(len(self.classes_) - 1)]
        self.models_ = [clone(self._base()).fit(table, labels) for labels in beyond]
        return self

    def predict_proba(self, X: Any) -> FloatArray:
        """Probability of each class, shape (n_rows, n_classes)."""
        check_is_fitted(self)
        table = validate_data(self, X, dtype=np.float64, reset=False)
        each = [np.asarray(model.predict_proba(table), dtype=float)[:, 1] for model in self.models_]
        beyond = np.column_stack(each)
        beyond = np.minimum.accumulate(beyond, axis=1)
        edges = np.hstack([np.ones((len(beyond), 1)), beyond, np.zeros((len(beyond), 1))])
        return np.asarray(edges[:, :-1] - edges[:, 1:], dtype=float)


def _make(binary: Callable[[int], BaseEstimator], seed: int) -> FrankHall:
    """Return the decomposition of a binary model, its classes not weighted: weights would shift the probabilities."""
    base = binary(seed)
    if "class_weight" in base.get_params():
        base.set_params(class_weight=None)
    return FrankHall(base)


FRANK_HALL: dict[str, ModelFamily] = {
    family.name: ModelFamily(
        family.name, f"{family.title}, one per boundary", partial(_make, family.make), family.space
    )
    for family in (L2, L1, ELASTIC_NET, RF, ET, GB, XGBOOST, TREE)
}
