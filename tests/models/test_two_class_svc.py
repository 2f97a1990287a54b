"""The support vector machine of two classes is scikit-learn's."""

import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.svm import SVC

from radiobone.models import two_class_svc
from radiobone.models.two_class_svc import TwoClassSVC

KINDS = TwoClassSVC, SVC


def table(seed, classes=(0, 1), n_rows=80):
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(rng.normal(size=(n_rows, 6)), columns=[f"f{i}" for i in range(6)])
    codes = np.digitize(X["f0"] + rng.normal(size=n_rows), np.linspace(0.5, 1.2, len(classes) - 1))
    codes[: len(classes)] = range(len(classes))
    return X, np.array(classes)[codes]


@pytest.mark.parametrize("classes", [(0, 1), (False, True), (3, -1), ("no", "yes"), (0, 1, 2), (0.0, 1.0)])
@pytest.mark.parametrize(
    "params",
    [
        {},
        {"C": 30.0, "gamma": 0.1},
        {"kernel": "linear"},
        {"kernel": "poly"},
        {"class_weight": {}},
        {"class_weight": None},
    ],
)
def test_the_same_machine(classes, params):
    X, y = table(1, classes)
    ours, theirs = (
        kind(**{"class_weight": "balanced", "random_state": 0, **params}).fit(X, y) for kind in KINDS
    )
    for name in ("support_", "support_vectors_", "dual_coef_", "intercept_", "classes_", "class_weight_"):
        np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name))
    assert set(vars(ours)) == set(vars(theirs))
    new, _ = table(2)
    np.testing.assert_allclose(
        ours.decision_function(new), theirs.decision_function(new), rtol=1e-9, atol=1e-9
    )
    np.testing.assert_array_equal(ours.predict(new), theirs.predict(new))


def test_rows_are_scored_each_for_itself(monkeypatch):
    X, y = table(3)
    model = TwoClassSVC(class_weight="balanced").fit(X, y)
    whole = model.decision_function(X)
    monkeypatch.setattr(two_class_svc, "ROWS_AT_ONCE", 7)
    np.testing.assert_array_equal(model.decision_function(X), whole)
    alone = [model.decision_function(X.iloc[[row]])[0] for row in range(len(X))]
    np.testing.assert_array_equal(alone, whole)


def test_the_same_complaints():
    X, y = table(4)
    with pytest.raises(NotFittedError):
        TwoClassSVC().decision_function(X)
    with pytest.raises(ValueError, match="greater than one"):
        TwoClassSVC(class_weight="balanced").fit(X, np.zeros(len(y), dtype=int))
    with pytest.raises(ValueError, match="NaN"):
        TwoClassSVC().fit(X, y).decision_function(X.where(X > 0))
