from __future__ import annotations

import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sk

from radiobone.core.seeds import rng_for
from radiobone.evaluation.intervals import bootstrap_means, draw_patients, intervals
from radiobone.evaluation.metrics import METRICS, Scored, auc, average_precision, confusion
from radiobone.evaluation.weighted import FOLD_METRICS, HeldOut


def rows_of(seed, n=40, ties=False):
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.arange(n) % 3 == 0).astype(int)
    probability = 1 / (1 + np.exp(-(rng.normal(size=n) + y)))
    if ties:
        probability = np.round(probability, 1)
    return y, probability, (probability >= 0.4).astype(int)


@pytest.mark.parametrize("ties", [False, True])
@given(seed=st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_metrics_equal_scikit_learn(ties, seed):
    y, p, called = rows_of(seed, ties=ties)
    rows = Scored(y, p, called)
    assert METRICS["auc"](rows) == pytest.approx(sk.roc_auc_score(y, p), abs=1e-12)
    assert METRICS["sensitivity"](rows) == pytest.approx(sk.recall_score(y, called))
    assert METRICS["specificity"](rows) == pytest.approx(sk.recall_score(y, called, pos_label=0))
    assert METRICS["balanced_accuracy"](rows) == pytest.approx(sk.balanced_accuracy_score(y, called))
    assert METRICS["brier"](rows) == pytest.approx(sk.brier_score_loss(y, p))
    assert average_precision(y, p) == pytest.approx(sk.average_precision_score(y, p))
    assert METRICS["average_precision"](rows) == pytest.approx(sk.average_precision_score(y, p))
    assert METRICS["accuracy"](rows) == pytest.approx(sk.accuracy_score(y, called))
    assert METRICS["ppv"](rows) == pytest.approx(sk.precision_score(y, called))
    if (called == 0).any():
        assert METRICS["npv"](rows) == pytest.approx(sk.precision_score(y, called, pos_label=0))
        assert METRICS["mcc"](rows) == pytest.approx(sk.matthews_corrcoef(y, called))
    assert METRICS["f1"](rows) == pytest.approx(sk.f1_score(y, called))
    counts = confusion(rows)
    assert [[counts["tn"], counts["fp"]], [counts["fn"], counts["tp"]]] == sk.confusion_matrix(
        y, called
    ).tolist()


def test_one_class_has_no_auc():
    assert auc([1, 1], [0.2, 0.3]) is None
    assert METRICS["sensitivity"](Scored(np.zeros(2, int), np.ones(2) / 2, np.ones(2, int))) is None


def test_a_metric_that_a_fold_cannot_have_is_none():
    none_called = Scored(np.array([0, 1, 1]), np.full(3, 0.2), np.zeros(3, int))
    assert METRICS["ppv"](none_called) is None
    assert METRICS["mcc"](none_called) is None
    assert METRICS["npv"](none_called) == pytest.approx(1 / 3)
    assert METRICS["f1"](none_called) == 0  # positives there were, and all were missed
    no_positive = Scored(np.zeros(2, int), np.array([0.2, 0.9]), np.array([0, 1]))
    assert METRICS["f1"](no_positive) is None
    assert METRICS["average_precision"](no_positive) is None
    assert METRICS["ppv"](no_positive) == 0


def held_out(seed, n_patients=24, each=2, folds=3, repeats=2, ties=False):
    rng = np.random.default_rng(seed)
    blocks = []
    for repeat in range(repeats):
        of_fold = rng.permutation(np.arange(n_patients) % folds)
        patient = np.repeat(np.arange(n_patients), each)
        y, p, called = (patient % 2), *rows_of(seed + repeat, len(patient), ties)[1:]
        blocks.append((y, p, called, patient, of_fold[patient] + repeat * folds))
    return HeldOut(*(np.concatenate(parts) for parts in zip(*blocks, strict=True)))


def slow_twin(rows, weights):
    """Write every row out as often as its patient was drawn, and ask scikit-learn."""
    values = {name: [] for name in METRICS}
    for fold in np.unique(rows.fold):
        here = np.repeat(
            np.flatnonzero(rows.fold == fold), weights[rows.patient[rows.fold == fold]].astype(int)
        )
        y, p, called = rows.y[here], rows.probability[here], rows.predicted[here]
        if len(here):
            values["brier"].append(np.mean((p - y) ** 2))
        if (y == 1).any():
            values["f1"].append(sk.f1_score(y, called))
            values["sensitivity"].append(called[y == 1].mean())
        if (y == 0).any():
            values["specificity"].append(1 - called[y == 0].mean())
        if len(here):
            values["accuracy"].append(sk.accuracy_score(y, called))
        if (called == 1).any():
            values["ppv"].append(sk.precision_score(y, called))
        if (called == 0).any():
            values["npv"].append(sk.precision_score(y, called, pos_label=0))
        if 0 < y.sum() < len(y) and 0 < called.sum() < len(y):
            values["mcc"].append(sk.matthews_corrcoef(y, called))
        if 0 < y.sum() < len(y):
            values["average_precision"].append(sk.average_precision_score(y, p))
            values["auc"].append(sk.roc_auc_score(y, p))
            values["balanced_accuracy"].append(sk.balanced_accuracy_score(y, called))
    return {name: np.mean(found) if found else np.nan for name, found in values.items()}


@pytest.mark.parametrize("ties", [False, True])
def test_bootstrap_equals_its_slow_twin(ties):
    rows = held_out(3, ties=ties)
    weights = draw_patients(np.arange(24) % 2, 25, rng_for(0, "test"))
    fast = bootstrap_means(rows, weights)
    for number, drawn in enumerate(weights):
        for name, value in slow_twin(rows, drawn).items():
            np.testing.assert_allclose(fast[name][number], value, atol=1e-12, err_msg=name)


def test_metrics_that_are_not_asked_for_are_not_resampled(monkeypatch):
    rows = held_out(3)
    every = intervals(rows, seed=1, n_resamples=300)
    counted = []
    auc_of_resamples = FOLD_METRICS["auc"]
    monkeypatch.setitem(
        FOLD_METRICS, "auc", lambda part, drawn: counted.append(len(drawn)) or auc_of_resamples(part, drawn)
    )
    some = intervals(rows, seed=1, n_resamples=300, names=("brier", "mcc"))
    assert some == {name: every[name] for name in ("brier", "mcc")}
    assert set(counted) == {1}  # the observed value alone


def test_draws_keep_class_sizes():
    patient_class = np.array([0] * 10 + [1] * 5)
    weights = draw_patients(patient_class, 50, rng_for(1, "test"))
    assert (weights[:, :10].sum(axis=1) == 10).all()
    assert (weights[:, 10:].sum(axis=1) == 5).all()


def test_interval_covers_a_known_auc():
    """Fixed scores with a known AUC of 0.76: about 95 of 100 intervals must hold it."""
    truth, covered = 0.7602, 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        y = np.arange(120) % 2
        p = 1 / (1 + np.exp(-(rng.normal(size=120) + y)))
        rows = HeldOut(y, p, (p > 0.5).astype(int), np.arange(120), np.zeros(120, dtype=int))
        low, high = intervals(rows, seed=seed, n_resamples=300)["auc"]
        covered += low <= truth <= high
    assert 88 <= covered <= 100


def test_two_thousand_resamples_take_little_time():
    rows = held_out(0, n_patients=150, each=2, folds=5, repeats=2)
    start = time.perf_counter()
    intervals(rows, seed=0)
    assert time.perf_counter() - start < 5
