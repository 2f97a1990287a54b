"""Calibration against scikit-misc's loess (Cleveland's own code), statsmodels and simulation with known truth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit
from sklearn.calibration import calibration_curve

from radiobone.evaluation.calibration_measures import calibration, weighted_quantile
from radiobone.evaluation.loess import prepare_loess
from radiobone.evaluation.weighted import HeldOut

NUMBER = np.arange(120)
P = np.round(0.5 + 0.46 * np.sin(NUMBER * 1.7) * np.cos(NUMBER * 0.31), 4)
Y = ((NUMBER * 37 % 101) / 101 < P**1.5).astype(int)


def held_out(p, y, patient=None):
    n = len(p)
    return HeldOut(
        y, p, (p >= 0.5).astype(int), np.arange(n) if patient is None else patient, np.zeros(n, int)
    )


def measured(p, y, **options):
    return calibration(held_out(p, y), np.zeros(len(p), int), seed=0, n_resamples=200, **options).measures


def test_loess_equals_clevelands():
    """``skmisc.loess.loess(P, Y, span=0.75, degree=2)`` of scikit-misc 0.5.3, surface 'direct'."""
    smoother = prepare_loess(P, n_points=200)
    fitted = smoother.at_rows(smoother.curve(Y, np.ones((1, 120))))[0]
    assert fitted[:5] == pytest.approx([0.336612, 0.847417, 0.287138, 0.146138, 0.408775], abs=1e-6)
    assert np.abs(fitted - P).mean() == pytest.approx(0.11001834479569864, rel=1e-9)


def test_measures_equal_independent_ones():
    """Slope and intercept: ``GLM`` of statsmodels 0.15.0, the second with the log odds as offset; the distances
    from scikit-misc's loess at every row, here read between 64 points."""
    found = measured(P, Y)
    assert found["slope"].value == pytest.approx(0.96303912, abs=1e-7)
    assert found["intercept"].value == pytest.approx(-0.57170881, abs=1e-7)
    assert found["ici"].value == pytest.approx(0.11001834, abs=2e-4)
    assert found["e50"].value == pytest.approx(0.10339703, abs=1e-3)
    assert found["e90"].value == pytest.approx(0.16576012, abs=1e-3)
    for one in found.values():
        assert one.low < one.value < one.high


def test_known_miscalibration_is_found():
    """Log odds that are twice too large and 0.5 too low: slope 0.5, and the true mean distance as ICI."""
    rng = np.random.default_rng(4)
    truth = rng.normal(size=6000)
    y = (rng.random(6000) < expit(truth)).astype(int)
    shown = expit(2 * (truth - 0.5))
    found = measured(shown, y)
    assert found["slope"].value == pytest.approx(0.5, abs=0.04)
    assert found["intercept"].value > 0.3
    assert found["ici"].value == pytest.approx(np.abs(shown - expit(truth)).mean(), abs=0.015)
    assert found["e90"].value == pytest.approx(np.quantile(np.abs(shown - expit(truth)), 0.9), abs=0.03)


def test_right_probabilities_are_within_the_intervals():
    inside = {"slope": 0, "intercept": 0}
    for seed in range(40):
        rng = np.random.default_rng(seed)
        p = expit(rng.normal(size=150))
        found = calibration(
            held_out(p, (rng.random(150) < p).astype(int)), np.zeros(150, int), seed=seed, n_resamples=100
        ).measures
        inside["slope"] += found["slope"].low <= 1 <= found["slope"].high
        inside["intercept"] += found["intercept"].low <= 0 <= found["intercept"].high
    assert min(inside.values()) >= 33


def test_repeats_are_averaged_and_add_no_certainty():
    twice = held_out(np.tile(P, 2), np.tile(Y, 2), np.tile(NUMBER, 2))
    double = calibration(twice, np.repeat([0, 1], 120), seed=0, n_resamples=200).measures
    for name, one in measured(P, Y).items():
        assert (double[name].value, double[name].low, double[name].high) == pytest.approx(
            (one.value, one.low, one.high), abs=1e-9
        )


def test_parted_classes_have_no_slope_and_one_class_no_intercept():
    y = (P > 0.5).astype(int)
    assert measured(P, y)["slope"].value is None
    assert measured(P, np.ones(120, int))["intercept"].value is None
    assert measured(np.full(120, 0.3), Y)["slope"].value is None


@given(shift=st.floats(-2, 2), stretch=st.floats(0.3, 3))
@settings(max_examples=20, deadline=None)
def test_slope_and_intercept_follow_the_log_odds(shift, stretch):
    """Shifted log odds move the intercept against them; stretched ones divide the slope."""
    base = calibration(held_out(P, Y), np.zeros(120, int), seed=0, n_resamples=2).measures
    moved = calibration(
        held_out(expit(logit(P) + shift), Y), np.zeros(120, int), seed=0, n_resamples=2
    ).measures
    longer = calibration(
        held_out(expit(logit(P) * stretch), Y), np.zeros(120, int), seed=0, n_resamples=2
    ).measures
    assert moved["intercept"].value == pytest.approx(base["intercept"].value - shift, abs=1e-6)
    assert longer["slope"].value == pytest.approx(base["slope"].value / stretch, rel=1e-6)


def test_weighted_quantile_is_that_of_rows_written_out():
    rng = np.random.default_rng(0)
    values, weights = rng.random((5, 30)), rng.integers(0, 4, size=(5, 30)).astype(float)
    for level in (0.5, 0.9):
        expected = [
            np.quantile(np.repeat(one, w.astype(int)), level, method="inverted_cdf")
            for one, w in zip(values, weights, strict=True)
        ]
        assert weighted_quantile(values, weights, level) == pytest.approx(expected)


def test_binned_curve_is_scikit_learns():
    found = calibration(held_out(P + NUMBER * 1e-9, Y), np.zeros(120, int), seed=0, n_resamples=200).binned
    share, mean = calibration_curve(Y, P + NUMBER * 1e-9, n_bins=10, strategy="quantile")
    np.testing.assert_allclose(found.observed, share)
    np.testing.assert_allclose(found.probability, mean)
    assert (found.low <= found.observed).all()
    assert (found.high >= found.observed).all()
    assert (found.high - found.low > 0.1).all()  # also where all or none of twelve are positive


@pytest.mark.parametrize("p", [[0.0, 1.0] * 4, [0.3] * 8, [0.0, 0.0, 1.0, 1.0] * 2, np.linspace(0, 1, 8)])
def test_few_rows_certain_or_alike_give_numbers_or_none(p):
    """No warning (they are errors here), no NaN where a number is shown."""
    found = calibration(held_out(np.array(p), np.arange(8) % 2), np.zeros(8, int), seed=0, n_resamples=50)
    assert found.measures["ici"].value is not None
    assert all(
        value is None or np.isfinite(value) for one in found.measures.values() for value in vars(one).values()
    )
