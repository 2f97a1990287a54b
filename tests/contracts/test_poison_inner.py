"""Whatever is fitted for an inner fold must not change by a bit when its held-out rows become garbage."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from poisoning import LeakyScale, garbage, make_cohort, other_sites, write_repeats
from quick_fits import quick_space, quick_step
from radiobone.core.warnings import collected
from radiobone.evaluation import fitting, search
from radiobone.evaluation.blocks.late import learn
from radiobone.evaluation.row_metadata import raw_rows
from radiobone.evaluation.spec import load_pipeline
from radiobone.evaluation.splits import make_splits
from radiobone.models.registry import MODELS
from radiobone.selection.registry import RESAMPLERS, STEPS
from radiobone.testing.fitted_state import fitted_state

pytestmark = pytest.mark.filterwarnings("ignore:X does not have valid feature names")
LR = {"lr": {"C": [0.01, 1.0]}}
SEARCHED = {"mannwhitney": {"max_features": [2, 4]}, "mrmr": {"n_features": [2, 4]}}


def searches(monkeypatch, cohort, content):
    """Learn from the training rows of one outer fold; return the problems searched and their inner folds, as ``fit_rows`` made them."""
    spec, found = load_pipeline(content), []
    train = make_splits(cohort.y, cohort.groups, folds=4, repeats=1, seed=0, key="outer")[1].train
    rows, choose, run = raw_rows(cohort).take(train), fitting.choose, search.search
    LeakyScale.table = rows.X.to_numpy()

    def noted(problem, splits, **how):
        found.append((problem, splits))
        return run(problem, splits, **how)

    with monkeypatch.context() as patch, collected():
        patch.setitem(choose.__globals__, "search", noted)
        learn(rows.X, cohort.y[train], cohort.groups[train], spec, seed=0, metadata=rows.metadata)
    return found


def poisoned(problem, rows):
    """Return the problem with garbage as features, flipped labels and another site in these rows."""
    y = problem.y.copy()
    y[rows] = 1 - y[rows]
    metadata = replace(problem.metadata, sites=other_sites(problem.metadata.sites, rows))
    return replace(problem, X=garbage(problem.X, rows), y=y, metadata=metadata)


def fitted_by(monkeypatch, problem, split):
    """Score one inner fold; return the state of every chain of steps and model that is fitted for it, and the scores."""
    states, fit = [], search.fit_candidate

    def noted(candidate, chain, seed):
        model = fit(candidate, chain, seed)
        states.append((fitted_state(chain.fitted), fitted_state(chain.rows), fitted_state(model)))
        return model

    LeakyScale.table = problem.X.to_numpy()
    with monkeypatch.context() as patch, collected():
        patch.setattr(search, "fit_candidate", noted)
        scores = search.score_fold(problem, split)
    assert states
    return states, scores


def leaks(monkeypatch, content, *, cohort=None, repeats=None):
    """Return what differs in any inner fold whose held-out rows were poisoned: all for what is fitted, every second for the scores of the others."""
    cohort, found = make_cohort() if cohort is None else cohort, set()
    for problem, splits in searches(monkeypatch, cohort, content):
        for split in splits:
            states, scores = fitted_by(monkeypatch, problem, split)
            if repeats:
                write_repeats(repeats, cohort, np.unique(problem.groups[split.test]))
            found |= compared(states, fitted_by(monkeypatch, poisoned(problem, split.test), split)[0])
            _, beside = fitted_by(monkeypatch, poisoned(problem, split.test[1::2]), split)
            found |= set() if np.array_equal(scores[::2], beside[::2]) else {"scores"}
            if repeats:
                write_repeats(repeats, cohort)
    return found


def compared(clean, dirty):
    assert len(clean) == len(dirty)
    parts = ("steps", "rows", "model")
    return {
        part
        for one, other in zip(clean, dirty, strict=True)
        for part, a, b in zip(parts, one, other, strict=True)
        if a != b
    }


def pipeline(*steps, model=LR, **more):
    return {"steps": list(steps), "models": [model], "inner": {"folds": 3}, **more}


@pytest.mark.parametrize("step", sorted(set(STEPS) - {"impute", "unstable"}))
def test_no_step_sees_the_held_out_rows(step, monkeypatch):
    assert (
        leaks(
            monkeypatch, pipeline("impute", {step: SEARCHED[step]} if step in SEARCHED else quick_step(step))
        )
        == set()
    )


def test_repeats_of_held_out_patients_are_not_seen(monkeypatch, tmp_path):
    """The table of repeats is a second way in: garbage there, too."""
    cohort, path = make_cohort(), tmp_path / "repeats.csv"
    write_repeats(path, cohort)
    unstable = {"unstable": {"table": str(path), "limit": [0.2, 0.75]}}
    assert leaks(monkeypatch, pipeline(unstable, "impute"), cohort=cohort, repeats=path) == set()
    of_all = {"unstable": {**unstable["unstable"], "patients": "all"}}
    assert "steps" in leaks(monkeypatch, pipeline(of_all, "impute"), cohort=cohort, repeats=path)


@pytest.mark.parametrize("resampler", sorted(RESAMPLERS))
def test_no_resampler_sees_the_held_out_rows(resampler, monkeypatch):
    assert leaks(monkeypatch, pipeline("impute", "scale", resampler)) == set()


@pytest.mark.parametrize("model", sorted(MODELS))
def test_no_model_sees_the_held_out_rows(model, monkeypatch):
    assert leaks(monkeypatch, pipeline("impute", "scale", model={model: quick_space(model, 1)})) == set()


@pytest.mark.parametrize("fusion", ["late", "early"])
def test_no_block_sees_the_held_out_rows(fusion, monkeypatch):
    names = make_cohort().X.columns
    selection = ["impute", "scale", {"mannwhitney": {"max_features": [2, 4]}}]
    blocks = {"one": {"columns": list(names[:10]), "steps": selection}, "two": list(names[10:])}
    assert leaks(monkeypatch, pipeline("impute", "scale", blocks=blocks, fusion=fusion)) == set()


def test_a_leaky_step_is_caught(monkeypatch):
    monkeypatch.setitem(STEPS, "leaky", LeakyScale)
    assert leaks(monkeypatch, pipeline("impute", "leaky")) == {"steps", "rows", "model", "scores"}


@pytest.mark.parametrize("step", ["scale", "mannwhitney", "correlation"])
def test_an_inner_fold_that_learns_from_all_rows_is_caught(step, monkeypatch):
    make = search.InnerFold.__init__

    def leaky(self, problem, split):
        make(self, problem, replace(split, train=np.arange(len(problem.y))))

    monkeypatch.setattr(search.InnerFold, "__init__", leaky)
    assert {"steps", "rows", "model"} <= leaks(monkeypatch, pipeline("impute", step))
