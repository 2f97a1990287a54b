"""Outer folds by site, by time and for an external cohort: who is learned from, and who is tested."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.model_selection import LeaveOneGroupOut

from radiobone.cohort.cohort import Cohort
from radiobone.cohort.readers import cohort_from_arrays, read_cohort
from radiobone.core.errors import BadSetting, BadTime, DerivedRow, MissingColumn, TooFewPerClass
from radiobone.core.warnings import collected
from radiobone.evaluation.nested_cv import nested_cv
from radiobone.evaluation.spec import load_pipeline, with_outer
from radiobone.evaluation.splits.outer import outer_splits
from radiobone.evaluation.splits.settings import (
    DatedFolds,
    ExternalCohort,
    KFold,
    SiteFolds,
    TemporalFolds,
)
from radiobone.evaluation.splits.split import check_derived

FAST = {"steps": ["impute", "scale"], "models": [{"lr": {"C": [0.1, 1.0]}}], "inner": {"folds": 3}}


def bare(y, groups, **more):
    n = len(y)
    names = np.array([str(one) for one in groups])
    return Cohort(
        pd.DataFrame({"a": np.arange(n, dtype=float)}, index=[f"r{i}" for i in range(n)]), np.asarray(y), names,
        np.full(n, ""), more.pop("site", None), "t", "1", "0", **more,
    )  # fmt: skip


def arrays(n=60, seed=0):
    rng = np.random.default_rng(seed)
    y = np.tile([0, 1], n // 2)
    return rng.normal(size=(n, 4)) + y[:, None], y


class TestSites:
    def test_folds_are_scikit_learns_where_no_patient_changes_site(self):
        rng = np.random.default_rng(3)
        site = rng.choice(["A", "B", "C"], 90)
        cohort = bare(rng.integers(0, 2, 90), np.arange(90), site=site)
        expected = LeaveOneGroupOut().split(np.zeros(90), groups=site)
        for split, (train, test) in zip(outer_splits(cohort, SiteFolds(), seed=0), expected, strict=True):
            np.testing.assert_array_equal(split.train, train)
            np.testing.assert_array_equal(split.test, test)

    def test_a_patient_of_two_sites_is_tested_at_both_and_learned_from_at_neither(self):
        site = np.array(["A"] * 10 + ["B"] * 10 + ["C"] * 10)
        groups = np.arange(30)
        groups[10] = groups[0]  # one patient at A and B
        splits = outer_splits(bare(np.tile([0, 1], 15), groups, site=site), SiteFolds(), seed=0)
        assert [split.name for split in splits] == ["site A", "site B", "site C"]
        assert 0 in splits[0].test
        assert 10 not in splits[0].train
        assert 10 in splits[1].test
        assert 0 not in splits[1].train
        assert {0, 10} <= set(splits[2].train)

    def test_sites_that_are_not_known_or_one_only_are_refused(self):
        with pytest.raises(BadSetting, match="--site"):
            outer_splits(bare([0, 1] * 5, range(10)), SiteFolds(), seed=0)
        with pytest.raises(BadSetting, match="all rows are from 'A'"):
            outer_splits(bare([0, 1] * 5, range(10), site=np.full(10, "A")), SiteFolds(), seed=0)

    def test_a_site_that_holds_all_of_a_class_is_named(self):
        y = np.array([1] * 10 + [0] * 10)
        with pytest.raises(TooFewPerClass, match="site A"):
            outer_splits(bare(y, range(20), site=np.where(y == 1, "A", "B")), SiteFolds(), seed=0)


class TestTime:
    def test_the_last_rows_are_tested(self):
        times = np.random.default_rng(0).permutation(100).astype(float)
        (split,) = outer_splits(bare([0, 1] * 50, range(100), time=times), TemporalFolds(), seed=0)
        assert times[split.train].max() == 69
        assert sorted(times[split.test]) == list(range(70, 100))

    def test_several_cuts_learn_from_all_that_came_before(self):
        cohort = bare([0, 1] * 50, range(100), time=np.arange(100.0))
        splits = outer_splits(cohort, TemporalFolds(cuts=3), seed=0)
        assert [(len(split.train), split.test.tolist()) for split in splits] == [
            (70, list(range(70, 80))), (80, list(range(80, 90))), (90, list(range(90, 100))),
        ]  # fmt: skip

    def test_given_cuts_divide_dates_and_the_day_itself_is_later(self):
        days = np.datetime64("2018-12-22", "ns") + np.arange(20).astype("timedelta64[D]")
        cohort = bare([0, 1] * 10, range(20), time=days)
        (split,) = outer_splits(cohort, DatedFolds(cuts=("2019-01-01",)), seed=0)
        assert split.test.tolist() == list(range(10, 20))
        assert split.name == "from 2019-01-01 on"

    def test_a_patient_on_both_sides_of_a_cut_is_not_learned_from(self):
        groups = np.arange(20)
        groups[19] = groups[0]
        (split,) = outer_splits(bare([0, 1] * 10, groups, time=np.arange(20.0)), TemporalFolds(), seed=0)
        assert 19 in split.test
        assert 0 not in [*split.train, *split.test]

    @pytest.mark.parametrize(
        ("outer", "error", "match"),
        [
            (TemporalFolds(cuts=9), BadSetting, "different times"),
            (DatedFolds(cuts=(0,)), BadSetting, "learn from before"),
            (DatedFolds(cuts=(99,)), BadSetting, "test on from"),
            (DatedFolds(cuts=(3, 2)), BadTime, "ascending"),
            (DatedFolds(cuts=("2019-01-01",)), BadTime, "column of numbers"),
        ],
    )
    def test_cuts_that_make_no_sense_are_named(self, outer, error, match):
        with pytest.raises(error, match=match):
            outer_splits(bare([0, 1] * 10, range(20), time=np.repeat([1.0, 2, 3, 4], 5)), outer, seed=0)

    def test_dates_of_a_table_are_read_and_doubtful_ones_refused(self, tmp_path):
        X, y = arrays(20)
        table = pd.DataFrame(X, columns=list("abcd")).assign(
            pid=[f"P{i}" for i in range(20)], y=y, day=[f"2019-01-{i + 1:02d}" for i in range(20)]
        )
        table.to_csv(tmp_path / "t.csv", index=False)
        cohort = read_cohort(tmp_path / "t.csv", target="y", id="pid", time="day")
        order = [int(name[1:]) for name in cohort.patient]
        assert (np.argsort(cohort.time) == np.argsort(order)).all()
        assert "day" not in cohort.X.columns
        table.assign(day="03/04/2019").to_csv(tmp_path / "u.csv", index=False)
        with pytest.raises(BadTime, match="2019-04-03"):
            read_cohort(tmp_path / "u.csv", target="y", id="pid", time="day")
        table.assign(day=[None, *table["day"][1:]]).to_csv(tmp_path / "v.csv", index=False)
        with pytest.raises(BadTime, match="first: row 1"):
            read_cohort(tmp_path / "v.csv", target="y", id="pid", time="day")
        with pytest.raises(MissingColumn, match="dya"):
            read_cohort(tmp_path / "t.csv", target="y", id="pid", time="dya")


class TestExternal:
    def test_marked_rows_are_tested_and_their_patients_not_learned_from(self):
        marked = np.arange(30) >= 20
        groups = np.arange(30)
        groups[25] = groups[3]
        (split,) = outer_splits(bare([0, 1] * 15, groups, external=marked), ExternalCohort(), seed=0)
        assert split.test.tolist() == list(range(20, 30))
        assert split.train.tolist() == [row for row in range(20) if row != 3]

    def test_marks_may_be_words_or_a_named_value(self, tmp_path):
        X, y = arrays(20)
        table = pd.DataFrame(X, columns=list("abcd")).assign(
            pid=[f"P{i:02d}" for i in range(20)], y=y, cohort=["internal"] * 15 + ["external"] * 5,
            town=["Ulm"] * 14 + ["Bonn"] * 6,
        )  # fmt: skip
        table.to_csv(tmp_path / "t.csv", index=False)
        roles = {"target": "y", "id": "pid"}
        assert read_cohort(tmp_path / "t.csv", **roles, external="cohort").external.sum() == 5
        assert read_cohort(tmp_path / "t.csv", **roles, external="town=Bonn").external.sum() == 6
        with pytest.raises(BadSetting, match="town=VALUE"):
            read_cohort(tmp_path / "t.csv", **roles, external="town")
        with pytest.raises(BadSetting, match="Bonn, Ulm"):
            read_cohort(tmp_path / "t.csv", **roles, external="town=Köln")

    def test_an_external_cohort_is_never_mixed_in_silently(self):
        cohort = bare([0, 1] * 15, range(30), external=np.arange(30) >= 20)
        with pytest.raises(BadSetting, match="outer external"):
            outer_splits(cohort, KFold(), seed=0)


class TestDerivedRows:
    @settings(deadline=None, max_examples=60)
    @given(st.integers(0, 10_000), st.sampled_from([KFold(folds=3), SiteFolds(), TemporalFolds(cuts=2)]))
    def test_they_are_never_tested_and_learned_from_only_beside_their_parent(self, seed, outer):
        rng = np.random.default_rng(seed)
        X, y = arrays(60, seed)
        made_from = rng.integers(0, 60, 30)
        parents = [*[None] * 60, *made_from[:25], *range(60, 65)]  # the last are copies of copies
        rows = np.append(np.arange(60), [*made_from[:25], *made_from[:5]])
        cohort = cohort_from_arrays(
            X[rows], y[rows], groups=[f"p{i}" for i in range(90)], parents=parents,
            sites=rng.choice(["A", "B", "C"], 90), times=rng.permutation(90),
        )  # fmt: skip
        assert cohort.n_patients == 60
        for split in outer_splits(cohort, outer, seed=seed):
            assert (cohort.parent[split.test] < 0).all()
            made = cohort.parent[split.train]
            assert set(made[made >= 0].tolist()) <= set(split.train.tolist())
            every = np.flatnonzero(np.isin(cohort.parent, split.train))
            assert set(every.tolist()) <= set(split.train.tolist())
        check_derived(outer_splits(cohort, outer, seed=seed), cohort.parent)

    def test_rows_of_a_table_name_the_row_they_were_made_from(self, tmp_path):
        X, y = arrays(24)
        ids = [f"P{i:02d}" for i in range(20)] + [f"aug{i}" for i in range(4)]
        table = pd.DataFrame(X, columns=list("abcd")).assign(pid=ids, y=y, source=[""] * 20 + ids[:4])
        table.to_csv(tmp_path / "t.csv", index=False)
        cohort = read_cohort(tmp_path / "t.csv", target="y", id="pid", parent="source")
        names = list(cohort.X.index)
        assert {names[row]: names[cohort.parent[row]] for row in np.flatnonzero(cohort.derived)} == {
            f"aug{i}": f"P{i:02d}" for i in range(4)
        }
        table.assign(source=["P99", *table["source"][1:]]).to_csv(tmp_path / "u.csv", index=False)
        with pytest.raises(DerivedRow, match="'P99'"):
            read_cohort(tmp_path / "u.csv", target="y", id="pid", parent="source")

    def test_rows_that_are_made_from_each_other_are_refused(self):
        X, y = arrays(20)
        with pytest.raises(DerivedRow, match="made from it"):
            cohort_from_arrays(X, y, groups=range(20), parents=[1, 2, 0, *[None] * 17])

    def test_predictions_are_of_measured_rows_alone(self):
        X, y = arrays(48)
        cohort = cohort_from_arrays(X, y, groups=range(48), parents=[*[None] * 40, *range(8)])
        result = nested_cv(cohort, load_pipeline({**FAST, "outer": {"folds": 3}}), show_progress=False).result
        assert len(result.predictions) == 40
        assert result.summary["n_rows_derived"] == 8


class TestPipelineFile:
    @pytest.mark.parametrize(
        ("given", "expected"),
        [
            ({"folds": 4, "repeats": 2}, KFold(folds=4, repeats=2)),
            ("site", SiteFolds()),
            ({"kind": "temporal", "cuts": 2}, TemporalFolds(cuts=2)),
            ({"kind": "dated", "cuts": [2015, 2018]}, DatedFolds(cuts=(2015, 2018))),
            ("external", ExternalCohort()),
        ],
    )
    def test_outer_folds_are_named_in_a_word_or_written_out(self, given, expected):
        assert load_pipeline({**FAST, "outer": given}).outer == expected
        assert with_outer(load_pipeline(FAST), given).outer == expected

    def test_a_kind_that_the_pipeline_has_stays_as_it_is(self):
        spec = load_pipeline({**FAST, "outer": {"folds": 7}})
        assert with_outer(spec, "kfold") is spec
        assert with_outer(spec, None) is spec
        assert with_outer(spec, "{kind: temporal, cuts: 3}").outer == TemporalFolds(cuts=3)

    @pytest.mark.parametrize(
        "wrong", ["sites", {"kind": "site", "folds": 3}, {"kind": "temporal", "cuts": 0}]
    )
    def test_mistakes_are_named(self, wrong):
        with pytest.raises(Exception, match="outer") as caught:
            with_outer(load_pipeline(FAST), wrong)
        assert caught.value.code in ("BadSetting", "BadConfig")


def test_a_fold_with_one_class_has_no_auc_is_counted_and_not_imputed():
    X, y = arrays(60)
    site = np.array(["A", "A", "B", "B"] * 15)
    site[np.flatnonzero(y == 1)[:5]] = "C"
    with collected():
        cohort = cohort_from_arrays(X, y, groups=range(60), sites=site)
        result = nested_cv(cohort, load_pipeline({**FAST, "outer": "site"}), show_progress=False).result
    by_name = {fold["name"]: fold["auc"] for fold in result.folds}
    assert by_name["site C"] is None
    there = [value for value in by_name.values() if value is not None]
    assert result.metrics["auc"].mean == pytest.approx(np.mean(there))
    assert result.metrics["auc"].n_folds == len(there)
    assert result.summary["n_folds_without_auc"] == len(by_name) - len(there) > 0
    assert "hold(s) one class" in repr(result)
