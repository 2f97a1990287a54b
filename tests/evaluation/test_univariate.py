"""Every feature by itself, against scipy and scikit-learn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.metrics import roc_auc_score

from radiobone.cohort.cohort import Cohort
from radiobone.cohort.task import parse_task
from radiobone.evaluation.delong import auc_covariance, auc_interval
from radiobone.evaluation.description import chosen_correlation, describe, load_description, most_chosen
from radiobone.evaluation.univariate import univariate

N = 60


def cohort_of(kind: str, *, patients: int = N) -> Cohort:
    rng = np.random.default_rng(3)
    levels = ("low", "middle", "high") if kind == "ordinal" else ()
    y = {"binary": np.arange(N) % 2, "ordinal": np.arange(N) % 3, "number": rng.normal(size=N)}[kind]
    X = pd.DataFrame(rng.normal(size=(N, 70)), columns=[f"f{i}" for i in range(70)], index=map(str, range(N)))
    X["f0"] += y
    X["f1"] = np.round(X["f1"])  # ties
    X.loc[X.index[:9], "f2"] = np.nan
    X["f3"] = 4.0
    X["f4"] = np.nan
    task = parse_task(kind, order=levels or None)
    patient = np.array([f"p{i % patients:02d}" for i in range(N)])
    return Cohort(X, y, patient, np.full(N, ""), None, "t", "1", "0", task=task, levels=levels)


def rows_of(cohort: Cohort) -> pd.DataFrame:
    return univariate(cohort).set_index("feature")


def test_two_classes_agree_with_scipy_and_scikit_learn():
    cohort = cohort_of("binary")
    found = rows_of(cohort)
    for name in ("f0", "f1", "f2", "f69"):
        there = cohort.X[name].notna().to_numpy()
        values, y = cohort.X[name].to_numpy()[there], cohort.y[there]
        test = stats.mannwhitneyu(values[y == 1], values[y == 0], method="asymptotic")
        assert found.loc[name, "statistic"] == pytest.approx(test.statistic)
        assert found.loc[name, "p"] == pytest.approx(test.pvalue)
        assert found.loc[name, "effect"] == pytest.approx(roc_auc_score(y, values))
        assert found.loc[name, "median_0"] == np.median(values[y == 0])
        assert found.loc[name, "median_1"] == np.median(values[y == 1])
        assert found.loc[name, "n_missing"] == (~there).sum()
        interval = auc_interval(auc_covariance(y, values))
        assert found.loc[name, ["low", "high"]].tolist() == pytest.approx([interval.low, interval.high])


def test_ordered_classes_and_numbers_agree_with_scipy():
    cohort = cohort_of("ordinal")
    values = cohort.X["f0"].to_numpy()
    test = stats.kruskal(*(values[cohort.y == level] for level in range(3)))
    one = rows_of(cohort).loc["f0"]
    assert (one["statistic"], one["p"]) == pytest.approx((test.statistic, test.pvalue))
    assert one["median_2"] == np.median(values[cohort.y == 2])
    cohort = cohort_of("number")
    found = rows_of(cohort)
    for name in ("f0", "f1", "f2"):
        there = cohort.X[name].notna().to_numpy()
        test = stats.spearmanr(cohort.X[name][there], cohort.y[there])
        assert (found.loc[name, "effect"], found.loc[name, "p"]) == pytest.approx(
            (test.statistic, test.pvalue)
        )
        assert found.loc[name, "low"] < found.loc[name, "effect"] < found.loc[name, "high"]


@pytest.mark.parametrize("kind", ["binary", "ordinal", "number"])
def test_false_discoveries_are_corrected_over_all_columns_that_could_be_tested(kind):
    found = rows_of(cohort_of(kind))
    tested = found["p"].notna()
    assert not tested["f4"]
    wanted = stats.false_discovery_control(found.loc[tested, "p"], method="bh")
    assert found.loc[tested, "p_bh"].to_numpy() == pytest.approx(wanted)
    assert found.loc["f4", ["n", "n_missing"]].tolist() == [0, N]
    assert np.isnan(found.loc["f3", "low"])


def test_rows_of_a_patient_are_kept_together_in_the_interval_of_the_auc():
    cohort = cohort_of("binary", patients=20)
    one = rows_of(cohort).loc["f0"]
    clustered = auc_interval(auc_covariance(cohort.y, cohort.X["f0"], cohort.patient))
    assert one[["low", "high"]].tolist() == pytest.approx([clustered.low, clustered.high])
    alone = auc_interval(auc_covariance(cohort.y, cohort.X["f0"]))
    assert one["low"] != pytest.approx(alone.low)


def test_rows_made_from_others_are_not_described():
    cohort = cohort_of("binary")
    parent = np.full(N, -1)
    parent[40:] = 0
    with_copies = rows_of(replace(cohort, parent=parent))
    measured = replace(
        cohort, X=cohort.X.iloc[:40], y=cohort.y[:40], patient=cohort.patient[:40], roi=cohort.roi[:40]
    )
    pd.testing.assert_frame_equal(with_copies, rows_of(measured))


def test_the_order_of_rows_changes_nothing():
    cohort = cohort_of("binary")
    turned = replace(cohort, X=cohort.X[::-1], y=cohort.y[::-1], patient=cohort.patient[::-1])
    pd.testing.assert_frame_equal(univariate(cohort), univariate(turned))


def test_correlations_of_the_features_chosen_most_often(tmp_path):
    cohort = cohort_of("binary")
    selected = pd.DataFrame({"feature": ["f2", "f1", "f0", "f1", "f2", "f3", "gone"]})
    assert most_chosen(selected) == ["f1", "f2", "f0", "f3", "gone"]
    assert most_chosen(selected, most=1) == ["f1"]
    found = chosen_correlation(cohort, most_chosen(selected))
    assert found["feature"].tolist() == ["f1", "f2", "f0", "f3"]
    there = cohort.X["f2"].notna()
    wanted = stats.spearmanr(cohort.X["f1"][there], cohort.X["f2"][there]).statistic
    assert found.loc[0, "1"] == found.loc[1, "0"] == pytest.approx(wanted)
    assert np.isnan(found.loc[0, "3"])  # a constant column correlates with nothing
    described = describe(cohort, selected)
    described.save(tmp_path)
    again = load_description(tmp_path)
    pd.testing.assert_frame_equal(again.univariate, described.univariate)
    pd.testing.assert_frame_equal(again.correlation, described.correlation)
