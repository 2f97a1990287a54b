"""Intervals that stay honest where the bootstrap sees no error to resample."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, norm
from sklearn.metrics import matthews_corrcoef

from radiobone.evaluation.intervals import intervals
from radiobone.evaluation.metrics import METRICS
from radiobone.evaluation.sample_bounds import (
    FoldSize,
    auc_bounds,
    f1_bounds,
    mcc_bounds,
    mcc_of,
    mean_bounds,
    wilson,
)
from radiobone.evaluation.weighted import HeldOut


def perfect(n, folds=5, repeats=2, copies=1):
    """Every positive above every negative, in folds of both classes; ``copies`` rows per patient."""
    patient = np.repeat(np.arange(n), copies)
    y = patient % 2
    blocks = [
        (y, 0.1 + 0.8 * y, y, patient, (patient // 2 + repeat) % folds + repeat * folds)
        for repeat in range(repeats)
    ]
    return HeldOut(*(np.concatenate(parts) for parts in zip(*blocks, strict=True)))


@pytest.mark.parametrize("name", [name for name in METRICS if name != "brier"])
def test_no_error_in_24_patients_is_no_certainty(name):
    low, high = intervals(perfect(24), seed=0, n_resamples=200)[name]
    assert high == 1.0
    assert 0.5 < low < 0.95


def test_more_patients_bring_the_bound_nearer_and_copies_and_repeats_do_not():
    def bound(**options):
        return intervals(perfect(**options), seed=0, n_resamples=100)["auc"][0]

    assert bound(n=24) < bound(n=60) < bound(n=200) < 1
    assert bound(n=24, copies=5) == pytest.approx(bound(n=24))
    assert bound(n=24, repeats=10) == pytest.approx(bound(n=24), abs=0.01)


def test_all_wrong_mirrors_all_right():
    rows = perfect(24)
    flipped = HeldOut(rows.y, 1 - rows.probability, 1 - rows.predicted, rows.patient, rows.fold)
    right, wrong = (intervals(one, seed=0, n_resamples=100) for one in (rows, flipped))
    for name in ("auc", "sensitivity", "specificity", "balanced_accuracy"):
        assert wrong[name] == pytest.approx((1 - right[name][1], 1 - right[name][0]))


def test_one_fold_gives_newcombes_quadratic():
    """The bound solves (observed - t)² = z² V(t), with Hanley and McNeil's variance written out."""
    low, high = auc_bounds(0.8, [FoldSize(20, 30)])
    for bound in (low, high):
        q1, q2 = bound / (2 - bound), 2 * bound**2 / (1 + bound)
        half = (20 + 30) / 2 - 1
        variance = (bound * (1 - bound) + half * (q1 - bound**2) + half * (q2 - bound**2)) / (20 * 30)
        assert (0.8 - bound) ** 2 == pytest.approx(norm.ppf(0.975) ** 2 * variance, rel=1e-6)
    assert low < 0.8 < high


@settings(max_examples=60, deadline=None)
@given(
    st.floats(0, 1),
    st.lists(st.tuples(st.integers(1, 40), st.integers(1, 40)), min_size=1, max_size=6),
)
def test_bounds_hold_the_observed_auc_and_have_a_width(observed, sizes):
    low, high = auc_bounds(observed, [FoldSize(*pair) for pair in sizes])
    assert 0 <= low <= observed <= high <= 1
    assert high - low > 1e-3


@given(st.integers(0, 60), st.integers(1, 60))
def test_wilson_is_scipys(k, n):
    k = min(k, n)
    expected = binomtest(k, n).proportion_ci(method="wilson")
    low, high = wilson(k / n, n)
    assert (float(low), float(high)) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_a_mean_of_two_shares_is_known_better_than_the_worse_one():
    low, high = mean_bounds((0.9, 0.7), ((0.8, 0.95), (0.5, 0.85)))
    assert (low, high) == pytest.approx((0.8 - np.hypot(0.1, 0.2) / 2, 0.8 + np.hypot(0.05, 0.15) / 2))


def test_nine_of_ten_intervals_hold_an_auc_near_one():
    """24 patients, true AUC 0.95: the bootstrap alone held it 76 times in 100."""
    truth, shift, n = 0.95, np.sqrt(2) * norm.ppf(0.95), 24
    covered = 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        y = np.arange(n) % 2
        score = norm.cdf(rng.normal(size=n) + shift * y)
        fold = np.empty(n, dtype=int)
        for label in (0, 1):
            members = rng.permutation(np.flatnonzero(y == label))
            fold[members] = np.arange(len(members)) % 5
        rows = HeldOut(y, score, (score > 0.5).astype(int), np.arange(n), fold)
        low, high = intervals(rows, seed=seed, n_resamples=200)["auc"]
        covered += low <= truth <= high
    assert covered >= 93


def test_f1_bounds_are_those_of_the_exact_share():
    """Of 40 patients who are positive or called so, 30 are both: J = 0.75, F1 = 2 J / (1 + J)."""
    low, high = f1_bounds(2 * 0.75 / 1.75, 40)
    share = binomtest(30, 40).proportion_ci(method="wilson")
    assert (low, high) == pytest.approx((2 * share.low / (1 + share.low), 2 * share.high / (1 + share.high)))


@given(cells=st.tuples(*[st.integers(1, 60)] * 4))
@settings(max_examples=50, deadline=None)
def test_mcc_of_shares_is_scikit_learns(cells):
    tp, fn, tn, fp = cells
    y, called = np.repeat([1, 1, 0, 0], cells), np.repeat([1, 0, 0, 1], cells)
    shares, prevalence = (tp / (tp + fn), tn / (tn + fp)), (tp + fn) / sum(cells)
    observed = mcc_of(*shares, prevalence)
    assert observed == pytest.approx(matthews_corrcoef(y, called))
    bounds = tuple(tuple(float(one) for one in wilson(share, 50)) for share in shares)
    low, high = mcc_bounds(observed, shares, bounds, prevalence=prevalence)
    assert low < observed < high
