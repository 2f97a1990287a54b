"""Ordered classes and numbers: garbage in the test rows changes no fitted bit, and neither jobs nor row order do."""

from dataclasses import replace

import joblib
import numpy as np
import pandas as pd
import pytest

from quick_fits import few_trees
from radiobone.cohort.readers import cohort_from_arrays, read_cohort
from radiobone.cohort.task import Number, Ordinal
from radiobone.core.warnings import collected
from radiobone.evaluation.chain import apply_steps
from radiobone.evaluation.nested_cv import fit_fold, fold_task, nested_cv
from radiobone.evaluation.row_metadata import RawRows, RowMetadata
from radiobone.evaluation.spec import list_pipelines, load_pipeline
from radiobone.evaluation.splits.outer import outer_splits
from radiobone.evaluation.tasks.registry import TASKS
from radiobone.selection.registry import RESAMPLERS, STEPS

TASK = {"ordinal": Ordinal(), "number": Number()}
MODEL = {"ordinal": {"proportional_odds": {"C": [0.1, 1.0]}}, "number": {"ridge": {"alpha": [1.0, 100.0]}}}
STEP_OF_TASK = [(kind, step) for kind in TASK for step in sorted(STEPS) if step not in TASKS[kind].refused]
MODEL_OF_TASK = [(kind, model) for kind in TASK for model in sorted(TASKS[kind].models)]
pytestmark = pytest.mark.filterwarnings("ignore:X does not have valid feature names")


def table(kind, n_patients=45):
    rng = np.random.default_rng(8)
    patient = np.repeat(np.arange(n_patients), 2)
    latent = rng.normal(size=n_patients)[patient]
    X = rng.normal(size=(len(patient), 12))
    X[:, :3] += latent[:, None]
    X[rng.random(X.shape) < 0.03] = np.nan
    y = np.digitize(latent, [-0.5, 0.5]) if kind == "ordinal" else np.round(latent - 1, 3)
    return X, y, patient


def make_cohort(kind):
    X, y, patient = table(kind)
    with collected():
        sites = np.array(["a", "b"])[patient % 2]
        return cohort_from_arrays(X, y, groups=patient, sites=sites, task=TASK[kind])


def poisoned(cohort, test):
    X, y = cohort.X.copy(), cohort.y.copy()
    X.iloc[test] = np.random.default_rng(0).normal(1e6, 1e5, (len(test), X.shape[1]))
    y[test] = 2 - y[test] if cohort.levels else y[test] + 1000
    return replace(cohort, X=X, y=y)


def state(fit):
    rows = np.random.default_rng(99).normal(size=(15, 12))
    probe = np.asarray(apply_steps(fit.steps, RawRows(rows, RowMetadata(np.array(["a", "b", "a"] * 5)))))
    scores = TASKS[fit.task].output(fit.model, probe)
    choice = repr((fit.model_name, fit.params, fit.features, fit.inner_score, fit.threshold, fit.calibrator))
    return joblib.hash(fit.steps), probe.tobytes(), scores.tobytes(), choice


def learned(cohort, spec, split):
    """Fit one outer fold as ``nested_cv`` does, without its audit and intervals."""
    return fit_fold(*fold_task(cohort, split, spec, 0))


def by_nested_cv(cohort, spec, split):
    return nested_cv(cohort, spec, show_progress=False, splits=[split]).fits[0]


def states(kind, steps, model, fit=learned):
    content = {"task": kind, "steps": steps, "models": [model], "inner": {"folds": 2}, "outer": {"folds": 3}}
    return states_of(load_pipeline(content), fit)


def states_of(spec, fit=learned):
    cohort = make_cohort(spec.task.kind)
    split = outer_splits(cohort, spec.outer, seed=0)[1]
    assert (cohort.y[split.test] != poisoned(cohort, split.test).y[split.test]).any()
    for version in (cohort, poisoned(cohort, split.test)):
        with collected():
            yield state(fit(version, spec, split))


@pytest.mark.parametrize("kind", TASK)
def test_nested_cv_shows_no_fold_its_test_rows(kind):
    clean, dirty = states(kind, ["impute", "scale"], MODEL[kind], by_nested_cv)
    assert clean == dirty == next(states(kind, ["impute", "scale"], MODEL[kind]))


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [name for name in list_pipelines() if load_pipeline(name).task.kind != "binary"]
)
def test_no_built_in_pipeline_sees_the_test_rows(name):
    clean, dirty = states_of(few_trees(load_pipeline(name)))
    assert clean == dirty


@pytest.mark.parametrize(("kind", "step"), STEP_OF_TASK)
def test_no_step_sees_the_test_rows(kind, step):
    steps = ["impute", "scale", *([step] if step not in ("impute", "scale") else [])]
    if step in ("boruta", "stability"):
        steps[-1] = {step: {"boruta": {"max_rounds": 2}, "stability": {"n_subsamples": 10}}[step]}
    clean, dirty = states(kind, steps, MODEL[kind])
    assert clean == dirty


@pytest.mark.parametrize(("kind", "model"), MODEL_OF_TASK)
def test_no_model_sees_the_test_rows(kind, model):
    family = TASKS[kind].models[model]
    space = {name: list(values)[:2] for name, values in family.space.items()}
    space |= {"n_estimators": [10]} if "n_estimators" in family.parameters else {}
    clean, dirty = states(kind, ["impute", "scale"], {model: space})
    assert clean == dirty


@pytest.mark.parametrize("kind", TASK)
def test_a_poisoned_training_row_is_noticed(kind):
    cohort, spec = (
        make_cohort(kind),
        load_pipeline({"task": kind, "steps": ["impute"], "models": [MODEL[kind]]}),
    )
    split = outer_splits(cohort, spec.outer, seed=0)[0]
    with collected():
        fits = [learned(version, spec, split) for version in (cohort, poisoned(cohort, split.train[:1]))]
    assert state(fits[0]) != state(fits[1])


@pytest.mark.parametrize("kind", TASK)
def test_jobs_and_row_order_change_no_bit(kind, tmp_path):
    X, y, patient = table(kind)
    frame = pd.DataFrame(X, columns=[f"f{k}" for k in range(12)]).assign(
        grade=y, patient_id=[f"p{k:02d}" for k in patient], roi=np.tile(["L1", "L2"], 45)
    )
    models = [MODEL[kind], {"rf": {"n_estimators": [3]}}]
    content = {"task": kind, "steps": ["impute", "scale", {"mrmr": {"n_features": [3, 6]}}], "models": models,
               "outer": {"folds": 3, "repeats": 1}, "inner": {"folds": 2}}  # fmt: skip
    found = []
    for number, (jobs, rows) in enumerate([(1, frame), (2, frame.sample(frac=1, random_state=3))]):
        rows.to_csv(tmp_path / f"{number}.csv", index=False)
        with collected():
            cohort = read_cohort(tmp_path / f"{number}.csv", target="grade", task=TASK[kind])
            result = nested_cv(cohort, load_pipeline(content), seed=4, jobs=jobs, show_progress=False).result
        bits = (
            result.predictions.to_json(double_precision=15),
            repr(result.metrics),
            repr(result.folds),
            repr(result.summary),
        )
        found.append(bits)
    assert found[0] == found[1]


@pytest.mark.parametrize("kind", TASK)
def test_steps_of_other_tasks_are_refused_by_name(kind):
    for step in sorted(TASKS[kind].refused):
        with pytest.raises(Exception, match=f"'{step}' does not fit task '{kind}'"):
            load_pipeline({"task": kind, "steps": [step], "models": [MODEL[kind]]})
    assert set(RESAMPLERS) <= set(TASKS[kind].refused)
