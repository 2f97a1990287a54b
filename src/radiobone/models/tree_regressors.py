"""Forests and boosted trees for a target that is a number; settings as for their classifiers."""

from __future__ import annotations

from sklearn.ensemble import ExtraTreesRegressor, GradientBoostingRegressor, RandomForestRegressor
from xgboost import XGBRegressor

from radiobone.models import et, gb, rf, xgboost
from radiobone.models.family import ModelFamily


def make_rf(seed: int) -> RandomForestRegressor:
    """Return a random forest of 200 trees, each cut chosen among a third of the columns."""
    return RandomForestRegressor(n_estimators=200, max_features=1 / 3, n_jobs=1, random_state=seed)


def make_et(seed: int) -> ExtraTreesRegressor:
    """Return 200 extremely randomised trees."""
    return ExtraTreesRegressor(n_estimators=200, max_features=1 / 3, n_jobs=1, random_state=seed)


def make_gb(seed: int) -> GradientBoostingRegressor:
    """Return stochastic gradient boosting: each tree sees four fifths of the rows."""
    return GradientBoostingRegressor(
        n_estimators=100, subsample=0.8, max_features="sqrt", min_samples_leaf=3, random_state=seed
    )


def make_xgboost(seed: int) -> XGBRegressor:
    """Return XGBoost on one thread of the CPU."""
    return XGBRegressor(
        n_estimators=100, subsample=0.8, colsample_bytree=0.5, min_child_weight=1.0, reg_lambda=5.0,
        tree_method="hist", device="cpu", n_jobs=1, verbosity=0, random_state=seed,
    )  # fmt: skip


RF = ModelFamily("rf", "Random forest", make_rf, rf.RF.space)
ET = ModelFamily("et", "Extremely randomised trees", make_et, et.ET.space)
GB = ModelFamily("gb", "Gradient boosting", make_gb, gb.GB.space)
XGBOOST = ModelFamily("xgboost", "XGBoost", make_xgboost, xgboost.XGBOOST.space)
