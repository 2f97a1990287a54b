from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from radiobone.core.errors import PatientInTrainAndTest, TooFewPerClass
from radiobone.evaluation.splits import Split, check_groups_whole, make_splits


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**31), st.integers(2, 6), st.lists(st.integers(1, 7), min_size=30, max_size=60))
def test_groups_whole_classes_balanced_rows_once(seed, folds, sizes):
    rng = np.random.default_rng(seed)
    of_patient = rng.permutation(np.arange(len(sizes)) % 3 == 0).astype(int)
    groups = np.repeat([f"P{i}" for i in range(len(sizes))], sizes)
    y = np.repeat(of_patient, sizes)
    splits = make_splits(y, groups, folds=folds, repeats=2, seed=seed, key="x")
    for repeat in (0, 1):
        tested = np.concatenate([split.test for split in splits if split.repeat == repeat])
        assert sorted(tested.tolist()) == list(range(len(y)))
    for split in splits:
        assert not set(groups[split.train]) & set(groups[split.test])
        assert not set(split.train.tolist()) & set(split.test.tolist())
        for label in (0, 1):
            share = (y[split.test] == label).sum() / (y == label).sum()
            largest = max(np.array(sizes)[of_patient == label]) / (y == label).sum()
            assert 0 < share < 1 / folds + largest + 1e-9


def test_single_row_patients_are_dealt_evenly():
    y = np.array([1] * 26 + [0] * 77)
    groups = np.array([f"P{i}" for i in range(len(y))])
    splits = make_splits(y, groups, folds=5, repeats=3, seed=1, key="x")
    assert {int(y[split.test].sum()) for split in splits} == {5, 6}
    assert {len(split.test) for split in splits} <= {20, 21}


def test_repeats_and_seeds_differ_and_keys_repeat():
    y, groups = np.arange(60) % 2, np.arange(60).astype(str)
    one = make_splits(y, groups, folds=5, repeats=2, seed=1, key="x")
    again = make_splits(y, groups, folds=5, repeats=2, seed=1, key="x")
    other = make_splits(y, groups, folds=5, repeats=2, seed=2, key="x")
    assert all(np.array_equal(a.test, b.test) for a, b in zip(one, again, strict=True))
    assert not np.array_equal(one[0].test, one[5].test)
    assert not np.array_equal(one[0].test, other[0].test)


def test_patients_with_both_classes_leave_both_in_every_fold():
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(12), 5).astype(str)
    y = (rng.random(60) < 0.3).astype(int)
    for split in make_splits(y, groups, folds=4, repeats=3, seed=0, key="x"):
        assert 0 < y[split.test].sum() < len(split.test)


def test_too_few_patients_of_a_class():
    y = np.repeat([0, 0, 0, 0, 0, 0, 0, 0, 1, 1], 5)
    groups = np.repeat(np.arange(10), 5).astype(str)
    with pytest.raises(TooFewPerClass, match="2 patients are positive and 8 negative"):
        make_splits(y, groups, folds=5, repeats=1, seed=0, key="x")


def test_a_split_through_a_patient_is_refused():
    groups = np.array(["a", "a", "b", "b"])
    with pytest.raises(PatientInTrainAndTest, match="a"):
        check_groups_whole([Split(0, 0, np.array([0, 2, 3]), np.array([1]))], groups)


def test_a_fold_that_would_train_on_one_class_is_refused():
    groups = np.array(["A"] * 99 + ["B"] * 41 + ["C"] * 60)
    y = np.array([1] * 100 + [0] * 100)
    with pytest.raises(TooFewPerClass, match="trained without it"):
        make_splits(y, groups, folds=2, repeats=1, seed=0, key="x")
