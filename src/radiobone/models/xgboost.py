"""XGBoost, with shallow trees and strong shrinkage for small cohorts.

Classes are not weighted: ``scale_pos_weight`` is a number that would have to be known before the fold; the
evaluation chooses the threshold.
"""

from __future__ import annotations

from xgboost import XGBClassifier

from radiobone.models.family import ModelFamily


def make(seed: int) -> XGBClassifier:
    """Return XGBoost on one thread of the CPU."""
    return XGBClassifier(
        n_estimators=100, subsample=0.8, colsample_bytree=0.5, min_child_weight=1.0, reg_lambda=5.0,
        tree_method="hist", device="cpu", n_jobs=1, verbosity=0, random_state=seed,
    )  # fmt: skip


XGBOOST = ModelFamily("xgboost", "XGBoost", make, {"learning_rate": [0.03, 0.1], "max_depth": [1, 2, 4]})
