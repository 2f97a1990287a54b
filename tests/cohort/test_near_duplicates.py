"""Rows that agree in nearly all features: found as by comparing all pairs, and kept together or refused."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radiobone.cohort.near_duplicates import near_duplicates
from radiobone.cohort.readers import cohort_from_arrays
from radiobone.core.errors import BadSetting, DuplicateRows
from radiobone.core.warnings import collected
from radiobone.evaluation.audit.duplicate_rows import duplicate_rows
from radiobone.evaluation.splits import make_splits


def pair_by_pair(values):
    """All pairs that agree in nine of ten telling columns, by comparing every pair."""
    n_values = [len(np.unique(np.nan_to_num(column, nan=-1e99))) for column in values.T]
    values = values[:, np.array(n_values) > len(values) / 2]
    may_differ = int(0.1 * values.shape[1])
    return [
        (a, b)
        for a, b in itertools.combinations(range(len(values)), 2)
        if (~np.isclose(values[a], values[b], rtol=1e-5, atol=0, equal_nan=True)).sum() <= may_differ
    ]


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 100_000), st.integers(5, 60), st.sampled_from([1e-6, 1.0, 1e9]))
def test_the_pairs_are_those_of_comparing_all(seed, n_columns, scale):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(40, n_columns)) * scale
    for copy in range(1, 9):
        values[copy + 20] = values[rng.integers(0, 20)]
        changed = rng.permutation(n_columns)[: rng.integers(0, max(2, n_columns // 4))]
        values[copy + 20, changed] += scale
    values[:, 0] = np.where(rng.random(40) < 0.2, np.nan, values[:, 0])
    assert near_duplicates(values) == pair_by_pair(values)


def test_rounding_of_a_table_hides_no_copy():
    rng = np.random.default_rng(2)
    values = rng.normal(size=(60, 100)) * 10.0 ** rng.integers(-8, 8, 100)
    values[50] = [float(f"{value:.6g}") for value in values[3]]
    values[51] = values[4] * (1 + 1e-9)
    assert near_duplicates(values) == [(3, 50), (4, 51)]


def test_values_that_patients_share_by_chance_do_not_count():
    rng = np.random.default_rng(0)
    words = rng.integers(0, 3, (200, 30)).astype(float)  # few values: rows agree often
    assert near_duplicates(words) == []
    words[:, :5] = 0.0
    assert near_duplicates(np.column_stack([words, rng.normal(size=(200, 6))])) == []
    assert near_duplicates(np.empty((3, 0))) == []


def test_unrelated_rows_are_never_paired():
    for seed in range(20):
        assert near_duplicates(np.random.default_rng(seed).normal(size=(120, 12))) == []


def with_copies(**more):
    rng = np.random.default_rng(5)
    y = np.tile([0, 1], 20)
    X = rng.normal(size=(40, 30))
    X[30] = X[2]
    X[30, 4] += 1.0
    X[35] = X[30]
    X[10] = X[9]
    groups = np.array([f"P{i:02d}" for i in range(40)])
    groups[10] = groups[9]  # copies of one patient are nobody else's
    with collected():
        return cohort_from_arrays(X, y, groups=groups, **more)


def test_they_are_on_one_side_of_every_split_and_told_of():
    cohort = with_copies()
    assert cohort.groups[[2, 30, 35]].tolist() == ["P02"] * 3
    assert cohort.patient[[2, 30, 35]].tolist() == ["P02", "P30", "P35"]
    assert len(set(cohort.groups.tolist())) == 37
    for split in make_splits(cohort.y, cohort.groups, folds=4, repeats=3, seed=1, key="x"):
        assert sum(row in split.test for row in (2, 30, 35)) in (0, 3)
    (finding,) = duplicate_rows(cohort)
    assert finding.severity == "warning"
    assert "row03 and row31" in finding.message
    assert "one side of every split" in finding.message


def test_they_are_refused_on_request():
    with pytest.raises(DuplicateRows, match="row03 and row31"):
        with_copies(duplicates="refuse")
    with pytest.raises(BadSetting, match="'group'"):
        with_copies(duplicates="drop")


def test_few_features_that_are_equal_are_told_of_and_not_joined():
    rng = np.random.default_rng(5)
    X = rng.normal(size=(40, 3))
    X[30] = X[2]
    cohort = cohort_from_arrays(X, np.tile([0, 1], 20), groups=range(40))
    (finding,) = duplicate_rows(cohort)
    assert finding.severity == "serious"
    assert len(set(cohort.groups.tolist())) == 40
