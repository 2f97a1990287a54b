"""A random forest on one thread: scikit-learn's trees, grown without its scheduler.

scikit-learn hands every tree to a scheduler of parallel work, which costs more than a tree of few rows does. The trees
here are the same to the last bit: the same random numbers, rows and weights.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn import config_context
from sklearn.ensemble import RandomForestClassifier
from sklearn.tree import DecisionTreeClassifier
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted, validate_data

FloatArray = npt.NDArray[np.float64]
LARGEST_SEED = np.iinfo(np.int32).max
AS_HERE = {
    "bootstrap": True,
    "oob_score": False,
    "warm_start": False,
    "verbose": 0,
    "class_weight": "balanced_subsample",
    "max_samples": None,
}


class OneThreadForest(RandomForestClassifier):
    """``RandomForestClassifier`` with the same parameters and the same bits, faster on one thread.

    With other parameters than the project's own (weights, bootstrap, threads) or missing values it is scikit-learn's.
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Grow the trees.

        Parameters
        ----------
        X : array-like, shape (n_rows, n_columns)
        y : array-like, shape (n_rows,)
        sample_weight : array-like or None, shape (n_rows,)
        """
        if sample_weight is not None or not self._is_simple():
            return self._by_scikit_learn(X, y, sample_weight)
        wanted = self.get_params(deep=False)["n_estimators"]
        try:
            self.set_params(n_estimators=1)._by_scikit_learn(X, y)
        finally:
            self.set_params(n_estimators=wanted)
        table = validate_data(self, X, dtype=np.float32, ensure_all_finite=False, reset=False)
        if self.n_outputs_ > 1 or not np.isfinite(table).all():
            return self._by_scikit_learn(X, y)
        self._grow(np.asfortranarray(table), np.searchsorted(self.classes_, np.ravel(y)))
        return self

    def predict_proba(self, X: Any) -> Any:
        """Mean of the trees' probabilities, shape (n_rows, n_classes)."""
        check_is_fitted(self)
        if self.n_outputs_ > 1 or not self._on_one_thread():
            return super().predict_proba(X)
        table = self._validate_X_predict(X)
        total: FloatArray = np.zeros((len(table), self.n_classes_))
        for tree in self.estimators_:
            total += tree.predict_proba(table, check_input=False)
        return total / len(self.estimators_)

    def _by_scikit_learn(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        super().fit(X, y, sample_weight)
        return self

    def _on_one_thread(self) -> bool:
        return self.n_jobs in (None, 1)

    def _is_simple(self) -> bool:
        if not isinstance(self.n_estimators, int) or not isinstance(self.random_state, int):
            return False
        own = all(getattr(self, name) == value for name, value in AS_HERE.items())
        return own and self.n_estimators > 0 and self._on_one_thread()

    def _grow(self, table: npt.NDArray[np.float32], codes: npt.NDArray[np.intp]) -> None:
        """Add the trees after the first; each has the seed that scikit-learn would have drawn for it."""
        seeds = check_random_state(self.random_state).randint(LARGEST_SEED, size=self.n_estimators)
        target = codes.astype(np.float64)[:, np.newaxis]
        params = self.estimators_[0].get_params(deep=False)
        with config_context(skip_parameter_validation=True):  # the first tree's were looked at
            for seed in seeds[1:].tolist():
                tree = DecisionTreeClassifier(**{**params, "random_state": seed})
                weights = _weights(codes, len(self.classes_), seed)
                self.estimators_.append(tree.fit(table, target, sample_weight=weights, check_input=False))


def _weights(codes: npt.NDArray[np.intp], n_classes: int, seed: int) -> FloatArray:
    """How often each row is drawn, times the weight of its class among the rows drawn."""
    n_rows = len(codes)
    drawn = np.random.RandomState(seed).randint(0, n_rows, n_rows)
    times = np.bincount(drawn, minlength=n_rows)
    of_class = np.bincount(codes[drawn], minlength=n_classes)
    present = np.count_nonzero(of_class)
    balanced = np.divide(n_rows, present * of_class, where=of_class > 0, out=np.zeros(n_classes))
    weights: FloatArray = times * balanced[codes]
    return weights
