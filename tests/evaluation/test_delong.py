"""DeLong and Obuchowski against MLstatkit, placements written out, and simulation with a known AUC."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from radiobone.core.errors import OneClass, TooFewPerClass
from radiobone.evaluation.delong import auc_covariance, auc_difference, auc_interval
from radiobone.evaluation.metrics import auc

NUMBER = np.arange(120)
A = np.round(0.5 + 0.46 * np.sin(NUMBER * 1.7) * np.cos(NUMBER * 0.31), 2)
B = np.round(0.5 + 0.4 * np.sin(NUMBER * 1.7 + 0.6) * np.cos(NUMBER * 0.29), 2)
Y = np.less(NUMBER * 37 % 101, 101 * A**1.5).astype(int)


def test_equals_mlstatkit():
    """``MLstatkit.Delong_test(Y, A, B)`` 0.1.91: z, p, both AUCs and their symmetric intervals."""
    found = auc_covariance(Y, [A, B])
    paired = auc_difference(found)
    assert (paired.z, paired.p) == pytest.approx((3.26008448395061, 0.001113790319658909), rel=1e-9)
    assert paired.se**2 == pytest.approx(0.003909820484620498, rel=1e-9)
    assert found.auc == pytest.approx([0.75, 0.5461516203703703])
    low, high = found.auc[0] + norm.ppf([0.025, 0.975]) * auc_interval(found).se
    assert (low, high) == pytest.approx((0.6596819937171503, 0.8403180062828495))


def slow_twin(y, scores, patient):
    """Obuchowski's sums over patients, pair by pair."""
    area, parts = [], []
    for one in scores:
        above = {i: np.mean([(one[i] > one[j]) + (one[i] == one[j]) / 2 for j in np.flatnonzero(y == 0)])
                 for i in np.flatnonzero(y == 1)}  # fmt: skip
        below = {j: np.mean([(one[i] > one[j]) + (one[i] == one[j]) / 2 for i in np.flatnonzero(y == 1)])
                 for j in np.flatnonzero(y == 0)}  # fmt: skip
        mean = np.mean(list(above.values()))
        sums = [[sum(v - mean for k, v in side.items() if patient[k] == who) for who in np.unique(patient)]
                for side in (above, below)]  # fmt: skip
        area.append(mean)
        parts.append(np.array(sums))
    m, n = (y == 1).sum(), (y == 0).sum()
    i10, i01, everyone = len(set(patient[y == 1])), len(set(patient[y == 0])), len(set(patient))
    matrix = np.zeros((len(scores), len(scores)))
    for r, a in enumerate(parts):
        for s, b in enumerate(parts):
            s10 = i10 / ((i10 - 1) * m) * (a[0] @ b[0])
            s01 = i01 / ((i01 - 1) * n) * (a[1] @ b[1])
            s11, s11_other = (everyone / (everyone - 1) * both for both in (a[0] @ b[1], b[0] @ a[1]))
            matrix[r, s] = s10 / m + s01 / n + (s11 + s11_other) / (m * n)
    return np.array(area), matrix


@given(seed=st.integers(0, 1000))
@settings(max_examples=15, deadline=None)
def test_clustered_form_equals_its_slow_twin(seed):
    rng = np.random.default_rng(seed)
    patient = rng.integers(0, 10, size=40)
    y = np.concatenate([np.arange(38) % 2, [0, 1]])
    scores = np.round(rng.normal(size=(2, 40)) + y, 1)
    found = auc_covariance(y, scores, patient)
    area, covariance = slow_twin(y, scores, patient)
    np.testing.assert_allclose(found.auc, area)
    np.testing.assert_allclose(found.covariance, covariance, atol=1e-12)
    assert found.auc[0] == pytest.approx(auc(y, scores[0]))


def test_one_row_per_patient_is_delongs_form():
    plain, clustered = auc_covariance(Y, [A, B]), auc_covariance(Y, [A, B], NUMBER)
    np.testing.assert_allclose(plain.covariance, clustered.covariance)


def test_copied_rows_add_no_certainty():
    twice = auc_covariance(np.tile(Y, 2), np.tile([A, B], 2), np.tile(NUMBER, 2))
    np.testing.assert_allclose(twice.covariance, auc_covariance(Y, [A, B]).covariance)


def test_interval_covers_a_known_auc_of_clustered_rows():
    """Vertebrae of one patient share half of their variance; DeLong's form on rows would be too narrow."""
    truth, covered, too_narrow = norm.cdf(1 / np.sqrt(2)), 0, 0
    for seed in range(200):
        rng = np.random.default_rng(seed)
        patient = np.repeat(np.arange(60), 5)
        y = patient % 2
        score = y + rng.normal(size=60)[patient] * np.sqrt(0.5) + rng.normal(size=300) * np.sqrt(0.5)
        by_patient, by_row = (auc_interval(auc_covariance(y, score, who)) for who in (patient, None))
        covered += by_patient.low <= truth <= by_patient.high
        too_narrow += by_row.low <= truth <= by_row.high
    assert 180 <= covered <= 200
    assert too_narrow < 160


def test_limits():
    perfect = auc_interval(auc_covariance([0, 0, 0, 1, 1, 1], [1, 2, 3, 4, 5, 6]))
    assert perfect.high == 1
    assert 0.3 < perfect.low < 0.9
    same = auc_difference(auc_covariance(Y, [A, A]))
    assert (same.difference, same.z, same.p) == (0, None, None)
    with pytest.raises(OneClass, match="both classes"):
        auc_covariance([1, 1], [0.1, 0.2])
    with pytest.raises(TooFewPerClass, match="at least two"):
        auc_covariance([1, 0, 0], [0.1, 0.2, 0.3])
