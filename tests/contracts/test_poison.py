"""Whatever is fitted for a fold must not change by a bit when its test rows become garbage."""

from __future__ import annotations

from dataclasses import replace

import joblib
import numpy as np
import pandas as pd
import pytest

from poisoning import SITES, LeakyScale, make_cohort, poisoned, write_repeats
from quick_fits import few_trees, quick_space, quick_step
from radiobone.cohort.readers import cohort_from_arrays
from radiobone.core.warnings import collected
from radiobone.evaluation.chain import apply_steps
from radiobone.evaluation.nested_cv import nested_cv
from radiobone.evaluation.row_metadata import RawRows, RowMetadata
from radiobone.evaluation.spec import list_pipelines, load_pipeline
from radiobone.evaluation.splits import make_splits
from radiobone.models.registry import MODELS
from radiobone.selection.registry import RESAMPLERS, STEPS
from radiobone.workflow import judging

PROBE = np.random.default_rng(99).normal(size=(15, 25))
KNOWN = RowMetadata(np.array(SITES * 10))


def state(fit, sites=KNOWN):
    """Everything learned in a fold, as comparable bits."""
    probe = apply_steps(
        fit.steps,
        RawRows(pd.DataFrame(np.vstack([PROBE, PROBE * 3]), columns=fit.steps.feature_names_in_), sites),
    )
    scores = (
        fit.model.decision_function(probe)
        if hasattr(fit.model, "decision_function")
        else fit.model.predict_proba(probe)
    )
    parts = {
        "steps": joblib.hash(fit.steps),
        "probe": probe.tobytes(),
        "scores": np.asarray(scores).tobytes(),
        "calibrator": repr(fit.calibrator),
        "threshold": repr((fit.threshold, fit.patient_threshold)),
        "choice": repr((fit.model_name, fit.params, fit.features, fit.inner_score)),
    }
    if type(fit.model).__module__.startswith("sklearn"):
        parts["model"] = joblib.hash(fit.model)
    return parts


def changed_parts(spec, *, seen=None):
    """Run one outer fold clean and poisoned; return what differs."""
    cohort = make_cohort()
    split = make_splits(cohort.y, cohort.groups, folds=4, repeats=1, seed=0, key="outer")[1]
    found = []
    for version in (cohort, poisoned(cohort, split.test)):
        if seen is not None:
            seen.table = version.X.to_numpy()
        with collected():
            run = nested_cv(version, load_pipeline(spec), seed=0, show_progress=False, splits=[split])
        found.append(state(run.fits[0]))
    return {name for name in found[0] if found[0][name] != found[1][name]}


def spec_with(*, steps=("impute", "scale"), models=({"lr": {"C": [0.01, 1.0]}},)):
    return {"steps": list(steps), "models": list(models), "inner": {"folds": 3}}


@pytest.mark.filterwarnings("ignore:X does not have valid feature names")
@pytest.mark.parametrize("step", sorted(set(STEPS) - {"unstable"}))
def test_no_step_sees_the_test_rows(step):
    steps = ["impute", *([quick_step(step)] if step != "impute" else [])]
    assert changed_parts(spec_with(steps=steps, models=[{"svm": {"C": [1.0]}}])) == set()


@pytest.mark.filterwarnings("ignore:X does not have valid feature names")
@pytest.mark.parametrize("whose", ["training", "all"])
def test_repeats_of_test_patients_are_not_seen(whose, tmp_path):
    """The table of repeats is a second way in: garbage there, too, is seen if the repeats of all patients are asked for."""
    cohort, path, found, kept = make_cohort(), tmp_path / "repeats.csv", [], []
    split = make_splits(cohort.y, cohort.groups, folds=4, repeats=1, seed=0, key="outer")[1]
    spec = spec_with(steps=[{"unstable": {"table": str(path), "patients": whose}}, "impute", "scale"])
    for version, garbled in (
        (cohort, ()),
        (poisoned(cohort, split.test), np.unique(cohort.patient[split.test])),
    ):
        write_repeats(path, cohort, garbled)
        with collected():
            run = nested_cv(version, load_pipeline(spec), seed=0, show_progress=False, splits=[split])
        found.append(state(run.fits[0]))
        kept.append(len(run.fits[0].features))
    assert 2 < kept[0] < cohort.X.shape[1]  # the step leaves something out
    assert (found[0] == found[1]) == (whose == "training")


COMBATS = {
    "with covariates": {"covariates": ["x4", "x5"]},
    "pooled": {"unseen": "pooled", "reference": "Bonn"},
    "pooled to the mean": {"unseen": "pooled"},
    "reference": {"unseen": "reference", "reference": "Bonn", "covariates": "x4"},
}


