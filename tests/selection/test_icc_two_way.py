"""ICC(2,1) and ICC(3,1) against the authors' example, pingouin and simulations of known truth."""

import numpy as np
import pytest

from radiobone.core.errors import TooFewRows
from radiobone.selection.icc import icc_2_1, icc_3_1

# Shrout and Fleiss 1979, table 2: six targets, four judges.
RATINGS = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float
)


def drawn():
    rng = np.random.default_rng(3)
    return np.round(rng.normal(size=(12, 1)) * 2 + rng.normal(size=(12, 3)) + [0, 0.5, 1], 3)


def long(ratings):
    n, k = ratings.shape
    return ratings.reshape(-1, 1), np.repeat(np.arange(n), k), np.tile(np.arange(k), n)


# pingouin 0.7.0: its ICC(A,1) and ICC(C,1), with intervals of two digits
@pytest.mark.parametrize(
    ("ratings", "form", "value", "low", "high"),
    [
        (RATINGS, icc_2_1, 0.28976377952755916, 0.02, 0.76),
        (RATINGS, icc_3_1, 0.7148407148407154, 0.34, 0.95),
        (drawn(), icc_2_1, 0.8664849729683917, 0.60, 0.96),
        (drawn(), icc_3_1, 0.916030280174434, 0.80, 0.97),
    ],
)
def test_equals_pingouin(ratings, form, value, low, high):
    found = form(*long(ratings))
    assert found.value[0] == pytest.approx(value, abs=1e-12)
    assert (found.low[0], found.high[0]) == (pytest.approx(low, abs=0.005), pytest.approx(high, abs=0.005))
    assert found.n_subjects == len(ratings)


def test_the_authors_example():
    assert icc_2_1(*long(RATINGS)).value[0] == pytest.approx(0.29, abs=0.005)
    assert icc_3_1(*long(RATINGS)).value[0] == pytest.approx(0.71, abs=0.005)


def test_order_of_rows_and_names_do_not_matter_and_incomplete_subjects_are_left_out():
    values, subjects, judges = long(RATINGS)
    order = np.random.default_rng(0).permutation(24)
    for form in (icc_2_1, icc_3_1):
        plain = form(values, subjects, judges)
        other = form(
            np.append(values[order], [[100.0]], axis=0),
            [*subjects[order].astype(str), "x"],
            [*judges[order], 0],
        )
        np.testing.assert_allclose([plain.value, plain.low], [other.value, other.low], atol=1e-12)
        assert other.n_subjects == 6


@pytest.mark.parametrize("truth", [0.3, 0.8])
def test_intervals_cover_a_known_correlation(truth):
    rng = np.random.default_rng(7)
    n, k, m = 25, 4, 1500
    error = rng.normal(size=(n, k, m)) * np.sqrt(1 - truth)
    subject = rng.normal(size=(n, 1, m)) * np.sqrt(truth)
    where = (np.repeat(np.arange(n), k), np.tile(np.arange(k), n))
    consistent = icc_3_1((subject + error + np.arange(k)[:, None]).reshape(-1, m), *where)
    assert ((consistent.low <= truth) & (truth <= consistent.high)).mean() == pytest.approx(0.95, abs=0.02)
    agreeing = icc_2_1((subject + error).reshape(-1, m), *where)
    assert ((agreeing.low <= truth) & (truth <= agreeing.high)).mean() == pytest.approx(0.95, abs=0.025)


def test_features_without_spread_without_noise_and_with_an_offset():
    subjects, judges = np.repeat(np.arange(5), 3), np.tile(np.arange(3), 5)
    values = np.stack([np.full(15, 0.3), subjects * 1.1, subjects + 10.0 * judges], axis=1)
    agreement, consistency = icc_2_1(values, subjects, judges), icc_3_1(values, subjects, judges)
    for found in (agreement, consistency):
        assert np.isnan([found.value[0], found.low[0], found.high[0]]).all()
        assert (found.value[1], found.low[1], found.high[1]) == (1.0, 1.0, 1.0)
    assert consistency.value[2] == 1.0
    assert agreement.value[2] < 0.1


def test_too_few_are_named():
    with pytest.raises(TooFewRows, match=r"1 region\(s\)"):
        icc_2_1([[1.0], [2.0], [3.0]], ["a", "a", "b"], [0, 1, 0])
    with pytest.raises(TooFewRows, match=r"1 measurer\(s\)"):
        icc_3_1([[1.0], [2.0]], ["a", "b"], [0, 0])
