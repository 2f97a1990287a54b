"""Copies with noise are told from rows that are alike because their columns are correlated."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from radiobone.cohort.alike_rows import alike_rows
from radiobone.cohort.readers import cohort_from_arrays
from radiobone.core.errors import DuplicateRows
from radiobone.core.warnings import collected
from radiobone.evaluation.audit.duplicate_rows import duplicate_rows
from radiobone.evaluation.splits import make_splits

TABLES = ["Dai2023", "Granata2024", "HNSCC", "Hosny2018A", "Hosny2018B", "Huang2023", "LNDb", "WORC-Lipo"]


def radiomics_like(rng, n_rows, n_columns, n_factors=40):
    """Correlated, partly skewed columns of noise."""
    common = rng.normal(size=(n_rows, n_factors)) @ rng.normal(size=(n_factors, n_columns))
    table = common / np.sqrt(n_factors) + rng.normal(size=(n_rows, n_columns))
    table[:, ::3] = np.exp(table[:, ::3] / 2)
    return 100 + 17 * table


def with_copies(seed, n_cases, each, n_columns, noise):
    """Each case and its copies, with noise in standard deviations; and the case of each row."""
    rng = np.random.default_rng(seed)
    cases = radiomics_like(rng, n_cases, n_columns)
    case = np.repeat(np.arange(n_cases), each)
    copied = (np.arange(len(case)) % each > 0)[:, np.newaxis]
    return cases[case] + noise * cases.std(axis=0) * rng.normal(size=(len(case), n_columns)) * copied, case


def own(n_rows):
    return np.array([f"P{number:05d}" for number in range(n_rows)])


def pairs_of(case):
    first, second = np.nonzero(np.triu(case[:, np.newaxis] == case, 1))
    return set(zip(first.tolist(), second.tolist(), strict=True))


@pytest.mark.parametrize(
    ("n_columns", "noises"),
    [
        (851, (0.0, 1e-7, 1e-5, 1e-4, 1e-2, 0.1, 0.3)),
        (107, (1e-7, 1e-3, 0.1, 0.3)),
        (20, (0.0, 1e-7, 1e-3, 1e-2)),
        (10, (1e-7, 1e-3, 1e-2)),
        (5, (0.0, 1e-7, 1e-3)),
    ],
)
def test_copies_with_noise_are_found_and_nothing_else(n_columns, noises):
    for noise in noises:
        table, case = with_copies(n_columns, 60, 4, n_columns, noise)
        assert set(alike_rows(table, own(240)).copies) == pairs_of(case), noise


def test_few_columns_cannot_tell_noisy_copies_from_chance():
    table, case = with_copies(5, 60, 4, 5, 0.3)
    assert len(alike_rows(table, own(240)).copies) == 0
    unsure, case = with_copies(5, 60, 4, 5, 0.01)
    found = alike_rows(unsure, own(240))
    assert found.doubtful
    assert set(found.doubtful) < pairs_of(case)


@pytest.mark.parametrize("n_columns", [5, 30, 107, 851])
@pytest.mark.parametrize("n_rows", [12, 30, 100, 400])
def test_unrelated_rows_are_never_joined(n_rows, n_columns):
    for seed in range(6 if n_columns < 800 else 2):
        rng = np.random.default_rng([seed, n_rows, n_columns])
        table = radiomics_like(rng, n_rows, n_columns)
        assert alike_rows(table, own(n_rows)).copies == ()
        tails = rng.standard_t(2, size=(n_rows, 8)) @ rng.normal(size=(8, n_columns))
        noisy = tails + rng.normal(size=tails.shape)
        assert alike_rows(noisy, own(n_rows)).copies == ()


def test_batches_that_lie_far_apart_are_no_copies():
    rng = np.random.default_rng(3)
    batch = rng.integers(0, 8, 160)
    table = radiomics_like(rng, 160, 200) + 60 * rng.normal(size=(8, 200))[batch]
    assert alike_rows(table, own(160)).copies == ()


def test_missing_values_neither_make_nor_hide_copies():
    table, case = with_copies(1, 80, 2, 200, 0.1)
    table[np.random.default_rng(1).random(table.shape) < 0.1] = np.nan
    assert set(alike_rows(table, own(160)).copies) == pairs_of(case)
    table[:20, :150] = np.nan  # rows of which little is known
    assert set(alike_rows(table, own(160)).copies) == {pair for pair in pairs_of(case) if pair[0] >= 20}


def test_rows_of_one_patient_are_alike_by_nature():
    table, case = with_copies(2, 40, 5, 300, 0.6)
    assert alike_rows(table, case.astype(str)).copies == ()
    assert alike_rows(table, own(200)).copies


@pytest.mark.parametrize("noise", [1e-6, 0.1, 0.3])
def test_order_of_rows_and_columns_and_units_do_not_matter(noise):
    table, case = with_copies(4, 50, 3, 107, noise)
    rng = np.random.default_rng(0)
    rows = rng.permutation(150)
    units = 10.0 ** rng.integers(-6, 7, 107)
    moved = (table * units)[rows][:, rng.permutation(107)]
    expected = {tuple(sorted((int(rows[a]), int(rows[b])))) for a, b in alike_rows(moved, own(150)).copies}
    assert expected == set(alike_rows(table, own(150)).copies) == pairs_of(case)


def test_columns_of_few_values_do_not_count():
    rng = np.random.default_rng(0)
    assert alike_rows(rng.integers(0, 3, (200, 60)).astype(float), own(200)).copies == ()
    assert alike_rows(np.ones((30, 8)), own(30)).copies == ()
    assert alike_rows(np.empty((30, 0)), own(30)).copies == ()


def test_large_tables_are_looked_at_in_blocks():
    rng = np.random.default_rng(1)
    table = radiomics_like(rng, 3000, 60)
    table[2900] = table[7] + 0.02 * rng.normal(size=60)
    assert alike_rows(table, own(3000)).copies == ((7, 2900),)


class TestInACohort:
    def cohort(self, noise=0.3, **more):
        table, case = with_copies(0, 60, 4, 851, noise)
        y = np.random.default_rng(0).permutation(np.arange(60) % 2)[case]
        with collected():
            return cohort_from_arrays(table, y, groups=own(240), **more), case

    @pytest.mark.parametrize("noise", [1e-4, 0.01, 0.1, 0.3])
    def test_copies_are_on_one_side_of_every_split_and_named(self, noise):
        cohort, _ = self.cohort(noise)
        case = np.array([int(name[1:]) // 4 for name in cohort.patient])
        assert len(set(cohort.groups.tolist())) == 60
        for split in make_splits(cohort.y, cohort.groups, folds=5, repeats=2, seed=1, key="x"):
            assert not set(case[split.train]) & set(case[split.test])
        (finding,) = duplicate_rows(cohort)
        assert finding.message.startswith("360 pairs of rows")
        assert "such as row001 and row002" in finding.message
        assert "nothing leaks" not in finding.message

    def test_they_are_refused_on_request(self):
        with pytest.raises(DuplicateRows, match="closer than chance"):
            self.cohort(duplicates="refuse")

    def test_labels_have_no_part(self):
        table, case = with_copies(0, 60, 2, 200, 0.2)
        with collected():
            one, other = (
                cohort_from_arrays(table, y, groups=own(120))
                for y in (case % 2, np.random.default_rng(3).permutation(np.arange(120) % 2))
            )
        assert dict(zip(one.patient, one.groups, strict=True)) == dict(
            zip(other.patient, other.groups, strict=True)
        )

    def test_pairs_in_doubt_are_told_and_not_joined(self):
        table, case = with_copies(5, 60, 4, 5, 0.03)
        with collected():
            cohort = cohort_from_arrays(table, case % 2, groups=own(240))
        doubtful = [one.message for one in duplicate_rows(cohort) if "in 50 tables" in one.message]
        assert len(doubtful) == 1
        assert "were not kept together" in doubtful[0]


@pytest.mark.shared_data
@pytest.mark.parametrize("name", TABLES)
def test_published_tables_hold_the_copies_that_are_known(name, shared_data):
    path = shared_data / "radmlbench" / f"{name}.csv.gz"
    rows = pd.read_csv(path).drop(columns=["ID", "Target"]).select_dtypes("number").to_numpy(float)
    found = alike_rows(rows, own(len(rows)))
    same = [(rows[a] == rows[b]).mean() > 0.99 for a, b in found.copies]
    assert len(same) == {"Hosny2018A": 1, "Huang2023": 5}.get(name, 0)
    assert all(same)  # in all but one column or two, value for value
    assert found.doubtful == ()