@pytest.mark.filterwarnings("ignore:X does not have valid feature names")
@pytest.mark.parametrize("name", COMBATS)
def test_combat_sees_no_test_rows_of_a_known_or_a_new_site(name):
    """Where other sites are allowed, the garbage comes from one that training never saw, as do half of the probed rows."""
    cohort, settings = make_cohort(), COMBATS[name]
    split = make_splits(cohort.y, cohort.groups, folds=4, repeats=1, seed=0, key="outer")[1]
    dirty, sites = poisoned(cohort, split.test), KNOWN
    if "unseen" in settings:
        new = np.where(np.isin(np.arange(len(cohort.y)), split.test), "Ulm", cohort.site)
        dirty, sites = replace(dirty, site=new), RowMetadata(np.array([*SITES * 5, *["Ulm"] * 15]))
    spec, found = load_pipeline(spec_with(steps=["impute", {"combat": settings}, "scale"])), []
    for version in (cohort, dirty):
        with collected():
            run = nested_cv(version, spec, seed=0, show_progress=False, splits=[split])
        found.append(state(run.fits[0], sites))
    assert run.fits[0].steps.named_steps["combat"].sites_.tolist() == SITES
    assert found[0] == found[1]


@pytest.mark.filterwarnings("ignore:X does not have valid feature names")
@pytest.mark.parametrize("resampler", sorted(RESAMPLERS))
def test_no_resampler_sees_the_test_rows(resampler):
    assert changed_parts(spec_with(steps=["impute", "scale", resampler])) == set()


@pytest.mark.filterwarnings("ignore:X does not have valid feature names")
@pytest.mark.parametrize("model", sorted(MODELS))
def test_no_model_sees_the_test_rows(model):
    assert changed_parts(spec_with(models=[{model: quick_space(model)}])) == set()


SEARCHED = {
    "steps": ["impute", "scale", {"mannwhitney": {"max_features": {"low": 2, "high": 10}}}],
    "models": [{"lr": {"C": {"low": "1e-3", "high": 10.0, "log": True}}}, {"svm": {"C": [0.1, 1.0]}}],
    "inner": {"folds": 3},
}


@pytest.mark.filterwarnings("ignore:X does not have valid feature names")
@pytest.mark.parametrize("search", ["random", "optuna"])
def test_no_search_sees_the_test_rows(search):
    if search == "optuna":
        pytest.importorskip("optuna", reason="the extra 'optuna' is not installed")
    assert changed_parts({**SEARCHED, "search": {"kind": search, "n_iter": 12}}) == set()


THRESHOLDS = {
    "sensitivity": {"sensitivity": 0.9},
    "specificity": {"specificity": 0.9},
    "cost": {"cost": {"false_negative": 5, "false_positive": 1}},
    "cost at a prevalence": {"cost": {"false_negative": 5, "false_positive": 1, "prevalence": 0.1}},
}


@pytest.mark.filterwarnings("ignore:X does not have valid feature names")
@pytest.mark.parametrize(
    ("rule", "calibration"),
    [*((rule, kind) for rule in sorted(THRESHOLDS) for kind in ("sigmoid", "none")), ("cost", "choose")],
)
def test_no_threshold_sees_the_test_rows(rule, calibration):
    spec = {**spec_with(), "threshold": THRESHOLDS[rule], "calibration": calibration}
    assert changed_parts(spec) == set()


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:X does not have valid feature names")
@pytest.mark.parametrize(
    "name", [name for name in list_pipelines() if load_pipeline(name).task.kind == "binary"]
)
def test_no_built_in_pipeline_sees_the_test_rows(name):
    assert changed_parts(few_trees(load_pipeline(name))) == set()


FUSIONS = {
    "mean": {"fusion": "late"},
    "stack": {"fusion": {"kind": "late", "combine": "stack"}},
    "early": {"fusion": "early"},
}


@pytest.mark.filterwarnings("ignore:X does not have valid feature names")
@pytest.mark.parametrize("fusion", sorted(FUSIONS))
def test_no_fusion_of_blocks_sees_the_test_rows(fusion):
    names = make_cohort().X.columns
    selection = ["impute", "scale", {"mannwhitney": {"max_features": [2, 4]}}]
    blocks = {"one": {"columns": list(names[:10]), "steps": selection}, "two": list(names[10:])}
    assert changed_parts({**spec_with(), "blocks": blocks, **FUSIONS[fusion]}) == set()


