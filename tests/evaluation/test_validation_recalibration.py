"""Recalibration against scikit-learn's logistic regression, and without a label of the patient who is judged."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, log_loss

from radiobone.evaluation.splits import make_splits
from radiobone.evaluation.validation.recalibration import (
    REPEATS,
    fit_recalibration,
    recalibrate_unseen,
    recalibrated_entry,
)


def shifted(seed, n=400, *, intercept=-0.7, slope=0.6):
    """Probabilities that are too high and too extreme; the truth is known."""
    rng = np.random.default_rng(seed)
    log_odds = rng.normal(0.3, 1.4, size=n)
    y = (rng.random(n) < expit(intercept + slope * log_odds)).astype(np.int64)
    groups = np.array([f"P{i:03d}" for i in range(n)])
    return expit(log_odds), y, groups


def test_both_parameters_are_those_of_scikit_learn():
    probability, y, _ = shifted(0)
    theirs = LogisticRegression(C=np.inf, tol=1e-10, max_iter=1000).fit(logit(probability)[:, None], y)
    found = fit_recalibration(probability, y, "logistic")
    assert found.slope == pytest.approx(theirs.coef_[0, 0], rel=1e-4)
    assert found.intercept == pytest.approx(theirs.intercept_[0], rel=1e-4)
    assert found.predict(probability) == pytest.approx(
        theirs.predict_proba(logit(probability)[:, None])[:, 1], abs=1e-5
    )


def test_the_intercept_alone_makes_the_mean_right_and_the_loss_least():
    probability, y, _ = shifted(1)
    found = fit_recalibration(probability, y, "intercept")
    assert found.slope == 1
    assert found.predict(probability).mean() == pytest.approx(y.mean(), abs=1e-8)
    losses = [log_loss(y, expit(logit(probability) + found.intercept + step)) for step in (-0.05, 0.0, 0.05)]
    assert losses[1] == min(losses)


def test_the_planted_shift_is_found():
    found = fit_recalibration(*shifted(2, n=20000)[:2], "logistic")
    assert (found.intercept, found.slope) == pytest.approx((-0.7, 0.6), abs=0.06)


@pytest.mark.parametrize("kind", ["intercept", "logistic"])
def test_a_patient_is_recalibrated_by_the_others_alone(kind):
    """Garbage in the labels of the left-out rows, with the folds kept, changes none of their probabilities."""
    probability, y, groups = shifted(3, n=120)
    found = recalibrate_unseen(probability, y, groups, kind, seed=5)
    splits = make_splits(y, groups, folds=found.folds, repeats=REPEATS, seed=5, key="recalibration")
    for split in splits:
        poisoned = y.copy()
        poisoned[split.test] = 1 - poisoned[split.test]
        fitted = fit_recalibration(probability[split.train], poisoned[split.train], kind)
        np.testing.assert_array_equal(
            found.probability[split.repeat, split.test], fitted.predict(probability[split.test])
        )
    assert np.isfinite(found.probability).all()


def test_rows_of_a_patient_are_left_out_together():
    probability, y, _ = shifted(4, n=60)
    groups = np.repeat([f"P{i:02d}" for i in range(60)], 3)
    found = recalibrate_unseen(np.repeat(probability, 3), np.repeat(y, 3), groups, "intercept", seed=0)
    shift = logit(found.probability) - logit(np.repeat(probability, 3))
    per_patient = shift.reshape(REPEATS, 60, 3)
    np.testing.assert_allclose(per_patient, per_patient[:, :, :1].repeat(3, axis=2), atol=1e-9)


def test_what_is_calibrated_already_does_not_gain():
    """Fitted and judged on the same rows, recalibration always seems to help; judged on left-out ones it does not."""
    seeming, honest = [], []
    for seed in range(30):
        probability, y, groups = shifted(seed, n=60, intercept=0.0, slope=1.0)
        before = brier_score_loss(y, probability)
        whole = fit_recalibration(probability, y, "logistic")
        unseen = recalibrate_unseen(probability, y, groups, "logistic", seed=seed)
        seeming.append(log_loss(y, whole.predict(probability)) - log_loss(y, probability))
        honest.append(np.mean([brier_score_loss(y, one) for one in unseen.probability]) - before)
    assert max(seeming) <= 0
    assert np.mean(honest) > 0


def test_a_planted_shift_is_repaired_on_unseen_patients():
    probability, y, groups = shifted(6, n=600)
    entry = recalibrated_entry(probability, y, groups, "logistic", threshold=0.5, seed=0)
    assert entry["calibration"]["slope"]["value"] == pytest.approx(1, abs=0.1)
    assert entry["calibration"]["intercept"]["value"] == pytest.approx(0, abs=0.05)
    assert entry["metrics"]["brier"]["mean"] < brier_score_loss(y, probability)
    assert "auc" not in entry["metrics"]
    assert entry["used_labels"]


def test_separated_classes_have_no_slope_and_say_so():
    probability, y = np.linspace(0.1, 0.9, 40), np.repeat([0, 1], 20)
    groups = np.array([f"P{i:02d}" for i in range(40)])
    assert fit_recalibration(probability, y, "logistic") is None
    entry = recalibrated_entry(probability, y, groups, "logistic", threshold=0.5, seed=0)
    assert entry["metrics"] is None
    assert "part the two classes" in entry["note"]


@given(seed=st.integers(0, 1000), move=st.floats(-2, 2))
@settings(max_examples=20, deadline=None)
def test_moved_log_odds_give_the_same_recalibrated_probabilities(seed, move):
    probability, y, _ = shifted(seed, n=80)
    moved = expit(logit(probability) + move)
    for kind in ("intercept", "logistic"):
        one, other = (fit_recalibration(p, y, kind) for p in (probability, moved))
        np.testing.assert_allclose(one.predict(probability), other.predict(moved), atol=1e-6)


def test_a_model_that_ranks_the_wrong_way_round_is_called_so():
    probability, y, groups = shifted(7, n=200)
    entry = recalibrated_entry(probability, 1 - y, groups, "logistic", threshold=0.5, seed=0)
    assert entry["all_rows"]["slope"] < 0
    assert "wrong way round" in entry["note"]
