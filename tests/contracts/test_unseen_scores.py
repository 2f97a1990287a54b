"""Calibration and thresholds are learned from rows that the scoring model has not seen: rebuilt here by scikit-learn alone."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from imblearn.pipeline import Pipeline
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_curve

from radiobone.cohort.readers import cohort_from_arrays
from radiobone.core.seeds import seed_for
from radiobone.core.warnings import collected
from radiobone.evaluation import fitting
from radiobone.evaluation.candidates import candidates
from radiobone.evaluation.chain import make_step
from radiobone.evaluation.nested_cv import nested_cv
from radiobone.evaluation.spec import load_pipeline
from radiobone.evaluation.splits import make_splits

pytestmark = pytest.mark.filterwarnings("ignore:X does not have valid feature names")
SELECTED = [{"mannwhitney": {"max_features": [2, 6]}}, "scale"]
CASES = {
    "forest": (["scale"], {"rf": {"n_estimators": [15], "min_samples_leaf": [1, 5]}}),
    "support vectors": (SELECTED, {"svm": {"kernel": ["rbf"], "C": [1.0, 100.0], "gamma": [0.1]}}),
    "logistic regression": (SELECTED, {"lr": {"C": [0.1, 100.0]}}),
    "resampled": (["scale", "smote"], {"lr": {"C": [100.0]}}),
    "boosted trees": (["scale"], {"xgboost": {"n_estimators": [20]}}),
}


def made(signal, *, n_patients=60, seed=5):
    rng = np.random.default_rng(seed)
    patient = np.repeat(np.arange(n_patients), 2)
    y = rng.permutation(np.arange(n_patients) % 5 < 2).astype(int)[patient]
    X = rng.normal(size=(len(patient), 12)) + rng.normal(size=(n_patients, 12))[patient]
    X[:, :3] += signal * y[:, np.newaxis]
    with collected():
        return cohort_from_arrays(X, y, groups=patient)


def pipeline(steps, model):
    return {"steps": steps, "models": [model], "inner": {"folds": 3}, "outer": {"folds": 3, "repeats": 1}}


def first_fold(cohort, content):
    split = make_splits(cohort.y, cohort.groups, folds=3, repeats=1, seed=0, key="outer")[0]
    with collected():
        run = nested_cv(cohort, load_pipeline(content), seed=0, show_progress=False, splits=[split])
    return run.fits[0], split


def unseen_scores(X, y, inner, steps, model, seed_of):
    """Fit a pipeline on each inner fold's training rows and score its held-out rows; return the scores and the rows."""
    scores = []
    for part in inner:
        made = [(step.name, make_step(step, params, seed_of(step.name))) for step, params in steps]
        whole = Pipeline([*made, ("model", model())]).fit(X[part.train], y[part.train])
        if hasattr(whole[-1], "decision_function"):
            scores.append(whole.decision_function(X[part.test]))
        else:
            scores.append(logit(np.clip(whole.predict_proba(X[part.test])[:, 1], 1e-7, 1 - 1e-7)))
    return np.concatenate(scores).astype(float), np.concatenate([part.test for part in inner])


def of_choice(cohort, spec, split, searched, columns=slice(None), within=()):
    """Return the unseen scores of the setting that a search chose, and their rows."""
    key = ("repeat", split.repeat, "fold", split.fold)
    train, own = split.train, (*key, *within)
    X, y = cohort.X.to_numpy()[train][:, columns], cohort.y[train]
    inner, _ = fitting.inner_splits(y, cohort.groups[train], spec, 0, key, None)
    chosen = next(one for one in candidates(spec, seed=0) if one.searched == searched)
    steps = [(step, chosen.steps.get(step.name, {})) for step in spec.steps]
    make = partial(chosen.make_model, seed_for(0, *own, chosen.model))
    scores, rows = unseen_scores(X, y, inner, steps, make, lambda name: seed_for(0, *own, name))
    return scores, y[rows], cohort.patient[train][rows], [len(part.test) for part in inner]


def platt(scores, y, at):
    """Platt's curve by scikit-learn: each row counts in both classes, by the share that his targets give it."""
    n_positive, n_negative = (y == 1).sum(), (y == 0).sum()
    share = np.where(y == 1, (n_positive + 1) / (n_positive + 2), 1 / (n_negative + 2))
    centre, scale = scores.mean(), scores.std()
    model = LogisticRegression(C=np.inf, tol=1e-7, solver="newton-cholesky").fit(
        np.tile((scores - centre) / scale, 2)[:, np.newaxis],
        np.repeat([1, 0], len(y)),
        sample_weight=np.concatenate([share, 1 - share]),
    )
    return model.predict_proba((at[:, np.newaxis] - centre) / scale)[:, 1]