def cohort_with_copies():
    """Add to every third row a copy that was made from it, under a name and patient of its own."""
    cohort, made_from = make_cohort(), np.arange(0, 72, 3)
    X = np.vstack([cohort.X, cohort.X.iloc[made_from] + 0.01])
    parents = [*[None] * 72, *made_from.tolist()]
    groups = [*cohort.patient.tolist(), *[f"copy of {row}" for row in made_from]]
    with collected():
        return cohort_from_arrays(X, np.append(cohort.y, cohort.y[made_from]), groups=groups, parents=parents)


@pytest.mark.filterwarnings("ignore:X does not have valid feature names")
def test_copies_of_test_rows_are_not_seen_either():
    cohort = cohort_with_copies()
    spec = load_pipeline(spec_with(steps=["impute", "scale", {"mannwhitney": {"max_features": [2, 4]}}]))
    split = make_splits(
        cohort.y, cohort.groups, folds=4, repeats=1, seed=0, key="outer", derived=cohort.derived
    )[1]
    of_tested = np.flatnonzero(np.isin(cohort.parent, split.test))
    learned_copy = split.train[cohort.derived[split.train]][:1]
    assert len(of_tested) > 0
    fits = []
    for rows in ([], np.append(split.test, of_tested), learned_copy):
        with collected():
            run = nested_cv(poisoned(cohort, rows), spec, seed=0, show_progress=False, splits=[split])
        fits.append(state(run.fits[0]))
    assert fits[0] == fits[1]
    assert fits[0]["steps"] != fits[2]["steps"]  # a copy whose parent is learned from is learned from


@pytest.mark.filterwarnings("ignore:X does not have valid feature names")
def test_a_leaky_step_is_caught(monkeypatch):
    monkeypatch.setitem(STEPS, "leaky", LeakyScale)
    changed = changed_parts(spec_with(steps=["impute", "leaky"]), seen=LeakyScale)
    assert {"steps", "probe"} <= changed


def changed_by_judging(monkeypatch, spec, *, seen=None):
    """Judge one outer fold as ``evaluate`` does, clean and poisoned; return what differs of what was learned or kept."""
    cohort = make_cohort()
    split = make_splits(cohort.y, cohort.groups, folds=4, repeats=1, seed=0, key="outer")[1]
    fits, found = [], []
    fit_fold = judging.fit_fold
    monkeypatch.setattr(judging, "fit_fold", lambda *task: fits.append(fit_fold(*task)) or fits[-1])
    for version in (cohort, poisoned(cohort, split.test)):
        if seen is not None:
            seen.table = version.X.to_numpy()
        with collected():
            result, shap = judging.judge(
                version, load_pipeline(spec), seed=0, jobs=1, show_progress=False, splits=[split]
            )
        learned = [{**fold, "auc": None} for fold in result.folds]  # of the test rows, as it should be
        kept = {"kept": repr(learned), "base_value": repr(shap.folds[0]["base_value"])}
        found.append({**state(fits[-1]), **kept})
    assert len(fits) == 2
    return {name for name in found[0] if found[0][name] != found[1][name]}


@pytest.mark.filterwarnings("ignore:X does not have valid feature names")
class TestWhatUsersRun:
    """``judge`` is what ``evaluate``, ``run`` and ``demo`` call: nothing of the test rows is in what a fold learns there."""

    def test_judging_sees_no_test_rows(self, monkeypatch):
        steps = ["impute", "constant", "scale", {"mannwhitney": {"max_features": [2, 4]}}]
        assert changed_by_judging(monkeypatch, spec_with(steps=steps)) == set()

    def test_a_leaky_step_is_caught(self, monkeypatch):
        monkeypatch.setitem(STEPS, "leaky", LeakyScale)
        spec = spec_with(steps=["impute", "leaky"])
        assert {"steps", "probe"} <= changed_by_judging(monkeypatch, spec, seen=LeakyScale)

    def test_a_fold_that_is_given_all_rows_is_caught(self, monkeypatch):
        fold_task = judging.fold_task

        def leaky(cohort, split, spec, seed, **how):
            return fold_task(cohort, replace(split, train=np.arange(len(cohort.y))), spec, seed, **how)

        monkeypatch.setattr(judging, "fold_task", leaky)
        assert {"probe", "scores"} <= changed_by_judging(monkeypatch, spec_with())

    def test_held_out_rows_as_background_are_caught(self, monkeypatch):
        shap_task = judging.shap_task

        def leaky(split, cohort, seed):
            _, held_out, own_seed = shap_task(split, cohort, seed)
            return held_out, held_out, own_seed

        monkeypatch.setattr(judging, "shap_task", leaky)
        assert changed_by_judging(monkeypatch, spec_with()) == {"base_value"}
