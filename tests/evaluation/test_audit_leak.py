"""A column that is the answer is found; a column that separates by chance raises no alarm."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import rankdata

from radiobone.cohort.cohort import Cohort
from radiobone.cohort.readers import cohort_from_arrays
from radiobone.evaluation.audit.separation import chance_of_best
from radiobone.evaluation.audit.suspected_leak import suspected_leak


def noise(seed: int, n: int, p: int, positives: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.arange(n) < (n // 2 if positives is None else positives)).astype(int)
    return rng.normal(size=(n, p)), y


def cohort_of(X: np.ndarray, y: np.ndarray, patients: object = None) -> Cohort:
    rows = np.array([f"r{i}" for i in range(len(y))])
    return Cohort(
        pd.DataFrame(X, index=rows).add_prefix("x"), y, rows if patients is None else np.array(patients, dtype=str),
        rows, None, "target", "1", "0",
    )  # fmt: skip


@pytest.mark.parametrize(("n_positive", "n_negative"), [(5, 5), (7, 7), (6, 9)])
def test_the_chance_of_separation_is_exact_where_it_can_be_counted(n_positive: int, n_negative: int) -> None:
    """Against the exact distribution of the rank sum."""
    from scipy.stats import mannwhitneyu

    def exact(area: float) -> float:
        # labels with the smallest number of inversions that gives this area
        wins = round(area * n_positive * n_negative)
        low = np.arange(n_negative, dtype=float)
        high = np.arange(n_positive, dtype=float) + n_negative
        for _ in range(n_positive * n_negative - wins):
            high, low = _one_inversion(high, low)
        return float(mannwhitneyu(high, low, alternative="greater", method="exact").pvalue)

    for area in (1.0, 1 - 1 / (n_positive * n_negative)):
        bound = chance_of_best(area, n_positive, n_negative, 1)
        expected = 2 * exact(area) * (1 if area == 1 else 2)
        assert bound == pytest.approx(expected, rel=1e-9)


def _one_inversion(high: np.ndarray, low: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    top, bottom = int(np.argmax(low)), int(np.argmin(high))
    high, low = high.copy(), low.copy()
    high[bottom], low[top] = low[top], high[bottom]
    return high, low


def test_the_bound_holds_on_noise() -> None:
    """The best of many noise features reaches its own 5 % bound in at most 5 % of tables, but for sampling error."""
    reached = 0
    for seed in range(300):
        X, y = noise(seed, 16, 200)
        ranks = X.argsort(axis=0).argsort(axis=0) + 1
        areas = (ranks[y == 1].sum(axis=0) - 8 * 9 / 2) / 64
        reached += chance_of_best(float(np.maximum(areas, 1 - areas).max()), 8, 8, 200) <= 0.05
    assert reached <= 300 * 0.05 + 3 * np.sqrt(300 * 0.05 * 0.95)


@pytest.mark.parametrize(("n", "p"), [(12, 851), (14, 851), (16, 851), (20, 2000)])
def test_chance_separation_raises_no_alarm(n: int, p: int) -> None:
    alarms = sum(len(suspected_leak(cohort_of(*noise(seed, n, p)))) for seed in range(20))
    assert alarms <= 1


def test_one_feature_that_separates_14_patients_is_chance() -> None:
    X, y = noise(3, 14, 851)
    X[:, 17] = y + np.random.default_rng(0).uniform(0, 0.5, 14)
    assert suspected_leak(cohort_of(X, y)) == []
    assert len(suspected_leak(cohort_of(X[:, 15:20], y))) == 1  # one of five: no chance


@pytest.mark.parametrize(
    ("n", "p", "positives"),
    [(14, 851, 7), (10, 851, 5), (30, 851, 15), (60, 2000, 12), (100, 3000, 20), (400, 1000, 30)],
)
@pytest.mark.parametrize("flipped", [False, True])
def test_a_copy_of_the_target_is_never_missed(n: int, p: int, positives: int, flipped: bool) -> None:
    X, y = noise(1, n, p, positives)
    X[:, 5] = 2 - y if flipped else y
    [finding] = suspected_leak(cohort_of(X, y))
    assert "x5 (AUC 1.000)" in finding.message
    assert finding.severity == "serious"


@pytest.mark.parametrize(
    ("n", "p", "positives"), [(30, 851, 15), (60, 2000, 12), (100, 3000, 20), (400, 1000, 30)]
)
def test_a_noisy_copy_is_not_missed_at_usual_sizes(n: int, p: int, positives: int) -> None:
    X, y = noise(1, n, p, positives)
    X[:, 5] = y + 0.1 * X[:, 5]
    assert len(suspected_leak(cohort_of(X, y))) == 1


def test_rows_of_one_patient_are_no_further_evidence() -> None:
    X, y = noise(3, 14, 851)
    X[:, 17] = y + np.random.default_rng(0).uniform(0, 0.5, 14)
    many = np.repeat(X, 10, axis=0) + 1e-6 * np.random.default_rng(1).normal(size=(140, 851))
    assert suspected_leak(cohort_of(many, np.repeat(y, 10), np.repeat(np.arange(14), 10))) == []


def test_missing_values_do_not_hide_a_copy() -> None:
    X, y = noise(1, 60, 300)
    X[:10, 5] = np.nan
    X[10:, 5] = y[10:]
    assert len(suspected_leak(cohort_of(X, y))) == 1


def test_extracted_features_and_foreign_columns_are_told_apart() -> None:
    X, y = noise(1, 60, 50)
    X[:, 5] = y
    X[:, 6] = 3 * y + 0.1 * X[:, 6]
    table = pd.DataFrame(X, columns=[f"original_firstorder_F{i}" for i in range(49)] + ["t_score"])
    table["t_score"] = 2.0 * y
    foreign = cohort_from_arrays(table, y, groups=np.arange(60), clinical=["t_score"])
    [finding] = suspected_leak(foreign)
    assert "made from the target" in finding.message
    extracted = replace(foreign, provenance={**foreign.provenance, "extraction": {"settings": {}}})
    measured, told = suspected_leak(extracted)
    assert "scanner" in measured.message
    assert "F5" in measured.message
    assert "t_score" not in measured.message
    assert "made from the target" not in measured.message
    assert "t_score" in told.message
    assert "made from the target" in told.message


def partings(n: int) -> Iterator[list[int]]:
    """All ways to part n ordered values into blocks of equal ones."""
    for cuts in itertools.product((0, 1), repeat=n - 1):
        yield [0, *itertools.accumulate(cuts)]


@pytest.mark.parametrize(("n_positive", "n_negative"), [(2, 3), (3, 3), (4, 3), (4, 4)])
def test_no_feature_with_ties_is_likelier_than_the_bound(n_positive: int, n_negative: int) -> None:
    n = n_positive + n_negative
    chosen = np.array(list(itertools.combinations(range(n), n_positive)))
    labels = np.zeros((len(chosen), n), dtype=np.int64)
    np.put_along_axis(labels, chosen, 1, axis=1)
    for values in partings(n):
        ranks = rankdata(values)
        above = labels @ ranks - n_positive * (n_positive + 1) / 2
        areas = 0.5 + np.abs(above / (n_positive * n_negative) - 0.5)
        for area in np.unique(areas):
            exact = float((areas >= area - 1e-12).mean())
            assert exact <= chance_of_best(float(area), n_positive, n_negative, 1) + 1e-12, (values, area)
