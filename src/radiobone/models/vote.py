"""Soft voting: the mean of several models' probabilities."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin

from radiobone.models.family import ModelFamily
from radiobone.models.members import make_members
from radiobone.models.scores import raw_scores

FloatArray = npt.NDArray[np.float64]


class SoftVote(ClassifierMixin, BaseEstimator):
    """The unweighted mean of the probabilities of several models.

    Parameters
    ----------
    members : str
        Families joined by ``+``, with parameters of their own in brackets: ``lr(C=0.01)+svm+et(min_samples_leaf=3)``.
    random_state : int

    Attributes
    ----------
    classes_ : ndarray, shape (2,)
    models_ : list of fitted classifiers
    """

    def __init__(self, members: str = "lr+rf+xgboost", random_state: int = 0) -> None:
        self.members = members
        self.random_state = random_state

    def fit(self, X: Any, y: npt.ArrayLike) -> SoftVote:
        """Fit every member on the same rows."""
        self.classes_ = np.unique(y)
        self.models_ = [model.fit(X, y) for model in make_members(self.members, self.random_state).values()]
        return self

    def predict_proba(self, X: Any) -> FloatArray:
        """Probability of each class, shape (n_rows, 2)."""
        second = np.mean([member_probability(model, X) for model in self.models_], axis=0)
        return np.column_stack([1.0 - second, second])

    def predict(self, X: Any) -> npt.NDArray[Any]:
        """Return the more probable class."""
        return np.asarray(self.classes_[np.argmax(self.predict_proba(X), axis=1)])


def member_probability(model: Any, X: Any) -> FloatArray:
    """Probability of the second class that a member votes with, shape (n_rows,).

    A model without probabilities votes with its distance from the boundary as log odds: with the margin of a support
    vector machine at ±1 that is 0.27 and 0.73, on the scale of the others.
    """
    if hasattr(model, "predict_proba"):
        return np.asarray(model.predict_proba(X), dtype=float)[:, 1]
    return np.asarray(expit(raw_scores(model, X)), dtype=float)


def make(seed: int) -> SoftVote:
    """Return a vote of logistic regression, random forest and XGBoost."""
    return SoftVote(random_state=seed)


VOTE = ModelFamily("vote", "Soft voting", make, {"members": ["lr+rf", "lr+rf+xgboost", "lr+lda+et+xgboost"]})
