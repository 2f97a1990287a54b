"""Row order, gaps and sites: found where they tell something, and hardly ever by chance."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from radiobone.cohort.readers import cohort_from_arrays
from radiobone.core.warnings import collected
from radiobone.evaluation.audit.missingness_leak import missingness_leak
from radiobone.evaluation.audit.row_order import chance_of_few_runs, row_order
from radiobone.evaluation.audit.site_in_features import site_in_features
from radiobone.evaluation.audit.units import ranks_within


def cohort(seed=0, n=80, columns=30, y=None, change=lambda X, y: X, **more):
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.arange(n) % 2) if y is None else y
    with collected():
        return cohort_from_arrays(change(rng.normal(size=(n, columns)), y), y, groups=np.arange(n), **more)


def test_a_column_that_one_class_has_no_value_of_has_ranks_of_0_there_without_a_word_of_numpy():
    values = np.array([[1.0, np.nan], [3.0, np.nan], [2.0, 4.0], [5.0, 7.0]])  # warnings are errors in tests
    ranks = ranks_within(values, np.array([0, 0, 1, 1]))
    np.testing.assert_allclose(ranks, [[-0.5, 0], [0.5, 0], [-0.5, -np.sqrt(0.5)], [0.5, np.sqrt(0.5)]])
    assert (ranks_within(np.full((4, 1), np.nan), np.array([0, 0, 1, 1])) == 0).all()


class TestRowOrder:
    @pytest.mark.parametrize(("n", "m"), [(3, 3), (4, 2), (5, 4), (1, 6)])
    def test_the_chance_of_few_runs_is_that_of_counting_all_orders(self, n, m):
        orders = [
            np.isin(np.arange(n + m), ones).astype(int) for ones in itertools.combinations(range(n + m), n)
        ]
        runs = np.array([1 + (np.diff(order) != 0).sum() for order in orders])
        for order, number in zip(orders, runs, strict=True):
            assert chance_of_few_runs(order) == pytest.approx((runs <= number).mean())

    def test_classes_in_blocks_are_a_note_and_features_that_drift_a_warning(self):
        blocks = (np.arange(80) < 40).astype(int)
        (finding,) = row_order(cohort(y=blocks))
        assert finding.severity == "note"

        def drift(X, y):
            X[:, 6] += 0.05 * np.arange(len(X))
            return X

        (finding,) = row_order(cohort(y=blocks, change=drift))
        assert finding.severity == "warning"
        assert "x6" in finding.message

    def test_a_feature_that_differs_between_classes_is_no_drift(self):
        blocks = (np.arange(80) < 40).astype(int)
        (finding,) = row_order(cohort(y=blocks, change=lambda X, y: X + 3 * y[:, None]))
        assert finding.severity == "note"

    @pytest.mark.long
    @pytest.mark.slow
    def test_rows_in_mixed_order_are_not_found(self):
        assert sum(bool(row_order(cohort(seed))) for seed in range(200)) <= 2


class TestMissingness:
    @staticmethod
    def gaps(X, y):
        X[y == 1, 3] = np.nan
        return X

    def test_gaps_that_are_the_class_are_serious(self):
        (finding,) = missingness_leak(cohort(change=self.gaps))
        assert finding.severity == "serious"
        assert "x3 in 100% of 1 and 0% of 0" in finding.message

    def test_rows_of_one_patient_are_no_independent_evidence(self):
        rng = np.random.default_rng(0)
        X, y = rng.normal(size=(60, 5)), np.repeat(np.arange(12) % 2, 5)
        X[(np.arange(60) // 5) == 1, 2] = np.nan  # five rows of one patient
        with collected():
            assert missingness_leak(cohort_from_arrays(X, y, groups=np.arange(60) // 5)) == []

    @pytest.mark.long
    @pytest.mark.slow
    def test_gaps_by_chance_are_not_found(self):
        def scattered(X, y):
            X[np.random.default_rng(int(abs(X[0, 0]) * 1e6)).random(X.shape) < 0.2] = np.nan
            return X

        assert sum(bool(missingness_leak(cohort(seed, change=scattered))) for seed in range(100)) <= 3


class TestSites:
    @staticmethod
    def sites(seed=0):
        return np.random.default_rng(seed + 500).choice(["A", "B", "C"], 80)

    def test_a_feature_that_tells_the_scanner_is_named(self):
        sites = self.sites()

        def scanner(X, y):
            X[:, 4] += 2.0 * (sites == "B")
            return X

        (finding,) = site_in_features(cohort(sites=sites, change=scanner))
        assert "1 of 30 features" in finding.message
        assert "x4" in finding.message

    def test_a_difference_between_classes_alone_is_none_between_sites(self):
        y = np.random.default_rng(1).permutation(np.arange(80) % 2)
        sites = np.where(np.random.default_rng(2).random(80) < 0.8, y, 1 - y).astype(str)
        assert site_in_features(cohort(y=y, sites=sites, change=lambda X, y: X + 2 * y[:, None])) == []

    def test_sites_without_a_difference_are_not_found(self):
        assert sum(bool(site_in_features(cohort(seed, sites=self.sites(seed)))) for seed in range(100)) <= 3

    def test_the_order_of_rows_changes_nothing(self):
        sites = self.sites()
        found = cohort(sites=sites, change=lambda X, y: X + 1.5 * (sites == "B")[:, None])
        order = np.random.default_rng(3).permutation(80)
        with collected():
            moved = cohort_from_arrays(
                found.X.to_numpy()[order], found.y[order], groups=found.patient[order], sites=sites[order]
            )
        assert site_in_features(moved) == site_in_features(found) != []
