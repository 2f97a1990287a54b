"""The order in which rows are given decides nothing, with or without patients, for arrays, frames and files."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

import radiobone as rb
from radiobone.cohort.canonical import in_canonical_order
from radiobone.cohort.readers import cohort_from_arrays, read_cohort
from radiobone.core.files import content_digest
from radiobone.core.warnings import collected

N = 60
FAST = {
    "steps": ["impute", "scale"], "models": [{"lr": {"C": [0.1, 1.0]}}, {"rf": {"n_estimators": [8]}}],
    "outer": {"folds": 3, "repeats": 2}, "inner": {"folds": 3},
}  # fmt: skip
RNG = np.random.default_rng(0)
ORDER = RNG.permutation(N)
GROUPS = {
    "one row each": np.array([f"p{number:02d}" for number in range(N)]),
    "three rows each": np.array([f"p{number // 3:02d}" for number in range(N)]),
    "none": None,
}


def table(each):
    rng = np.random.default_rng(each)
    y = np.repeat(rng.permutation(np.arange(N // each) % 2), each)
    X = pd.DataFrame(rng.normal(50, 10, size=(N, 6)), columns=[f"f{number}" for number in range(6)])
    X["f0"] += 8 * y
    X.loc[3, "f1"] = np.nan
    return X, y


def evaluated(X, y, groups, **more):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return rb.evaluate(X, y, groups=groups, pipeline=FAST, show_progress=False, **more)


def digest(result, row_of):
    """Digest of every figure and prediction; ``row_of`` says which row of the table each row given is."""
    rows = result.predictions
    place = [int(row_of[int(name.removeprefix("row")) - 1]) for name in rows["row_id"]]
    told = rows.drop(columns=["row_id", "patient_id"]).assign(place=place)
    told = told.sort_values(["repeat", "fold", "place"]).to_dict("list")
    figures = {name: [one.mean, one.low, one.high] for name, one in result.metrics.items()}
    selected = result.selected.to_dict("list")
    folds = [[fold["params"], fold["features"]] for fold in result.result.folds]
    shap = result.explanation.table.drop(columns="row_id").to_dict("list")
    return content_digest(
        [{key: list(map(str, value)) for key, value in told.items()}, figures, selected, folds]
    ), [np.array(shap[name]).tolist() for name in ("value", "shap")]


@pytest.mark.parametrize("name", GROUPS)
@pytest.mark.parametrize("kind", ["frame", "array"])
def test_the_same_bits_for_any_order(name, kind):
    X, y = table(3 if "three" in name else 1)
    groups = GROUPS[name]
    given = X if kind == "frame" else X.to_numpy()
    first = evaluated(given, y, groups)
    moved = X.iloc[ORDER].reset_index(drop=True)
    other = evaluated(
        moved if kind == "frame" else moved.to_numpy(), y[ORDER], None if groups is None else groups[ORDER]
    )
    ours, shap = digest(first, np.arange(N))
    theirs, their_shap = digest(other, ORDER)
    assert ours == theirs
    np.testing.assert_array_equal(np.array(shap), np.array(their_shap))


@pytest.mark.parametrize("name", GROUPS)
def test_predictions_come_back_in_the_order_given(name):
    X, y = table(3 if "three" in name else 1)
    groups = GROUPS[name]
    rows = evaluated(X, y, groups).predictions
    for _, fold in rows.groupby(["repeat", "fold"]):
        place = fold["row_id"].str.removeprefix("row").astype(int).to_numpy() - 1
        assert (np.diff(place) > 0).all()
        assert fold["y"].to_numpy().tolist() == y[place].tolist()
        expected = fold["row_id"] if groups is None else groups[place]
        assert fold["patient_id"].tolist() == list(expected)


@pytest.mark.parametrize("name", GROUPS)
def test_models_and_their_validation_do_not_depend_on_it(name):
    X, y = table(3 if "three" in name else 1)
    groups = GROUPS[name]
    turned = None if groups is None else groups[ORDER]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        one = rb.fit(X, y, groups=groups, pipeline=FAST)
        two = rb.fit(X.iloc[ORDER].reset_index(drop=True), y[ORDER], groups=turned, pipeline=FAST)
        np.testing.assert_array_equal(one.predict(X)["probability"], two.predict(X)["probability"])
        moved = one.predict(X.iloc[ORDER])["probability"]
        np.testing.assert_array_equal(moved, one.predict(X)["probability"].to_numpy()[ORDER])
        judged = rb.validate(one, X, y, groups=groups)
        again = rb.validate(one, X.iloc[ORDER].reset_index(drop=True), y[ORDER], groups=turned)
    assert judged.metrics["auc"] == again.metrics["auc"]
    assert judged.metrics["brier"] == again.metrics["brier"]
    assert judged.predictions["y"].tolist() == y.tolist()
    assert again.predictions["y"].tolist() == y[ORDER].tolist()


def test_a_file_without_ids_in_any_order(tmp_path):
    X, y = table(1)
    frame = X.assign(y=y)
    found = []
    for seed in (None, 1, 2):
        rows = frame if seed is None else frame.sample(frac=1, random_state=seed)
        rows.to_csv(tmp_path / "t.csv", index=False)
        with collected():
            found.append(read_cohort(tmp_path / "t.csv", target="y"))
    for cohort in found[1:]:
        np.testing.assert_array_equal(cohort.X.to_numpy(), found[0].X.to_numpy())
        assert cohort.y.tolist() == found[0].y.tolist()
        assert cohort.patient.tolist() == found[0].patient.tolist()


def test_rows_that_differ_in_late_columns_or_the_target_alone():
    X = np.ones((24, 4))
    X[:, 3] = np.repeat(np.arange(12), 2)
    y = np.tile([0, 1], 12)
    order = np.random.default_rng(2).permutation(24)
    with collected():
        one = cohort_from_arrays(X, y, any_order=True)
        two = cohort_from_arrays(X[order], y[order], any_order=True)
    assert one.X.iloc[:, 3].tolist() == sorted(X[:, 3].tolist())
    np.testing.assert_array_equal(one.X.to_numpy(), two.X.to_numpy())
    assert one.y.tolist() == two.y.tolist() == y.tolist()


def test_derived_rows_keep_their_parent():
    X, y = table(1)
    parents = np.array([None] * 50 + list(range(10)), dtype=object)
    y = np.concatenate([y[:50], y[:10]])
    times = np.arange(N)
    with collected():
        plain = cohort_from_arrays(X, y, parents=parents, times=times)
        cohort = cohort_from_arrays(X, y, parents=parents, times=times, any_order=True)
    told = {row: plain.X.index[up] for row, up in zip(plain.X.index, plain.parent, strict=True) if up >= 0}
    found = {
        row: cohort.X.index[up] for row, up in zip(cohort.X.index, cohort.parent, strict=True) if up >= 0
    }
    assert told == found
    derived = np.flatnonzero(cohort.parent >= 0)
    assert cohort.patient[derived].tolist() == cohort.patient[cohort.parent[derived]].tolist()
    assert in_canonical_order(plain).X.equals(cohort.X)
