"""Exact Shapley values and interactions of trees, against their definition and against the shap library."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.tree import DecisionTreeRegressor

from quick_fits import quick_family
from radiobone.explain.probability import link_of, probability_of
from radiobone.explain.problem import Problem, additivity_error
from radiobone.explain.registry import explainer_for
from radiobone.explain.tree_games import TreeSum, shapley_of_trees
from radiobone.explain.trees import boosted_interactions, explain_trees, read_trees, shap


def worth_of(predict, row, background):
    """Slow twin: mean prediction with each subset of the row's features, by its members."""
    n_features = len(row)
    worth = {}
    for size in range(n_features + 1):
        for subset in itertools.combinations(range(n_features), size):
            mixed = background.copy()
            mixed[:, list(subset)] = row[list(subset)]
            worth[frozenset(subset)] = predict(mixed).mean()
    return worth


def twins(predict, rows, background):
    """Shapley values and interaction indices by their definitions."""
    n_rows, n = rows.shape
    values, pairs = np.zeros((n_rows, n)), np.zeros((n_rows, n, n))
    for number, row in enumerate(rows):
        worth = worth_of(predict, row, background)
        for subset, v in worth.items():
            s = len(subset)
            for i in set(range(n)) - subset:
                share = math.factorial(s) * math.factorial(n - s - 1) / math.factorial(n)
                values[number, i] += share * (worth[subset | {i}] - v)
                for j in set(range(n)) - subset - {i}:
                    share = math.factorial(s) * math.factorial(n - s - 2) / math.factorial(n - 1)
                    gain = worth[subset | {i, j}] - worth[subset | {i}] - worth[subset | {j}] + v
                    pairs[number, i, j] += share * gain
    return values, pairs


def tree_sum_of(model) -> TreeSum:
    read = read_trees(model)
    assert read is not None
    return read[0]


def data(n_features: int, seed: int = 0, n: int = 120) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, n_features)).astype(np.float32).astype(float)
    return X, X[:, 0] * X[:, 1] + X[:, 2 % n_features] + 0.3 * rng.normal(size=n)


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 5), st.integers(1, 7), st.integers(0, 500))
def test_values_and_interactions_are_those_of_the_definition(n_features, depth, seed):
    X, y = data(n_features, seed)
    model = RandomForestRegressor(n_estimators=3, max_depth=depth, random_state=seed).fit(X, y)
    rows, background = X[:3], X[20:29]
    values, pairs = shapley_of_trees(tree_sum_of(model), rows, background, pairs=True)
    expected_values, expected_pairs = twins(model.predict, rows, background)
    assert values == pytest.approx(expected_values, abs=1e-9)
    assert pairs == pytest.approx(expected_pairs, abs=1e-9)
    assert values.sum(axis=1) == pytest.approx(
        model.predict(rows) - model.predict(background).mean(), abs=1e-9
    )


def test_many_features_agree_with_the_shap_library():
    X, y = data(20, n=200)
    model = RandomForestClassifier(n_estimators=30, random_state=0).fit(X[:150], y[:150] > 0)
    values, none = shapley_of_trees(tree_sum_of(model), X[150:170], X[:40], pairs=False)
    library = shap.TreeExplainer(
        model, data=X[:40], model_output="probability", feature_perturbation="interventional"
    ).shap_values(X[150:170], check_additivity=False)[:, :, 1]
    assert values == pytest.approx(library, abs=1e-7)
    assert none.shape == (20, 0, 0)


def test_a_sum_of_single_features_has_no_interactions():
    X, _ = data(4)
    y = X[:, 0] + 2 * (X[:, 1] > 0)
    stumps = [
        DecisionTreeRegressor(max_depth=1, max_features=1, random_state=seed).fit(X, y) for seed in range(5)
    ]
    for stump in stumps:
        _, pairs = shapley_of_trees(tree_sum_of(stump), X[:6], X[10:30], pairs=True)
        assert pairs == pytest.approx(np.zeros_like(pairs))


@pytest.mark.parametrize("name", ["xgboost", "catboost", "gb"])
def test_interactions_of_boosted_trees_are_those_of_their_log_odds(name):
    X, y = data(4)
    model = quick_family(name).make(0).fit(X, (y > 0).astype(int))
    problem = Problem(model, probability_of(model, None), X[:8], X[20:24], 0, link_of(model, None))

    def log_odds(table):
        p = problem.predict(table)
        return np.log(p / (1 - p))

    found = boosted_interactions(problem)
    assert found is not None
    assert found.scale == "log odds"
    expected = np.abs(twins(log_odds, problem.rows, problem.background)[1]).mean(axis=0)
    assert found.strength == pytest.approx(expected, abs=1e-4)
    assert expected.max() > 0.01
    assert explainer_for(model)(problem).interactions is not None


def test_the_pair_that_was_planted_is_the_strongest():
    rng = np.random.default_rng(3)
    X = rng.normal(size=(400, 6))
    y = (X[:, 2] * X[:, 4] > 0).astype(int)
    model = quick_family("rf").make(0).set_params(n_estimators=60).fit(X[:300], y[:300])
    problem = Problem(model, probability_of(model, None), X[:60], X[300:360], 0, link_of(model, None))
    found = explain_trees(problem)
    assert found.kind == "tree"
    assert additivity_error(problem, found) < 1e-9
    strength = found.interactions.strength
    assert np.unravel_index(np.argmax(strength), strength.shape) == (2, 4)


def test_missing_values_are_left_to_the_model_itself():
    X, y = data(3)
    model = RandomForestClassifier(n_estimators=5, random_state=0).fit(X, y > 0)
    rows = X[:2].copy()
    rows[0, 1] = np.nan
    problem = Problem(model, probability_of(model, None), X[:8], rows, 0, link_of(model, None))
    assert explain_trees(problem).kind == "exact"
