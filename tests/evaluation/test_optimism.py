"""Harrell's correction against simulation with a known truth, and its limits."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm
from sklearn.linear_model import LogisticRegression

from radiobone.core.errors import BadSetting
from radiobone.evaluation.metrics import auc
from radiobone.evaluation.optimism import bootstrap_optimism


def linear(X, y):
    """Direction between the class means: scores of all rows, and the direction."""

    def fit(rows):
        direction = X[rows][y[rows] == 1].mean(axis=0) - X[rows][y[rows] == 0].mean(axis=0)
        return X @ direction, direction

    return fit


def test_corrected_auc_is_near_the_true_one():
    """Normal features of which one tells; the true AUC of every fitted direction is known."""
    apparent, corrected, truth, covered = [], [], [], 0
    shift = np.array([0.8, *[0.0] * 7])
    for seed in range(40):
        rng = np.random.default_rng(seed)
        y = np.arange(60) % 2
        X = rng.normal(size=(60, 8)) + np.outer(y, shift)
        fit = linear(X, y)
        found = bootstrap_optimism(
            lambda rows, f=fit: f(rows)[0], auc, y, np.arange(60), seed=seed, n_resamples=60
        )
        direction = fit(np.arange(60))[1]
        true = norm.cdf(direction @ shift / np.linalg.norm(direction) / np.sqrt(2))
        apparent.append(found.apparent)
        corrected.append(found.corrected)
        truth.append(true)
        covered += found.low <= true <= found.high
    assert np.mean(apparent) - np.mean(truth) > 0.05
    assert np.mean(corrected) == pytest.approx(np.mean(truth), abs=0.025)
    assert covered >= 32


def test_what_does_not_learn_has_no_optimism():
    rng = np.random.default_rng(0)
    y = np.arange(80) % 2
    fixed = rng.normal(size=80) + y
    found = bootstrap_optimism(lambda rows: fixed, auc, y, np.arange(80), seed=0, n_resamples=400)
    assert found.apparent == auc(y, fixed)
    assert found.optimism == pytest.approx(0, abs=0.01)
    assert found.low < found.corrected < found.high


def test_equals_the_steps_written_out():
    """With scikit-learn's logistic regression, and resamples as they were drawn."""
    rng = np.random.default_rng(1)
    patient, y = np.repeat(np.arange(20), 2), np.repeat(np.arange(20) % 2, 2)
    X = rng.normal(size=(40, 3)) + 0.5 * y[:, None]
    drawn = []

    def fit_predict(rows):
        drawn.append(rows)
        return LogisticRegression().fit(X[rows], y[rows]).predict_proba(X)[:, 1]

    found = bootstrap_optimism(fit_predict, auc, y, patient, seed=0, n_resamples=5)
    assert drawn[0].tolist() == list(range(40))
    differences = []
    for rows in drawn[1:]:
        times = np.bincount(rows, minlength=40).reshape(20, 2)
        assert (times[:, 0] == times[:, 1]).all()  # a patient comes with all rows
        p = LogisticRegression().fit(X[rows], y[rows]).predict_proba(X)[:, 1]
        differences.append(auc(y[rows], p[rows]) - auc(y, p))
    assert found.optimism == pytest.approx(np.mean(differences))


def test_no_score_is_refused():
    with pytest.raises(BadSetting, match="cannot be told"):
        bootstrap_optimism(lambda rows: np.zeros(2), lambda y, p: None, [0, 1], [0, 1], seed=0, n_resamples=2)
