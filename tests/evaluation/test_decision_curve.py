"""Net benefit against counts written out, the definition's limits, and resamples written out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import confusion_matrix

from radiobone.evaluation.decision_curve import decision_curve, net_benefit
from radiobone.evaluation.weighted import HeldOut


def test_equals_dcurves():
    """``dcurves.dca`` 1.1.7 (Memorial Sloan Kettering) on the same rows: the model, and treating all."""
    number = np.arange(120)
    p = np.round(0.5 + 0.46 * np.sin(number * 1.7) * np.cos(number * 0.31), 4)
    y = ((number * 37 % 101) / 101 < p**1.5).astype(int)
    cuts = [0.1, 0.25, 0.4, 0.6]
    assert net_benefit(y, p, cuts)[0] == pytest.approx([0.319444, 0.225, 0.105556, 0.0625], abs=1e-6)
    everyone = [0.324074, 0.188889, -0.013889, -0.520833]
    assert net_benefit(y, np.ones(120), cuts)[0] == pytest.approx(everyone, abs=1e-6)


@given(seed=st.integers(0, 1000), cut=st.floats(0.05, 0.95))
@settings(max_examples=30, deadline=None)
def test_equals_the_confusion_matrix(seed, cut):
    rng = np.random.default_rng(seed)
    y, p = np.arange(40) % 2, rng.random(40)
    (_, fp), (_, tp) = confusion_matrix(y, p >= cut)
    assert net_benefit(y, p, [cut])[0, 0] == pytest.approx(tp / 40 - fp / 40 * cut / (1 - cut))


def made(n=200, seed=0, repeats=1):
    rng = np.random.default_rng(seed)
    p = rng.beta(1, 2, size=n)
    y = (rng.random(n) < p).astype(int)
    patient, repeat = np.tile(np.arange(n), repeats), np.repeat(np.arange(repeats), n)
    return HeldOut(np.tile(y, repeats), np.tile(p, repeats), np.tile(y, repeats), patient, repeat), repeat


def test_weights_are_rows_written_out():
    rows, _ = made(60)
    weights = np.random.default_rng(1).integers(0, 3, size=(4, 60))
    fast = net_benefit(rows.y, rows.probability, [0.2, 0.5], weights.astype(float))
    for one, drawn in zip(fast, weights, strict=True):
        here = np.repeat(np.arange(60), drawn)
        assert one == pytest.approx(net_benefit(rows.y[here], rows.probability[here], [0.2, 0.5])[0])


def test_right_probabilities_are_never_worse_than_both_defaults_and_bands_hold_the_value():
    rows, repeat = made(2000)
    curve = decision_curve(rows, repeat, seed=0, n_resamples=100)
    assert (curve.gain.value > -0.01).all()
    middle = slice(10, 60)
    assert (curve.model.low[middle] <= curve.model.value[middle]).all()
    assert (curve.model.value[middle] <= curve.model.high[middle]).all()
    crossing = curve.treat_all.value[np.searchsorted(curve.threshold, rows.y.mean())]
    assert abs(crossing) < 0.02  # treating all is worth nothing at the share of positives


def test_repeats_add_no_certainty():
    one, two = (decision_curve(*made(repeats=n), seed=0, n_resamples=100) for n in (1, 2))
    np.testing.assert_allclose(one.model.value, two.model.value)
    np.testing.assert_allclose(one.model.low, two.model.low)
