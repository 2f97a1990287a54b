"""Measures of ordered classes and numbers, against scikit-learn and worked examples."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import (
    balanced_accuracy_score,
    cohen_kappa_score,
    mean_absolute_error,
    r2_score,
    root_mean_squared_error,
)

from radiobone.core.warnings import collected
from radiobone.evaluation.graded_intervals import Held, graded_intervals
from radiobone.evaluation.number_metrics import bland_altman, of_errors, weighted_errors
from radiobone.evaluation.ordinal_metrics import (
    agreement,
    beyond_probability,
    quadratic_kappa,
    ranked_probability_score,
    weighted_tables,
)


class TestMetrics:
    @given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=2, max_size=40))
    def test_agreement_is_scikit_learns(self, pairs):
        y, called = np.array(pairs).T
        if len(set(y.tolist())) == 1:
            assert quadratic_kappa(y, called, 4) is None
            return
        expected = cohen_kappa_score(y, called, weights="quadratic", labels=range(4))
        assert quadratic_kappa(y, called, 4) == pytest.approx(expected, abs=1e-12)
        found = agreement(weighted_tables(y, called, np.ones((1, len(y))), 4))
        with collected():
            recall = np.mean([(called[y == k] == k).mean() for k in np.unique(y)])
        assert found["balanced_accuracy"][0] == pytest.approx(recall)
        assert found["accuracy"][0] == pytest.approx((y == called).mean())
        assert found["off_by"][0] == pytest.approx(np.abs(y - called).mean())

    def test_balanced_accuracy_is_scikit_learns(self):
        rng = np.random.default_rng(0)
        y, called = rng.integers(0, 3, 50), rng.integers(0, 3, 50)
        found = agreement(weighted_tables(y, called, np.ones((1, 50)), 3))["balanced_accuracy"][0]
        assert found == pytest.approx(balanced_accuracy_score(y, called))

    @given(st.integers(0, 10_000), st.floats(0.01, 1000))
    def test_errors_are_scikit_learns(self, seed, unit):
        rng = np.random.default_rng(seed)
        y = unit * rng.normal(size=30)
        predicted = y + unit * rng.normal(size=30)
        assert of_errors("mae", y, predicted) == pytest.approx(mean_absolute_error(y, predicted))
        assert of_errors("rmse", y, predicted) == pytest.approx(root_mean_squared_error(y, predicted))
        assert of_errors("r2", y, predicted) == pytest.approx(r2_score(y, predicted))

    def test_a_weight_counts_as_rows_repeated(self):
        rng = np.random.default_rng(1)
        y, predicted, times = rng.normal(size=20), rng.normal(size=20), rng.integers(0, 4, 20)
        many = np.repeat(y, times), np.repeat(predicted, times)
        ones = np.ones((1, times.sum()))
        for measures in (weighted_errors, bland_altman):
            weighted, repeated = measures(y, predicted, times[None].astype(float)), measures(*many, ones)
            for name, values in weighted.items():
                np.testing.assert_allclose(values, repeated[name])

    def test_limits_of_agreement_by_hand(self):
        measured, predicted = np.array([1.0, 2.0, 3.0, 4.0]), np.array([1.5, 1.5, 3.5, 5.5])
        found = bland_altman(measured, predicted, np.ones((1, 4)))
        difference = predicted - measured
        assert found["bias"][0] == pytest.approx(difference.mean())
        assert found["sd"][0] == pytest.approx(difference.std(ddof=1))
        assert found["upper"][0] == pytest.approx(difference.mean() + 1.96 * difference.std(ddof=1))

    def test_values_that_are_alike_have_no_r2(self):
        assert of_errors("r2", [2.0, 2.0], [1.0, 3.0]) is None
        assert of_errors("mae", [], []) is None

    def test_ranked_probability_score_by_hand(self):
        probability = np.array([[0.5, 0.3, 0.2], [0.1, 0.2, 0.7]])
        np.testing.assert_allclose(beyond_probability(probability), [[0.5, 0.2], [0.9, 0.7]])
        by_hand = (0.5**2 + 0.2**2 + 0.1**2 + 0.3**2) / 2
        assert ranked_probability_score([0, 2], probability) == pytest.approx(by_hand)

    @pytest.mark.slow
    def test_the_interval_covers_the_truth(self):
        """Differences are normal with bias 0.3 and standard deviation 1: the limits are known."""
        truth, covered = (
            {"bias": 0.3, "lower": 0.3 - 1.96, "upper": 0.3 + 1.96},
            {"bias": 0, "lower": 0, "upper": 0},
        )
        for seed in range(200):
            rng = np.random.default_rng(seed)
            y = rng.normal(size=80)
            predicted = y + 0.3 + rng.normal(size=80)
            held = Held(np.arange(80), np.zeros(80, dtype=int), np.zeros(80, dtype=int))
            found = graded_intervals(
                held, lambda rows, drawn, y=y, p=predicted: bland_altman(y[rows], p[rows], drawn),
                seed=seed, n_resamples=400,
            )  # fmt: skip
            for name, value in truth.items():
                covered[name] += found[name][0] <= value <= found[name][1]
        assert all(175 <= n <= 200 for n in covered.values()), covered
