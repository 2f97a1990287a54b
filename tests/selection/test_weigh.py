"""Weights of columns, against scipy's tests."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from radiobone.core.errors import BadSetting, OneClass
from radiobone.selection.weigh import RelevanceWeights


def table(n: int = 40, columns: int = 6, seed: int = 0):
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 2
    X = rng.normal(size=(n, columns))
    X[:, 0] += 1.5 * y
    return X, y


def alike(weights, expected):
    np.testing.assert_allclose(weights, expected / np.sqrt(np.mean(expected**2)), rtol=1e-9)


@pytest.mark.parametrize("power", [0.5, 1.0, 2.0])
def test_weights_are_the_t_statistic_to_a_power(power):
    X, y = table()
    t = np.abs(stats.ttest_ind(X[y == 1], X[y == 0]).statistic)
    step = RelevanceWeights(power=power).fit(X, y)
    alike(step.weights_, t**power)
    np.testing.assert_allclose(step.transform(X), X * step.weights_)
    assert np.argmax(step.weights_) == 0


def test_more_classes_go_by_the_f_statistic_and_numbers_by_the_regression():
    X, _ = table(60)
    y = np.arange(60) % 3
    alike(
        RelevanceWeights().fit(X, y).weights_,
        np.sqrt(stats.f_oneway(*(X[y == k] for k in range(3))).statistic),
    )
    number = X[:, 1] + np.random.default_rng(1).normal(size=60)
    r = np.array([stats.pearsonr(column, number).statistic for column in X.T])
    found = RelevanceWeights(target="number").fit(X, number).weights_
    alike(found, np.sqrt(58 * r**2 / (1 - r**2)))


def test_power_0_leaves_columns_as_they_are():
    X, y = table()
    np.testing.assert_array_equal(RelevanceWeights(power=0.0).fit(X, y).transform(X), X)


def test_constant_and_telltale_columns_stay_finite():
    X, y = table()
    X[:, 2], X[:, 3] = 5.0, y
    weights = RelevanceWeights(power=2.0).fit(X, y).weights_
    assert np.isfinite(weights).all()
    assert weights[2] < 1e-9 < weights[1] < weights[3]


def test_scale_and_sign_of_a_column_do_not_matter():
    X, y = table()
    np.testing.assert_allclose(
        RelevanceWeights().fit(-7 * X + 3, y).weights_, RelevanceWeights().fit(X, y).weights_, rtol=1e-9
    )


def test_refuses_what_it_cannot_learn_from():
    X, y = table()
    with pytest.raises(BadSetting, match="power"):
        RelevanceWeights(power=-1.0).fit(X, y)
    with pytest.raises(OneClass):
        RelevanceWeights().fit(X, np.zeros(40))
