"""Soft voting: the mean of several models' probabilities."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils._param_validation import InvalidParameterError

from radiobone.models.family import ModelFamily
from radiobone.models.members import make_members


class SoftVote(ClassifierMixin, BaseEstimator):
    """The unweighted mean of the probabilities of several models.

    Parameters
    ----------
    members : str
        Families joined by ``+``; each has probabilities of its own.
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
        made = make_members(self.members, self.random_state)
        without = [name for name, model in made.items() if not hasattr(model, "predict_proba")]
        if without:
            raise InvalidParameterError(
                f"members={self.members!r}: '{without[0]}' has no probabilities to take the mean of. Leave it out."
            )
        self.classes_ = np.unique(y)
        self.models_ = [model.fit(X, y) for model in made.values()]
        return self

    def predict_proba(self, X: Any) -> npt.NDArray[np.float64]:
        """Probability of each class, shape (n_rows, 2)."""
        return np.asarray(np.mean([model.predict_proba(X) for model in self.models_], axis=0), dtype=float)

    def predict(self, X: Any) -> npt.NDArray[Any]:
        """Return the more probable class."""
        return np.asarray(self.classes_[np.argmax(self.predict_proba(X), axis=1)])


def make(seed: int) -> SoftVote:
    """Return a vote of logistic regression, random forest and XGBoost."""
    return SoftVote(random_state=seed)


VOTE = ModelFamily("vote", "Soft voting", make, {"members": ["lr+rf", "lr+rf+xgboost", "lr+lda+et+xgboost"]})
