"""The forest on one thread is scikit-learn's, to the last bit."""

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.utils._param_validation import InvalidParameterError

from radiobone.models.forest import OneThreadForest
from radiobone.testing.fitted_state import fitted_state

SETTINGS = [
    {},
    {"min_samples_leaf": 5},
    {"max_depth": 2, "max_features": None},
    {"criterion": "entropy", "max_leaf_nodes": 6},
    {"n_estimators": 1},
    {"n_jobs": 2},
    {"class_weight": "balanced"},
    {"bootstrap": False},
    {"max_samples": 5},
    {"oob_score": True, "n_estimators": 40},
    {"random_state": None, "n_estimators": 0},
]


def table(seed, n_rows=60, classes=(0, 1), missing=False):
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(rng.normal(size=(n_rows, 7)), columns=[f"f{i}" for i in range(7)])
    y = np.array(classes)[((X["f0"] + rng.normal(size=n_rows) > 0.8) * 1) % len(classes)]
    y[:2] = classes[:2]
    if missing:
        X.iloc[3, 2] = np.nan
    return X, y


@pytest.mark.parametrize("params", SETTINGS)
@pytest.mark.parametrize(
    "made", [table(1), table(2, classes=("no", "yes")), table(3, n_rows=7), table(4, missing=True)]
)
def test_the_same_trees_and_probabilities(params, made):
    X, y = made
    params = {"n_estimators": 12, "class_weight": "balanced_subsample", "random_state": 3, **params}
    if params["n_estimators"] == 0:
        with pytest.raises(InvalidParameterError):
            OneThreadForest(**params).fit(X, y)
        return
    ours, theirs = (kind(**params).fit(X, y) for kind in (OneThreadForest, RandomForestClassifier))
    assert [fitted_state(tree) for tree in ours.estimators_] == [
        fitted_state(tree) for tree in theirs.estimators_
    ]
    np.testing.assert_array_equal(ours.predict_proba(X), theirs.predict_proba(X))
    np.testing.assert_array_equal(ours.predict(X), theirs.predict(X))
    np.testing.assert_array_equal(ours.feature_importances_, theirs.feature_importances_)
    assert set(vars(ours)) == set(vars(theirs))


def test_weights_of_rows_are_heeded():
    X, y = table(5)
    weights = np.linspace(0.1, 2.0, len(y))
    kinds = OneThreadForest, RandomForestClassifier
    ours, theirs = (
        kind(n_estimators=5, class_weight="balanced_subsample", random_state=0).fit(X, y, weights)
        for kind in kinds
    )
    np.testing.assert_array_equal(ours.predict_proba(X), theirs.predict_proba(X))
