"""The corrected resampled t against scikit-learn's documented example, statsmodels and simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import t as student
from sklearn.datasets import make_moons
from sklearn.model_selection import RepeatedStratifiedKFold, cross_val_score
from sklearn.svm import SVC

from radiobone.evaluation.resampled_t import compare_models, corrected_t, holm
from radiobone.selection.univariate import benjamini_hochberg

P = np.array([0.01, 0.04, 0.03, 0.005, 0.6])


def test_scikit_learns_worked_example():
    """'Statistical comparison of models using grid search' prints, for RBF against linear, t 0.750 and a
    one-sided p of 0.227, and intervals of 95 %."""
    X, y = make_moons(noise=0.352, random_state=1, n_samples=100)
    cv = RepeatedStratifiedKFold(n_splits=10, n_repeats=10, random_state=0)
    scores = {
        kernel: cross_val_score(SVC(kernel=kernel, random_state=0), X, y, scoring="roc_auc", cv=cv).tolist()
        for kernel in ("rbf", "linear")
    }
    sizes = np.full(100, 90), np.full(100, 10)
    [found] = compare_models(scores, *sizes)
    assert found.difference.p / 2 == pytest.approx(0.227, abs=5e-4)
    assert student.isf(found.difference.p / 2, 99) == pytest.approx(0.750, abs=5e-4)
    half = (found.difference.high - found.difference.low) / 2
    assert half == pytest.approx(student.ppf(0.975, 99) * found.difference.mean / 0.750, rel=1e-3)
    assert found.p_holm == found.p_bh == found.difference.p


def test_corrections_equal_statsmodels():
    """Values of statsmodels 0.15.0, ``multipletests(P, method="holm" and "fdr_bh")``."""
    assert holm(P) == pytest.approx([0.04, 0.09, 0.09, 0.025, 0.6])
    assert benjamini_hochberg(np.array(P)) == pytest.approx([0.025, 0.05, 0.05, 0.025, 0.6])


def test_a_fold_without_the_score_is_left_out_and_counted():
    values, n_train, n_test = [0.7, None, 0.9, 0.8], [80, 10, 80, 80], [20, 90, 20, 20]
    found = corrected_t(values, n_train, n_test)
    assert found == corrected_t([0.7, 0.9, 0.8], [80] * 3, [20] * 3)
    assert found.n_folds == 3
    assert corrected_t([None], [1], [1]).mean is None


def test_folds_that_do_not_differ_give_no_interval():
    same = corrected_t([1.0] * 5, [80] * 5, [20] * 5)
    assert (same.mean, same.low, same.high, same.p) == (1.0, None, None, None)
    [twice] = compare_models({"a": [0.5, 0.7], "b": [0.5, 0.7]}, [80, 80], [20, 20])
    assert twice.difference.mean == 0
    assert twice.p_holm is None


def test_without_overlap_it_is_the_t_interval():
    values = [0.6, 0.8, 0.7, 0.75]
    found = corrected_t(values, [1e12] * 4, [1] * 4)
    low, high = student.interval(0.95, 3, np.mean(values), np.std(values, ddof=1) / 2)
    assert (found.low, found.high) == pytest.approx((low, high))


def test_false_claims_on_two_equal_models_stay_near_five_in_a_hundred():
    """Two nearest-mean classifiers, each on its own noise column: the uncorrected t claims far more often."""
    claims = plain = 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        X, y = rng.normal(size=(60, 2)), np.arange(60) % 2
        X += 0.5 * y[:, None]
        hits = []
        for _ in range(5):
            fold = rng.permutation(60) % 5
            hits += [[_accuracy(X[:, column], y, fold == k) for column in (0, 1)] for k in range(5)]
        difference = np.subtract(*np.array(hits).T)
        found = corrected_t(difference.tolist(), [48] * 25, [12] * 25)
        claims += found.p < 0.05
        plain += abs(difference.mean()) > student.ppf(0.975, 24) * difference.std(ddof=1) / 5
    assert claims <= 20  # 5 % of 200 and three standard errors
    assert plain > 2 * claims


def _accuracy(x, y, test):
    middle = (x[~test & (y == 1)].mean() + x[~test & (y == 0)].mean()) / 2
    return float(((x[test] > middle) == y[test]).mean())
