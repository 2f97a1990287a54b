"""The leaky twin inflates on noise where the honest pipeline does not, and stays out of every result."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from radiobone.cohort.readers import cohort_from_arrays
from radiobone.core.warnings import collected
from radiobone.evaluation.spec import load_pipeline
from radiobone.evaluation.splits.outer import outer_splits
from radiobone.evaluation.wrong_way.leaky_table import NEW_ROW, leaky_folds, leaky_tables
from radiobone.selection.mannwhitney import MannWhitneyFilter
from radiobone.selection.scale import ZScore
from radiobone.workflow.study import evaluate


def noise(seed, n=60, columns=400, share=0.5):
    rng = np.random.default_rng(seed)
    y = rng.permutation((np.arange(n) < share * n).astype(int))
    return rng.normal(size=(n, columns)), y


def spec(*steps, model="lr", **more):
    params = {"lr": {"C": [1.0]}, "knn": {"n_neighbors": [1]}}[model]
    base = {"outer": {"folds": 5, "repeats": 1}, "inner": {"folds": 2}, "models": [{model: params}]}
    return load_pipeline({"steps": list(steps), **base, **more})


def as_judged(result):
    """Return positions of the rows given, in the order in which the folds count them."""
    return [int(name.removeprefix("row")) - 1 for name in result.splits["rows"]]


def metered(seed, pipeline, share=0.5, columns=400):
    X, y = noise(seed, share=share, columns=columns)
    with collected():
        return evaluate(
            X, y, groups=np.arange(60), pipeline=pipeline, seed=seed, optimism_meter=True, show_progress=False
        ).result


SELECTING = spec("impute", "scale", {"mannwhitney": {"max_features": 8, "min_features": 8}})


@pytest.mark.parametrize(
    ("pipeline", "share", "columns", "least"),
    [(SELECTING, 0.5, 300, 0.2), (spec("impute", "scale", "random_over", model="knn"), 0.25, 20, 0.2)],
    ids=["selection on all rows", "resampling before the split"],
)
def test_on_noise_the_wrong_way_inflates_and_the_honest_does_not(pipeline, share, columns, least):
    found = [metered(seed, pipeline, share, columns).summary["optimism_meter"] for seed in range(6)]
    honest = np.array([one["honest_auc"] for one in found])
    wrong = np.array([one["wrong_way_auc"] for one in found])
    assert abs(honest.mean() - 0.5) < 3.3 * honest.std(ddof=1) / np.sqrt(len(honest))
    assert wrong.mean() > 0.5 + least
    assert [one["inflation"] for one in found] == pytest.approx(wrong - honest)


def test_selection_on_all_rows_is_what_it_does():
    """Against the wrong way written out: scale and filter all rows, then score with the folds."""
    from sklearn.linear_model import LogisticRegression

    X, y = noise(3)
    found = metered(3, SELECTING)
    scaled = ZScore().fit_transform(X)
    kept = MannWhitneyFilter(max_features=8, min_features=8).fit(scaled, y).transform(scaled)
    order = as_judged(found)
    kept, y = kept[order], y[order]
    for fold, entry in zip(found.splits["folds"], found.summary["optimism_meter"]["folds"], strict=True):
        model = LogisticRegression(C=1.0, max_iter=10_000, tol=1e-8).fit(
            kept[fold["train"]], y[fold["train"]]
        )
        expected = roc_auc_score(y[fold["test"]], model.decision_function(kept[fold["test"]]))
        assert entry["wrong_way_auc"] == pytest.approx(expected, abs=0.03)


def test_the_result_is_the_same_with_and_without_it():
    X, y = noise(1)
    with collected():
        plain = evaluate(X, y, groups=np.arange(60), pipeline=SELECTING, show_progress=False).result
        with_meter = evaluate(
            X, y, groups=np.arange(60), pipeline=SELECTING, optimism_meter=True, show_progress=False
        ).result
    assert plain.metrics == with_meter.metrics
    assert plain.predictions.equals(with_meter.predictions)
    assert plain.folds == with_meter.folds
    assert {name for name in with_meter.summary if name not in plain.summary} == {"optimism_meter"}
    assert with_meter.summary["optimism_meter"]["label"].startswith("WRONG ON PURPOSE")


@pytest.mark.parametrize("step", ["random_over", "random_under", "smote", "smotetomek"])
def test_rows_that_resampling_made_are_told_from_measured_ones(step):
    X, y = noise(0, columns=12, share=0.25)
    with collected():
        cohort = cohort_from_arrays(X, y, groups=np.arange(60))
    pipeline = spec("impute", "scale", step)
    (table,) = leaky_tables(cohort, pipeline, seed=0)
    measured = table.origin != NEW_ROW
    assert len(set(table.origin[measured])) == measured.sum()
    scaled = ZScore().fit_transform(X)
    assert table.X.to_numpy()[measured] == pytest.approx(scaled[table.origin[measured]])
    assert np.array_equal(table.y[measured], y[table.origin[measured]])
    splits = outer_splits(cohort, pipeline.outer, seed=0)
    tested = np.zeros(len(table.y), dtype=int)
    for split, (train, test) in zip(splits, leaky_folds(table, splits, seed=0), strict=True):
        assert not set(train) & set(test)
        assert len(train) + len(test) == len(table.y)
        own = table.origin[test]
        assert set(own[own != NEW_ROW]) <= set(split.test.tolist())
        tested[test] += 1
    assert (tested == 1).all()
