"""Stacking: a logistic regression that weighs the scores of several models.

It learns the weights from scores of rows that the scoring model has not seen, in folds that keep patients whole where
they are told.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.preprocessing import StandardScaler

from radiobone.models.family import ModelFamily
from radiobone.models.members import make_members
from radiobone.models.scores import raw_scores

FloatArray = npt.NDArray[np.float64]


class Stack(ClassifierMixin, BaseEstimator):
    """Logistic regression on the scores of several models.

    Parameters
    ----------
    members : str
        Families joined by ``+``.
    folds : int
        Folds in which the scores are made that the weights are learned from; fewer where a class has fewer rows.
    random_state : int

    Attributes
    ----------
    classes_ : ndarray, shape (2,)
    models_ : list of fitted classifiers
        The members, fitted on all rows.
    scaler_ : fitted StandardScaler
        Of the members' scores.
    final_ : fitted LogisticRegression
        On the scaled scores.

    References
    ----------
    Wolpert 1992, Neural Networks 5:241.
    """

    def __init__(self, members: str = "lr+rf+xgboost", folds: int = 5, random_state: int = 0) -> None:
        self.members = members
        self.folds = folds
        self.random_state = random_state

    def fit(self, X: Any, y: npt.ArrayLike, groups: npt.ArrayLike | None = None) -> Stack:
        """Learn the weights from scores of unseen rows, then fit every member on all rows.

        Parameters
        ----------
        X : array-like, shape (n_rows, n_features)
        y : array-like, shape (n_rows,)
            Two classes.
        groups : array-like, shape (n_rows,), optional
            Patients, none of whom is on both sides of a fold.
        """
        self.classes_, codes = np.unique(np.asarray(y), return_inverse=True)
        members = make_members(self.members, self.random_state)
        table = np.ascontiguousarray(X, dtype=float)
        patients = np.arange(len(codes)) if groups is None else np.asarray(groups)
        unseen = np.zeros((len(codes), len(members)))
        for train, test in self._splits(codes, patients):
            for k, model in enumerate(members.values()):
                unseen[test, k] = raw_scores(clone(model).fit(table[train], codes[train]), table[test])
        self.scaler_ = StandardScaler().fit(unseen)
        self.final_ = LogisticRegression(class_weight="balanced", random_state=self.random_state)
        self.final_.fit(self.scaler_.transform(unseen), codes)
        self.models_ = [model.fit(table, codes) for model in members.values()]
        return self

    def _splits(
        self, codes: npt.NDArray[np.int64], patients: npt.NDArray[Any]
    ) -> list[tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
        """Folds whose training rows have both classes."""
        rarer = min(len(set(patients[codes == label].tolist())) for label in (0, 1))
        folds = StratifiedGroupKFold(
            max(2, min(self.folds, rarer)), shuffle=True, random_state=self.random_state
        )
        return list(folds.split(codes[:, None], codes, patients))

    def decision_function(self, X: Any) -> FloatArray:
        """Log odds of the second class, shape (n_rows,)."""
        table = np.ascontiguousarray(X, dtype=float)
        scores = np.column_stack([raw_scores(model, table) for model in self.models_])
        return np.asarray(self.final_.decision_function(self.scaler_.transform(scores)), dtype=float)

    def predict_proba(self, X: Any) -> FloatArray:
        """Probability of each class, shape (n_rows, 2)."""
        second = 1.0 / (1.0 + np.exp(-self.decision_function(X)))
        return np.column_stack([1.0 - second, second])

    def predict(self, X: Any) -> npt.NDArray[Any]:
        """Return the more probable class."""
        return np.asarray(self.classes_[(self.decision_function(X) > 0).astype(np.int64)])


def make(seed: int) -> Stack:
    """Return a stack of logistic regression, random forest and XGBoost."""
    return Stack(random_state=seed)


STACK = ModelFamily("stack", "Stacking", make, {"members": ["lr+rf+xgboost", "lr+svm+et"]})
