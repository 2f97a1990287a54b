"""The permutation test against scipy's, and the truth under no signal."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from radiobone.core.seeds import rng_for
from radiobone.evaluation.metrics import auc
from radiobone.evaluation.permutation import against_shuffles, shuffle_patients


def permutation_test(score, y, patient, *, seed, n_permutations):
    shuffled = (shuffle_patients(y, patient, rng_for(seed, number)) for number in range(n_permutations))
    return against_shuffles(score(np.asarray(y)), [score(labels) for labels in shuffled])


def test_p_is_near_the_exact_one():
    """All 12870 ways to share 8 of 16 labels, by ``scipy.stats.permutation_test``."""
    rng = np.random.default_rng(3)
    y = np.arange(16) % 2
    score = rng.normal(size=16) + 0.8 * y
    exact = stats.permutation_test(
        (score[y == 1], score[y == 0]),
        lambda a, b: a.mean() - b.mean(),
        alternative="greater",
        n_resamples=20_000,
    ).pvalue
    found = permutation_test(
        lambda labels: float(score[labels == 1].mean() - score[labels == 0].mean()), y, np.arange(16),
        seed=0, n_permutations=4000,
    )  # fmt: skip
    assert found.p_low <= exact <= found.p_high
    assert found.p == pytest.approx(exact, abs=0.015)


def test_without_signal_p_is_uniform():
    found = []
    for seed in range(150):
        score = np.random.default_rng(seed).normal(size=30)
        found.append(permutation_test(lambda y, s=score: auc(y, s), np.arange(30) % 2, np.arange(30),
                                      seed=seed, n_permutations=49).p)  # fmt: skip
    assert min(found) >= 1 / 50
    assert stats.kstest(found, "uniform").pvalue > 0.01


@given(seed=st.integers(0, 1000), by_row=st.booleans())
@settings(max_examples=40, deadline=None)
def test_rows_of_a_patient_stay_together(seed, by_row):
    rng = np.random.default_rng(seed)
    patient = np.repeat(np.arange(12), np.tile([1, 2, 3], 4))
    y = rng.integers(0, 2, size=24) if by_row else (np.arange(12) % 2)[patient]
    shuffled = shuffle_patients(y, patient, rng)

    def of_patients(labels):
        return Counter(tuple(labels[patient == one]) for one in range(12))

    if by_row and any(len(set(y[patient == one])) > 1 for one in range(12)):
        assert of_patients(shuffled) == of_patients(y)
    else:
        assert all(len(set(shuffled[patient == one])) == 1 for one in range(12))
        first = [np.flatnonzero(patient == one)[0] for one in range(12)]
        assert Counter(shuffled[first]) == Counter(y[first])


def test_copies_of_a_patient_add_no_evidence():
    rng = np.random.default_rng(0)
    y, score = np.arange(12) % 2, rng.normal(size=12) + np.arange(12) % 2
    once, copied = (
        permutation_test(
            lambda labels, n=n: auc(labels, np.repeat(score, n)), np.repeat(y, n), np.repeat(np.arange(12), n),
            seed=1, n_permutations=200,
        )
        for n in (1, 20)
    )  # fmt: skip
    assert once.p == copied.p