def youden(probability, y):
    """Return the cut of the largest sensitivity + specificity: the lowest such, midway to the next lower probability."""
    false, true, cuts = roc_curve(y, probability, drop_intermediate=False)
    gain = np.round(true - false, 12)
    lowest = cuts[np.flatnonzero(gain == gain.max())[-1]]
    below = probability[probability < lowest]
    return (lowest + below.max()) / 2 if len(below) else lowest


def by_patient(probability, y, patient):
    """Return the mean probability and the class of each patient."""
    _, of = np.unique(patient, return_inverse=True)
    count = np.bincount(of)
    return np.bincount(of, probability) / count, (np.bincount(of, y) / count).astype(int)


def check_is_rebuilt(fit, scores, y, patient):
    """Demand the calibration and both thresholds that these scores give."""
    grid = np.linspace(scores.min(), scores.max(), 21)
    np.testing.assert_allclose(fit.calibrator.predict(grid), platt(scores, y, grid), atol=1e-4)
    probability = platt(scores, y, scores)
    assert fit.threshold == pytest.approx(youden(probability, y), abs=1e-4)
    assert fit.patient_threshold == pytest.approx(youden(*by_patient(probability, y, patient)), abs=1e-4)


def check(case):
    steps, model = CASES[case]
    cohort, content = made(0.7), pipeline(steps, model)
    fit, split = first_fold(cohort, content)
    scores, y, patient, _ = of_choice(cohort, load_pipeline(content), split, fit.params)
    check_is_rebuilt(fit, scores, y, patient)


@pytest.fixture
def in_sample(monkeypatch):
    """Make calibration and thresholds learn from the scores of the very rows that the model was fitted on."""
    choose = fitting.choose

    def leaky(problem, splits, spec, **how):
        found = choose(problem, splits, spec, **how)
        rows = fitting.Rows(problem.X, problem.y, problem.groups, problem.metadata)
        chain = fitting.builder_for(problem.steps, problem.blocks, rows, problem.seeds).fit(found.best.steps)
        model = fitting.fit_candidate(found.best, chain, problem.seeds[found.best.model])
        seen = fitting.TASKS["binary"].output(model, chain.pipeline().transform(problem.X))
        return replace(found, oof_score=seen[found.oof_row])

    monkeypatch.setattr(fitting, "choose", leaky)


@pytest.mark.parametrize("case", CASES)
def test_calibration_and_thresholds_are_of_unseen_rows(case):
    check(case)


@pytest.mark.usefixtures("in_sample")
@pytest.mark.parametrize("case", CASES)
def test_scores_of_rows_that_were_learned_from_are_caught(case):
    with pytest.raises(AssertionError):
        check(case)


def check_fusion(combine):
    cohort = made(0.7)
    columns, model = list(cohort.X.columns), {"rf": {"n_estimators": [10]}}
    blocks = {"one": columns[:2], "two": columns[2:]}
    content = pipeline(["scale"], model)
    fused = {**content, "blocks": blocks, "fusion": {"kind": "late", "combine": combine}}
    fit, split = first_fold(cohort, fused)
    log_odds, spec = [], load_pipeline(content)
    for name, places in (("one", slice(0, 2)), ("two", slice(2, None))):
        chosen = {key.partition(".")[2]: value for key, value in fit.params.items() if key.startswith(name)}
        del chosen["model"]
        scores, y, patient, sizes = of_choice(cohort, spec, split, chosen, places, ("block", name))
        log_odds.append(logit(platt(scores, y, scores)))
    table, fold = np.column_stack(log_odds), np.repeat(np.arange(len(sizes)), sizes)
    combined = logit(expit(table).mean(axis=1))
    if combine == "stack":
        for number in range(len(sizes)):
            of_others = LogisticRegression().fit(table[fold != number], y[fold != number])
            combined[fold == number] = of_others.decision_function(table[fold == number])
    check_is_rebuilt(fit, combined, y, patient)


@pytest.mark.parametrize("combine", ["mean", "stack"])
def test_blocks_are_combined_by_unseen_rows(combine):
    check_fusion(combine)


@pytest.mark.usefixtures("in_sample")
@pytest.mark.parametrize("combine", ["mean", "stack"])
def test_blocks_combined_by_rows_that_were_learned_from_are_caught(combine):
    with pytest.raises(AssertionError):
        check_fusion(combine)


FOREST = pipeline(["scale"], {"rf": {"n_estimators": [30], "min_samples_leaf": [1]}})


def slopes_on_noise():
    """Calibration slopes, in standard deviations of the score, of forests on five tables of noise."""
    return [first_fold(made(0.0, seed=seed), FOREST)[0].calibrator.slope for seed in range(5)]


def test_noise_calibrates_to_nothing():
    assert np.mean(slopes_on_noise()) < 0.4


@pytest.mark.usefixtures("in_sample")
def test_noise_that_was_learned_from_calibrates_to_certainty():
    assert min(slopes_on_noise()) > 2
