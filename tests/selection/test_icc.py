"""ICC(1,1) against the worked example of its authors and simulations of known truth."""

from __future__ import annotations

import numpy as np
import pytest

from radiobone.core.errors import TooFewRows
from radiobone.selection.icc import icc_1_1

# Shrout and Fleiss 1979, table 2: six targets, four judges.
RATINGS = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float
)
TARGETS = np.repeat(np.arange(6), 4)


def test_the_authors_example() -> None:
    found = icc_1_1(RATINGS.reshape(-1, 1), TARGETS)
    assert found.value[0] == pytest.approx(0.17, abs=0.005)  # as printed there
    between = 4 * RATINGS.mean(axis=1).var(ddof=1)
    within = RATINGS.var(axis=1, ddof=1).mean()
    assert (between, within) == (
        pytest.approx(11.24, abs=0.005),
        pytest.approx(6.26, abs=0.005),
    )  # their table 3
    assert found.value[0] == pytest.approx((between - within) / (between + 3 * within), abs=1e-12)
    # R's psych::ICC prints -0.13 and 0.72 for these ratings
    assert (found.low[0], found.high[0]) == (
        pytest.approx(-0.133, abs=0.001),
        pytest.approx(0.723, abs=0.001),
    )
    assert found.n_subjects == 6


def test_the_order_of_rows_and_the_unit_do_not_matter() -> None:
    order = np.random.default_rng(0).permutation(24)
    first = icc_1_1(RATINGS.reshape(-1, 1), TARGETS)
    again = icc_1_1(1000 - 3 * RATINGS.reshape(-1, 1)[order], TARGETS[order].astype(str))
    np.testing.assert_allclose([again.value, again.low], [first.value, first.low], atol=1e-12)


@pytest.mark.parametrize("truth", [0.2, 0.75, 0.95])
def test_the_interval_covers_a_known_correlation(truth: float) -> None:
    rng = np.random.default_rng(5)
    n_subjects, n_repeats, n_features = 25, 6, 2000
    subject = rng.normal(size=(n_subjects, 1, n_features)) * np.sqrt(truth)
    noise = rng.normal(size=(n_subjects, n_repeats, n_features)) * np.sqrt(1 - truth)
    values = (subject + noise).reshape(-1, n_features)
    subjects = np.repeat(np.arange(n_subjects), n_repeats)
    found = icc_1_1(values, subjects)
    covered = ((found.low <= truth) & (truth <= found.high)).mean()
    assert covered == pytest.approx(0.95, abs=0.02)
    assert np.median(found.value) == pytest.approx(truth, abs=0.03)
    kept = rng.random(len(values)) > 0.15  # some repeats failed
    fewer = icc_1_1(values[kept], subjects[kept])
    assert ((fewer.low <= truth) & (truth <= fewer.high)).mean() == pytest.approx(0.95, abs=0.02)


def test_features_without_spread_and_without_noise() -> None:
    subjects = np.repeat(np.arange(5), 3)
    perfect = np.repeat(np.arange(5.0), 3)
    values = np.stack([np.full(15, 0.1) * 3, perfect, np.tile([0.0, 1.0, 2.0], 5)], axis=1)
    found = icc_1_1(values, subjects)
    assert np.isnan([found.value[0], found.low[0], found.high[0]]).all()
    assert (found.value[1], found.low[1], found.high[1]) == (1.0, 1.0, 1.0)
    assert found.value[2] == pytest.approx(-0.5)  # the least that three repeats can have


def test_too_few_regions_are_named_and_single_measurements_left_out() -> None:
    with pytest.raises(TooFewRows, match="1 region"):
        icc_1_1([[1.0], [2.0], [3.0]], ["a", "a", "b"])
    assert icc_1_1([[1.0], [2.0], [3.0], [5.0], [9.0]], ["a", "a", "b", "b", "c"]).n_subjects == 2
