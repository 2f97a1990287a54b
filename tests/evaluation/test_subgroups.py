"""Subgroups: who is in them, their figures by scikit-learn, and what is too small to be shown."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from sklearn.metrics import (
    brier_score_loss,
    cohen_kappa_score,
    mean_absolute_error,
    r2_score,
    roc_auc_score,
)

from radiobone.cohort.cohort import Cohort
from radiobone.cohort.task import Binary, Number, Ordinal
from radiobone.core.errors import BadSetting, MissingColumn
from radiobone.evaluation.subgroup_summary import subgroup_summary
from radiobone.evaluation.subgroups import SubgroupRequest, find_subgroups

TABLE = pd.DataFrame(
    {
        "sex": ["F", "M", "F", None, "M", "F"],
        "age": [64.0, 65.0, 80.0, 50.0, np.nan, 65.0],
        "grade": ["1", "2", "1.0", "2", "2", "1"],
        "ratio:5": [1, 1, 0, 0, 1, 1],
    }
)


def rows_of(text):
    found = find_subgroups(TABLE, SubgroupRequest(columns=text))
    return {(one.column, one.label): np.flatnonzero(one.here).tolist() for one in found}


def test_words_and_cuts():
    assert rows_of("sex, age:65") == {
        ("sex", "F"): [0, 2, 5],
        ("sex", "M"): [1, 4],
        ("age", "< 65"): [0, 3],
        ("age", "≥ 65"): [1, 2, 5],
    }
    assert rows_of("age:<=65")[("age", "≤ 65")] == [0, 1, 3, 5]
    assert rows_of("age:>65") == rows_of("age:<=65")
    assert rows_of("age:>=65") == rows_of("age:<65") == rows_of("age:65")
    assert rows_of("grade") == {("grade", "1"): [0, 2, 5], ("grade", "2"): [1, 3, 4]}
    assert set(rows_of("ratio:5")) == {("ratio:5", "0"), ("ratio:5", "1")}  # a column that is called so


def test_what_is_refused():
    many = pd.DataFrame({"age": np.arange(40.0), "name": [f"n{i}" for i in range(40)]})
    for text, table, error, told in (
        ("sexe", TABLE, MissingColumn, "Did you mean 'sex'"),
        ("sex:3", TABLE, BadSetting, "holds words"),
        ("age", many, BadSetting, "Cut it: age:65"),
        ("name", many, BadSetting, "40 different values"),
        (" , ", TABLE, BadSetting, "no column"),
    ):
        with pytest.raises(error, match=told):
            find_subgroups(table, SubgroupRequest(columns=text))
    with pytest.raises(ValidationError):
        SubgroupRequest(columns="sex", min_patients=1)


LEVELS = ("normal", "osteopenia", "osteoporosis")


def cohort_of(y, patient, task):
    rows = [f"r{k:04d}" for k in range(len(y))]
    levels = LEVELS if task.kind == "ordinal" else ()
    names = np.array([f"P{k:04d}" for k in patient])
    roi = np.full(len(y), "")
    return Cohort(
        pd.DataFrame({"f": 0.0}, index=rows), y, names, roi, None, "t", "1", "0", task=task, levels=levels
    )


def held(cohort, repeats, **columns):
    """A table of predictions, a block per repeat, in folds that are to be pooled."""
    position = np.tile(np.arange(cohort.n_rows), repeats)
    return pd.DataFrame(
        {
            "row_id": np.asarray(cohort.X.index)[position],
            "repeat": np.repeat(np.arange(repeats), cohort.n_rows),
            "fold": position % 3,
            "y": cohort.y[position],
            **columns,
        }
    )


def sexes(rng, n):
    sex = np.where(rng.random(n) < 0.5, "F", "M")
    sex[:8] = "X"
    return sex


def planted(seed=0, n=120, repeats=2):
    """The score tells the classes apart among women alone."""
    rng = np.random.default_rng(seed)
    y, sex = np.arange(n) % 2, sexes(rng, n)
    score = rng.normal(size=(repeats, n)) + 2.5 * y * (sex == "F")
    p = 1 / (1 + np.exp(-score.ravel()))
    cohort = cohort_of(y, np.arange(n) // 2, Binary())
    return cohort, held(cohort, repeats, probability=p, predicted=(p >= 0.5).astype(int)), sex


def graded(task, seed=0, n=180, repeats=2):
    """A T-score of patients with two rows each, or its class, known well of women alone."""
    rng = np.random.default_rng(seed)
    truth, sex = np.repeat(rng.normal(-1.7, 1.2, n // 2), 2), np.repeat(sexes(rng, n // 2), 2)
    seen = truth + rng.normal(size=(repeats, n)) * np.where(sex == "F", 0.3, 1.5)
    if task == "number":
        cohort = cohort_of(truth, np.arange(n) // 2, Number())
        return cohort, held(cohort, repeats, predicted=seen.ravel()), sex
    cohort = cohort_of(np.digitize(-truth, [1.0, 2.5]), np.arange(n) // 2, Ordinal())
    distance = -np.abs(seen.ravel()[:, None] - np.array([-0.2, -1.75, -3.3]))
    p = np.exp(2 * distance) / np.exp(2 * distance).sum(axis=1, keepdims=True)
    columns = {f"probability_{level}": p[:, code] for code, level in enumerate(LEVELS)}
    return cohort, held(cohort, repeats, **columns, predicted=p.argmax(axis=1)), sex


def summary_of(planted, request):
    cohort, rows, sex = planted
    groups = find_subgroups(pd.DataFrame({"sex": sex}), request)
    found = subgroup_summary(groups, cohort, rows, request, seed=0)
    return {one["label"]: one for one in found["groups"]}, found


def parts_of(planted, label):
    """The rows of a group in each repeat."""
    cohort, rows, sex = planted
    members = set(np.asarray(cohort.X.index)[sex == label])
    return [block for _, block in rows[rows["row_id"].isin(members)].groupby("repeat")]


def mean_of(parts, score):
    return pytest.approx(np.mean([score(part) for part in parts]))


def test_figures_are_scikit_learns_per_repeat():
    tables = planted()
    groups, _ = summary_of(tables, SubgroupRequest(columns="sex", min_patients=10))
    for label in "FM":
        parts, metrics = parts_of(tables, label), groups[label]["metrics"]
        assert metrics["auc"]["mean"] == mean_of(
            parts, lambda one: roc_auc_score(one["y"], one["probability"])
        )
        brier = mean_of(parts, lambda one: brier_score_loss(one["y"], one["probability"]))
        assert metrics["brier"]["mean"] == brier
    assert groups["F"]["metrics"]["auc"]["low"] > groups["M"]["metrics"]["auc"]["high"]
    assert groups["M"]["metrics"]["auc"]["low"] < 0.5 < groups["M"]["metrics"]["auc"]["high"]
    small = groups["X"]
    assert (small["n_patients"], small["metrics"]) == (4, None)
    assert "not shown" in small["note"]


def test_ordered_classes_have_kappa_and_an_auc_per_boundary():
    tables = graded("ordinal")
    groups, found = summary_of(tables, SubgroupRequest(columns="sex", min_patients=10, min_events=3))
    for label in "FM":
        parts, metrics = parts_of(tables, label), groups[label]["metrics"]
        kappa = mean_of(
            parts,
            lambda one: cohen_kappa_score(one["y"], one["predicted"], weights="quadratic", labels=[0, 1, 2]),
        )
        assert metrics["quadratic_kappa"]["mean"] == kappa
        worst = mean_of(parts, lambda one: roc_auc_score(one["y"] == 2, one["probability_osteoporosis"]))
        assert metrics["auc_beyond_2"]["mean"] == worst
        either = mean_of(
            parts,
            lambda one: roc_auc_score(
                one["y"] > 0, one["probability_osteopenia"] + one["probability_osteoporosis"]
            ),
        )
        assert metrics["auc_beyond_1"]["mean"] == either
        assert sum(groups[label]["n_of_class"]) == groups[label]["n_patients"]
        assert all(one["low"] <= one["mean"] <= one["high"] for one in metrics.values())
        assert all("the model kept" in one["method"] for one in metrics.values())
    assert (
        groups["F"]["metrics"]["quadratic_kappa"]["low"] > groups["M"]["metrics"]["quadratic_kappa"]["high"]
    )
    assert "of a class" in groups["X"]["note"]
    assert "how the classes are mixed" in found["caution"]


def test_numbers_have_errors_and_bias_and_no_classes():
    tables = graded("number")
    groups, found = summary_of(tables, SubgroupRequest(columns="sex", min_patients=10, min_events=80))
    for label in "FM":
        parts, metrics = parts_of(tables, label), groups[label]["metrics"]
        mae = mean_of(parts, lambda one: mean_absolute_error(one["y"], one["predicted"]))
        assert metrics["mae"]["mean"] == mae
        assert metrics["r2"]["mean"] == mean_of(parts, lambda one: r2_score(one["y"], one["predicted"]))
        assert metrics["bias"]["mean"] == mean_of(parts, lambda one: (one["predicted"] - one["y"]).mean())
        assert groups[label]["mean"] == pytest.approx(parts[0]["y"].mean())
    assert groups["F"]["metrics"]["mae"]["high"] < groups["M"]["metrics"]["mae"]["low"]
    assert groups["X"]["note"] == "not shown: fewer than 10 patients"
    assert "R² depends on" in found["caution"]


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize("task", ["ordinal", "number"])
def test_intervals_of_graded_groups_hold_the_truth_of_patients(task):
    """The interval of a group covers what very many such patients show, in about 95 of 100 cohorts."""
    key = {"ordinal": "quadratic_kappa", "number": "mae"}[task]
    request = SubgroupRequest(columns="sex", min_patients=10, min_events=2)
    parts = parts_of(graded(task, seed=999, n=60_000, repeats=1), "F")[0]
    truth = (
        mean_absolute_error(parts["y"], parts["predicted"])
        if task == "number"
        else cohen_kappa_score(parts["y"], parts["predicted"], weights="quadratic")
    )
    inside = []
    for seed in range(60):
        groups, _ = summary_of(graded(task, seed=seed, n=160, repeats=1), request)
        one = groups["F"]["metrics"][key]
        inside.append(one["low"] <= truth <= one["high"])
    assert np.mean(inside) >= 0.85


def test_the_minimum_counts_patients_of_both_classes():
    for more, shown in (({"min_patients": 4, "min_events": 4}, True), ({"min_patients": 4}, False)):
        groups, _ = summary_of(planted(), SubgroupRequest(columns="sex", **more))
        assert (groups["X"]["metrics"] is not None) == shown  # 4 patients with rows of each class


def test_a_class_that_no_one_has_is_not_asked_of_a_group():
    cohort, rows, sex = graded("ordinal")
    lower = cohort.y < 2
    less = cohort_of(cohort.y[lower], np.flatnonzero(lower) // 2, Ordinal())
    renamed = dict(zip(np.asarray(cohort.X.index)[lower], less.X.index, strict=True))
    kept = rows[rows["row_id"].isin(renamed)].assign(row_id=lambda one: one["row_id"].map(renamed))
    groups, _ = summary_of((less, kept, sex[lower]), SubgroupRequest(columns="sex", min_patients=5))
    assert groups["F"]["metrics"]["quadratic_kappa"]["mean"] is not None
    assert groups["F"]["metrics"]["auc_beyond_2"]["mean"] is None
    assert groups["F"]["n_of_class"][2] == 0


@given(seed=st.integers(0, 100), kind=st.sampled_from(["binary", "ordinal", "number"]))
@settings(max_examples=8, deadline=None)
def test_a_group_does_not_depend_on_who_else_is_there(seed, kind):
    cohort, rows, sex = planted(seed, n=80) if kind == "binary" else graded(kind, seed, n=100)
    request = SubgroupRequest(columns="sex", min_patients=5, min_events=2)
    groups, _ = summary_of((cohort, rows, sex), request)
    here = rows["row_id"].isin(set(np.asarray(cohort.X.index)[sex == "F"]))
    apart = subgroup_summary((), cohort, rows[here], request, seed=0)
    assert groups["F"]["metrics"] == apart["all"]["metrics"]
