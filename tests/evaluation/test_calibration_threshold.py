from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brute
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score, recall_score

from radiobone.evaluation.calibration import fit_sigmoid
from radiobone.evaluation.threshold import FixedThreshold, SensitivityTarget, Youden, choose_threshold


def test_recovers_a_logistic_truth():
    rng = np.random.default_rng(0)
    scores = rng.normal(3, 2, size=20_000)
    y = (rng.random(20_000) < expit(1.5 * scores - 4)).astype(int)
    fitted = fit_sigmoid(scores, y).predict(scores)
    plain = LogisticRegression(C=np.inf).fit(scores[:, None], y).predict_proba(scores[:, None])[:, 1]
    np.testing.assert_allclose(fitted, plain, atol=2e-3)
    np.testing.assert_allclose(fitted, expit(1.5 * scores - 4), atol=0.03)


def test_is_the_minimum_of_platts_loss():
    rng = np.random.default_rng(1)
    scores, y = rng.normal(size=50), np.arange(50) % 2
    scores = scores + y
    wanted = np.where(y == 1, 26 / 27, 1 / 27)

    def loss(parameters):
        p = expit(parameters[0] * scores + parameters[1])
        return -(wanted * np.log(p) + (1 - wanted) * np.log(1 - p)).sum()

    best = brute(loss, ((-1, 4), (-3, 3)), Ns=60)
    np.testing.assert_allclose(
        fit_sigmoid(scores, y).predict(scores), expit(best[0] * scores + best[1]), atol=1e-3
    )


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.floats(-3, 3))
def test_never_reverses_the_order(seed, shift):
    rng = np.random.default_rng(seed)
    y = np.arange(30) % 2
    scores = np.round(rng.normal(size=30) + shift * y, 3)
    probability = fit_sigmoid(scores, y).predict(scores)
    order = np.argsort(scores, kind="stable")
    steps = np.diff(probability[order])
    assert (steps[np.diff(scores[order]) > 0] > 0).all()
    assert ((probability > 0) & (probability < 1)).all()


def test_equal_scores_give_the_prevalence():
    probability = fit_sigmoid(np.zeros(40), np.arange(40) < 10).predict(np.zeros(3))
    np.testing.assert_allclose(probability, (10 * 11 / 12 + 30 / 32) / 40, atol=1e-6)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_youden_is_the_best_of_all_cuts(seed):
    rng = np.random.default_rng(seed)
    y = np.arange(25) % 2
    p = np.round(rng.random(25), 2)
    chosen = choose_threshold(p, y, Youden())
    best = max(balanced_accuracy_score(y, p >= cut) for cut in np.unique(p))
    assert balanced_accuracy_score(y, p >= chosen) == pytest.approx(best)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0.5, 0.8, 0.9, 1.0]))
def test_sensitivity_target_is_reached_and_not_wasted(seed, wanted):
    rng = np.random.default_rng(seed)
    y = np.arange(25) % 2
    p = np.round(rng.random(25), 2)
    chosen = choose_threshold(p, y, SensitivityTarget(at_least=wanted))
    assert recall_score(y, p >= chosen) >= wanted
    higher = np.unique(p)[np.unique(p) > chosen]
    assert all(recall_score(y, p >= cut) < wanted for cut in higher[1:])


def test_fixed():
    assert choose_threshold(np.array([0.1, 0.9]), np.array([0, 1]), FixedThreshold(value=0.3)) == 0.3
