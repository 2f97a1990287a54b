"""Subgroups: who is in them, their figures by scikit-learn, and what is too small to be shown."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from sklearn.metrics import brier_score_loss, roc_auc_score

from radiobone.core.errors import BadSetting, MissingColumn
from radiobone.evaluation.subgroups import SubgroupRequest, find_subgroups, subgroup_summary
from radiobone.evaluation.weighted import HeldOut

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


def planted(seed=0, n=120, repeats=2):
    """The score tells the classes apart among women alone."""
    rng = np.random.default_rng(seed)
    y, sex = np.arange(n) % 2, np.where(rng.random(n) < 0.5, "F", "M")
    sex[:8] = "X"
    score = rng.normal(size=(repeats, n)) + 2.5 * y * (sex == "F")
    p = 1 / (1 + np.exp(-score.ravel()))
    position = np.tile(np.arange(n), repeats)
    rows = HeldOut(y[position], p, (p >= 0.5).astype(int), position // 2, np.repeat(np.arange(repeats), n))
    return rows, position, pd.DataFrame({"sex": sex})


def test_figures_are_scikit_learns_per_repeat():
    rows, position, table = planted()
    request = SubgroupRequest(columns="sex", min_patients=10)
    found = subgroup_summary(find_subgroups(table, request), rows, position, request, seed=0)
    by_label = {one["label"]: one for one in found["groups"]}
    for label in "FM":
        parts = [
            (rows.y[here], rows.probability[here])
            for here in ((table["sex"].to_numpy()[position] == label) & (rows.fold == n) for n in (0, 1))
        ]
        metrics = by_label[label]["metrics"]
        assert metrics["auc"]["mean"] == pytest.approx(np.mean([roc_auc_score(*one) for one in parts]))
        assert metrics["brier"]["mean"] == pytest.approx(np.mean([brier_score_loss(*one) for one in parts]))
    assert by_label["F"]["metrics"]["auc"]["low"] > by_label["M"]["metrics"]["auc"]["high"]
    assert by_label["M"]["metrics"]["auc"]["low"] < 0.5 < by_label["M"]["metrics"]["auc"]["high"]
    small = by_label["X"]
    assert (small["n_patients"], small["metrics"]) == (4, None)
    assert "not shown" in small["note"]


def test_the_minimum_counts_patients_of_both_classes():
    rows, position, table = planted()
    for more, shown in (({"min_patients": 4, "min_events": 4}, True), ({"min_patients": 4}, False)):
        request = SubgroupRequest(columns="sex", **more)
        found = subgroup_summary(find_subgroups(table, request), rows, position, request, seed=0)
        small = next(one for one in found["groups"] if one["label"] == "X")
        assert (small["metrics"] is not None) == shown  # 4 patients with rows of each class


@given(seed=st.integers(0, 100))
@settings(max_examples=8, deadline=None)
def test_a_group_does_not_depend_on_who_else_is_there(seed):
    rows, position, table = planted(seed, n=80)
    request = SubgroupRequest(columns="sex", min_patients=5)
    together = subgroup_summary(find_subgroups(table, request), rows, position, request, seed=0)
    here = table["sex"].to_numpy()[position] == "F"
    alone = HeldOut(
        *(getattr(rows, name)[here] for name in ("y", "probability", "predicted", "patient", "fold"))
    )
    apart = subgroup_summary((), alone, position[here], request, seed=0)
    of_women = next(one for one in together["groups"] if one["label"] == "F")
    assert of_women["metrics"] == apart["all"]["metrics"]
