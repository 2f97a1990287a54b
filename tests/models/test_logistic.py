"""The project's logistic regression is scikit-learn's, to rounding where it solves itself and to the last bit where not."""

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.utils._param_validation import InvalidParameterError

from radiobone.models.logistic import LogisticL2

KINDS = LogisticL2, LogisticRegression


def table(seed, n_rows=60, n_columns=7, classes=(0, 1)):
    rng = np.random.default_rng(seed)
    columns = [f"f{i}" for i in range(n_columns)]
    X = pd.DataFrame(rng.normal(size=(n_rows, n_columns)) + rng.normal(size=(n_rows, 1)), columns=columns)
    codes = np.digitize(X["f0"] + rng.normal(size=n_rows), np.linspace(0.5, 1.5, len(classes) - 1))
    codes[: len(classes)] = range(len(classes))
    return X, np.array(classes)[codes]


@settings(deadline=None)
@given(
    seed=st.integers(0, 10**6),
    n_rows=st.integers(6, 90),
    n_columns=st.integers(1, 120),
    log_c=st.floats(-4, 2),
    class_weight=st.sampled_from([None, "balanced"]),
)
def test_the_same_coefficients(seed, n_rows, n_columns, log_c, class_weight):
    X, y = table(seed, n_rows, n_columns)
    ours, theirs = (
        kind(C=10**log_c, class_weight=class_weight, max_iter=5000, tol=1e-8, l1_ratio=0.0).fit(X, y)
        for kind in KINDS
    )
    np.testing.assert_allclose(ours.coef_, theirs.coef_, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(ours.decision_function(X), theirs.decision_function(X), rtol=1e-4, atol=1e-4)
    assert set(vars(ours)) == set(vars(theirs))
    assert (ours.coef_.shape, ours.intercept_.shape) == (theirs.coef_.shape, theirs.intercept_.shape)
    assert list(ours.feature_names_in_) == list(X.columns)


@pytest.mark.parametrize("classes", [(0, 1), ("no", "yes"), (False, True)])
def test_the_same_path_to_the_solution(classes):
    X, y = table(1, classes=classes)
    ours, theirs = (kind(C=0.1, class_weight="balanced", l1_ratio=0.0).fit(X, y) for kind in KINDS)
    np.testing.assert_allclose(ours.coef_, theirs.coef_, rtol=1e-10)
    np.testing.assert_allclose(ours.predict_proba(X), theirs.predict_proba(X), rtol=1e-10)
    np.testing.assert_array_equal(ours.classes_, theirs.classes_)
    np.testing.assert_array_equal(ours.predict(X), theirs.predict(X))
    np.testing.assert_array_equal(ours.n_iter_, theirs.n_iter_)


@pytest.mark.parametrize(
    "params",
    [
        {"solver": "liblinear", "l1_ratio": 1.0},
        {"solver": "newton-cholesky"},
        {"fit_intercept": False},
        {"class_weight": {0: 1.0, 1: 3.0}},
        {"C": np.inf},
    ],
)
def test_other_parameters_are_left_to_scikit_learn(params):
    X, y = table(2)
    ours, theirs = (kind(random_state=0, **params).fit(X, y) for kind in KINDS)
    np.testing.assert_array_equal(ours.coef_, theirs.coef_)
    np.testing.assert_array_equal(ours.intercept_, theirs.intercept_)


def test_row_weights_and_more_classes_are_left_to_scikit_learn():
    X, y = table(3)
    ours, theirs = (kind().fit(X, y, np.linspace(0.1, 2.0, len(y))) for kind in KINDS)
    np.testing.assert_array_equal(ours.coef_, theirs.coef_)
    X, y = table(4, classes=(0, 1, 2))
    ours, theirs = (kind(l1_ratio=0.0).fit(X, y) for kind in KINDS)
    np.testing.assert_array_equal(ours.coef_, theirs.coef_)


def test_the_same_complaints():
    X, y = table(5)
    with pytest.raises(InvalidParameterError):
        LogisticL2(C=-1.0, l1_ratio=0.0).fit(X, y)
    with pytest.raises(ValueError, match="NaN"):
        LogisticL2(l1_ratio=0.0).fit(X.where(X > 0), y)
    with pytest.raises(ValueError, match="at least 2 classes"):
        LogisticL2(l1_ratio=0.0).fit(X, np.zeros(len(y)))
    for kind in KINDS:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            kind(C=100.0, max_iter=2, l1_ratio=0.0).fit(X, y)
        assert [one.category for one in caught] == [ConvergenceWarning]


@pytest.mark.parametrize("classes", [(0, 1), (0, 1, 2)])
def test_an_array_gives_what_its_frame_gives(classes):
    X, y = table(6, classes=classes)
    named, plain = LogisticL2(l1_ratio=0.0).fit(X, y), LogisticL2(l1_ratio=0.0).fit(X.to_numpy(), y)
    np.testing.assert_array_equal(named.coef_, plain.coef_)
    assert plain.n_features_in_ == 7
    np.testing.assert_allclose(plain.decision_function(X.to_numpy()), named.decision_function(X), rtol=1e-12)
    np.testing.assert_allclose(plain.predict_proba(X.to_numpy()), named.predict_proba(X), rtol=1e-12)


def test_the_same_complaints_of_an_array():
    X, y = table(7)
    rows = X.to_numpy()
    with pytest.raises(ValueError, match="NaN"):
        LogisticL2(l1_ratio=0.0).fit(np.where(rows > 0, rows, np.nan), y)
    with pytest.raises(ValueError, match="inconsistent numbers"):
        LogisticL2(l1_ratio=0.0).fit(rows, y[:-1])
    with pytest.raises(NotFittedError):
        LogisticL2(l1_ratio=0.0).decision_function(rows)
    fitted = LogisticL2(l1_ratio=0.0).fit(rows, y)
    with pytest.raises(ValueError, match="features"):
        fitted.decision_function(rows[:, 1:])
    with pytest.raises(ValueError, match="NaN"):
        fitted.decision_function(np.full_like(rows, np.nan))
