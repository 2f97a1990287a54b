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
from radiobone.evaluation.spec import load_pipeline
from radiobone.evaluation.threshold import (
    FixedThreshold,
    LeastCost,
    SensitivityTarget,
    SpecificityTarget,
    Youden,
    choose_threshold,
)


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


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0.5, 0.8, 0.9, 1.0]))
def test_specificity_target_is_reached_and_not_wasted(seed, wanted):
    rng = np.random.default_rng(seed)
    y = np.arange(25) % 2
    p = np.round(rng.random(25), 2)
    chosen = choose_threshold(p, y, SpecificityTarget(at_least=wanted))
    assert recall_score(y, p >= chosen, pos_label=0) >= wanted
    lower = np.unique(p)[np.unique(p) < chosen]
    assert all(recall_score(y, p >= cut, pos_label=0) < wanted for cut in lower)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 10_000), st.sampled_from([0.1, 1.0, 5.0, 100.0]), st.sampled_from([None, 0.01, 0.3, 0.9])
)
def test_no_cut_costs_less(seed, miss, prevalence):
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.arange(25) % 3 == 0).astype(int)
    p = np.round(rng.random(25), 2)

    def cost(cut):  # of one patient drawn from a population with that prevalence
        share = y.mean() if prevalence is None else prevalence
        missed, alarm = (p[y == 1] < cut).mean(), (p[y == 0] >= cut).mean()
        return share * missed * miss + (1 - share) * alarm

    rule = LeastCost(false_negative=miss, false_positive=1, prevalence=prevalence)
    chosen = choose_threshold(p, y, rule)
    assert cost(chosen) == pytest.approx(min(cost(cut) for cut in [*np.unique(p), 2.0]), abs=1e-9)


@pytest.mark.parametrize(("miss", "alarm"), [(5, 1), (1, 1), (1, 3)])
@pytest.mark.parametrize("prevalence", [None, 0.05])
def test_the_least_cost_of_true_probabilities_is_where_theory_has_it(miss, alarm, prevalence):
    """Elkan 2001: treat from alarm / (alarm + miss) on, after the odds are moved to the stated prevalence."""
    rng = np.random.default_rng(3)
    p = rng.beta(1, 2, size=200_000)
    y = (rng.random(len(p)) < p).astype(int)
    rule = LeastCost(false_negative=miss, false_positive=alarm, prevalence=prevalence)
    odds = alarm / miss
    if prevalence is not None:
        odds *= (1 - prevalence) / prevalence * (1 / 3) / (2 / 3)  # the mean of Beta(1, 2) is 1/3
    assert choose_threshold(p, y, rule) == pytest.approx(odds / (1 + odds), abs=0.03)


def test_costs_count_in_proportion_alone():
    rng = np.random.default_rng(4)
    y, p = np.arange(60) % 2, rng.random(60)
    once, scaled = (LeastCost(false_negative=5 * k, false_positive=k) for k in (1, 1000))
    assert choose_threshold(p, y, once) == choose_threshold(p, y, scaled)


def test_a_cut_above_all_rows_is_there_where_alarms_cost_most():
    y, p = np.arange(40) % 2, np.linspace(0.1, 1.0, 40)
    assert choose_threshold(p, y, LeastCost(false_negative=1, false_positive=1e6)) > p[y == 0].max()
    upper_negative = np.array([0.2, 0.9, 1.0])
    assert choose_threshold(upper_negative, np.array([0, 1, 0]), SpecificityTarget(at_least=1.0)) > 1.0


@pytest.mark.parametrize(
    ("short", "rule"),
    [
        ("youden", Youden()),
        (0.3, FixedThreshold(value=0.3)),
        ({"sensitivity": 0.9}, SensitivityTarget(at_least=0.9)),
        ({"specificity": 0.8}, SpecificityTarget(at_least=0.8)),
        ({"cost": {"false_negative": 5, "false_positive": 1}}, LeastCost(false_negative=5, false_positive=1)),
        (
            {"cost": {"false_negative": 5, "false_positive": 1, "prevalence": 0.1}},
            LeastCost(false_negative=5, false_positive=1, prevalence=0.1),
        ),
    ],
)
def test_a_pipeline_states_the_threshold(short, rule):
    spec = load_pipeline({"steps": ["impute"], "models": ["lr"], "threshold": short})
    assert spec.threshold == rule
    assert load_pipeline(spec.model_dump(mode="json")) == spec
