"""Columns that a forest, or boosted trees, learned most from."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

from radiobone.selection.arguments import check_choice, check_counts
from radiobone.selection.ranking import FloatArray, best_first, keep_best
from radiobone.selection.recut import Recut
from radiobone.selection.target_selector import TargetSelector
from radiobone.selection.targets import Classes, Target

BY = ("forest", "catboost")
DIGITS = 12  # importances that agree in so many decimals tie: the column further left goes first


class ImportanceSelector(Recut, TargetSelector):
    """Keep the columns of the largest importance in a random forest or in CatBoost, learned from the training rows.

    A forest's importance is the mean decrease of impurity; CatBoost's is the mean change of its output where the column's
    value crosses a split. Both favour columns of many values and share the importance among copies of one.

    Parameters
    ----------
    n_features : int
        How many columns to keep; all, if there are fewer.
    by : {"forest", "catboost"}
        Who ranks.
    n_estimators : int
        Trees.
    random_state : int
    target : {"auto", "class", "number"}
        What ``y`` is; ``auto`` takes fractions as numbers and all else as classes, two or more.

    Attributes
    ----------
    importances_ : ndarray, shape (n_columns,)
        At least 0, 1 in sum.
    support_ : ndarray of bool, shape (n_columns,)

    References
    ----------
    Breiman 2001, Machine Learning 45:5; Prokhorenkova et al. 2018, CatBoost, NeurIPS 31.
    """

    cut_parameters: ClassVar[frozenset[str]] = frozenset({"n_features"})

    def __init__(
        self,
        n_features: int = 20,
        by: str = "forest",
        n_estimators: int = 200,
        random_state: int = 0,
        target: str = "auto",
    ) -> None:
        self.n_features = n_features
        self.by = by
        self.n_estimators = n_estimators
        self.random_state = random_state
        self.target = target

    def _learn(self, table: FloatArray, target: Target) -> None:
        found = self._ranked(table, target)
        self.importances_ = found / max(float(found.sum()), np.finfo(float).tiny)
        self._cut()

    def _check_parameters(self) -> None:
        check_counts(self, "n_features", "n_estimators")
        check_choice("by", self.by, BY)

    def _ranked(self, table: FloatArray, target: Target) -> FloatArray:
        of_classes = isinstance(target, Classes)
        y = target.codes if isinstance(target, Classes) else target.values
        model = self._forest(of_classes) if self.by == "forest" else self._boosted(of_classes)
        if self.by == "catboost" and not np.ptp(table, axis=0).any():  # which CatBoost refuses
            return np.zeros(table.shape[1])
        return np.maximum(np.asarray(model.fit(table, y).feature_importances_, dtype=np.float64), 0.0)

    def _forest(self, of_classes: bool) -> Any:
        kind = RandomForestClassifier if of_classes else RandomForestRegressor
        balanced = {"class_weight": "balanced_subsample"} if of_classes else {}
        return kind(
            n_estimators=self.n_estimators,
            max_features="sqrt",
            n_jobs=1,
            random_state=self.random_state,
            **balanced,
        )

    def _boosted(self, of_classes: bool) -> Any:
        from catboost import CatBoostClassifier, CatBoostRegressor  # takes a second to load

        kind = CatBoostClassifier if of_classes else CatBoostRegressor
        balanced = {"auto_class_weights": "Balanced"} if of_classes else {}
        return kind(
            iterations=self.n_estimators, depth=4, allow_writing_files=False, logging_level="Silent", thread_count=1,
            random_seed=self.random_state, **balanced,
        )  # fmt: skip

    def _cut(self) -> None:
        order = best_first(np.round(self.importances_, DIGITS))
        self.support_ = keep_best(order, 0, self.n_features, None)
