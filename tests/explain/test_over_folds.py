"""SHAP values over folds, against Shapley's definition and the model's own probabilities."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.svm import SVC

from quick_fits import quick_family
from radiobone.cohort.cohort import Cohort
from radiobone.core.files import read_json
from radiobone.evaluation.calibration import SigmoidCalibrator
from radiobone.evaluation.nested_cv import nested_cv
from radiobone.evaluation.spec import load_pipeline
from radiobone.explain.coalitions import explain_by_coalitions
from radiobone.explain.linear import explain_linear
from radiobone.explain.over_folds import MOST_BACKGROUND, background_rows, explain_fold, gathered, shap_task
from radiobone.explain.permutations import explain_any, explain_by_permutations
from radiobone.explain.probability import link_of, probability_of
from radiobone.explain.problem import Problem, additivity_error
from radiobone.explain.registry import explainer_for
from radiobone.models.registry import MODELS

N_FEATURES = 6


def shapley_by_orders(problem: Problem) -> np.ndarray:
    """Slow twin: the mean over all orders of what each feature adds."""
    n_rows, n_features = problem.rows.shape
    values = np.zeros((n_rows, n_features))
    for i, order in itertools.product(range(n_rows), itertools.permutations(range(n_features))):
        mixed = problem.background.copy()
        before = problem.predict(mixed).mean()
        for feature in order:
            mixed[:, feature] = problem.rows[i, feature]
            after = problem.predict(mixed).mean()
            values[i, feature] += after - before
            before = after
    return values / math.factorial(n_features)


def make_data(n: int = 90, n_features: int = N_FEATURES, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, n_features))
    logits = 1.5 * X[:, 0] - X[:, 1] + X[:, 0] * X[:, 2]
    return X, (rng.random(n) < 1 / (1 + np.exp(-logits))).astype(int)


def problem_of(
    name: str, *, n_features: int = N_FEATURES, n_rows: int = 3, n_background: int = 12, kernel: str = ""
) -> Problem:
    X, y = make_data(n_features=n_features)
    model = quick_family(name).make(3)
    if kernel:
        model.set_params(kernel=kernel)
    model.fit(X[:60], y[:60])
    calibrator = SigmoidCalibrator(1.3, -0.2, 0.1, 0.8)
    return Problem(model, probability_of(model, calibrator), X[:n_background], X[60 : 60 + n_rows], 11,
                   link_of(model, calibrator))  # fmt: skip


@pytest.mark.parametrize("name", sorted(MODELS))
def test_every_family_gets_shapleys_values(name):
    problem = problem_of(name, n_features=4, n_rows=2)
    found = explainer_for(problem.model)(problem)
    assert found.values == pytest.approx(shapley_by_orders(problem), abs=2e-6)
    assert found.base_value == pytest.approx(problem.predict(problem.background).mean(), abs=1e-12)
    assert additivity_error(problem, found) < 1e-6


def test_a_vote_is_explained_by_its_members():
    X, y = make_data(n_features=4)
    model = MODELS["vote"].make(3).set_params(members="lr(C=0.1)+svm+et(n_estimators=10)").fit(X[:60], y[:60])
    problem = Problem(model, probability_of(model, None), X[:12], X[60:62], 11, link_of(model, None))
    found = explainer_for(model)(problem)
    assert found.kind == "members"
    assert found.values == pytest.approx(shapley_by_orders(problem), abs=2e-6)
    assert additivity_error(problem, found) < 1e-6


def test_forests_are_explained_exactly_and_not_by_sampling():
    problem = problem_of("rf", n_features=14)
    assert explainer_for(problem.model)(problem).kind == "tree"


@pytest.mark.parametrize("name", ["lr", "svm", "xgboost", "gb"])
def test_many_features_stay_additive_and_near_the_exact_values(name):
    problem = problem_of(name, n_features=12, n_rows=2, n_background=8)
    sampled = explain_by_permutations(problem)
    assert sampled.kind == "permutation"
    assert additivity_error(problem, sampled) < 1e-6
    assert np.abs(sampled.values - explain_by_coalitions(problem).values).max() < 0.04


@pytest.mark.parametrize("name", ["lr", "svm linear", "svm rbf", "svm poly"])
def test_explainers_with_a_short_cut_agree_with_all_subsets(name):
    family, _, kernel = name.partition(" ")
    few, many = (problem_of(family, n_features=n, n_rows=2, n_background=40, kernel=kernel) for n in (5, 13))
    exact = explainer_for(few.model)(few)
    assert exact.kind in {"linear", "exact"}
    assert exact.values == pytest.approx(explain_by_coalitions(few).values, abs=1e-9)
    sampled = explainer_for(many.model)(many)
    assert sampled.kind == "permutation"
    assert additivity_error(many, sampled) < 1e-9
    assert np.abs(sampled.values - explain_by_coalitions(many).values).max() < 0.02


def test_permutations_of_a_sum_are_exact_in_any_order():
    """Where nothing interacts each order gives the same, so a single one must be exact."""
    X, _ = make_data(n_features=15)
    weights = np.linspace(-1, 1, 15)
    problem = Problem(None, lambda table: 0.5 + 0.01 * table @ weights, X[:30], X[30:35], 0)
    expected = 0.01 * weights * (X[30:35] - X[:30].mean(axis=0))
    assert explain_by_permutations(problem, orders=1).values == pytest.approx(expected, abs=1e-12)


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 5), st.integers(0, 1000))
def test_properties_of_shapley_values(n_features, seed):
    """Additive; a feature without weight gets nothing; two alike get the same."""
    rng = np.random.default_rng(seed)
    weights = rng.normal(size=n_features)
    weights[-1] = 0.0
    background, rows = rng.normal(size=(7, n_features)), rng.normal(size=(3, n_features))
    if n_features >= 3:
        weights[1] = weights[0]
        background[:, 1], rows[:, 1] = background[:, 0], rows[:, 0]
    model = LogisticRegression()
    model.coef_, model.intercept_, model.classes_ = weights[None], np.array([0.3]), np.array([0, 1])
    problem = Problem(model, probability_of(model, None), background, rows, seed)
    values = explain_linear(problem).values
    assert additivity_error(problem, explain_linear(problem)) < 1e-12
    assert values[:, -1] == pytest.approx(0, abs=1e-12)
    if n_features >= 3:
        assert values[:, 0] == pytest.approx(values[:, 1], abs=1e-12)
    assert values == pytest.approx(explain_any(problem).values, abs=1e-12)


def test_a_model_without_probabilities_needs_its_calibrator():
    X, y = make_data()
    with pytest.raises(ValueError, match="SVC"):
        probability_of(SVC().fit(X, y), None)


SPEC = {
    "name": "small",
    "steps": [
        "impute",
        "constant",
        "scale",
        {"mannwhitney": {"alpha": 0.05, "min_features": 2, "max_features": 4}},
    ],
    "models": [{"lr": {"C": [1.0]}}, {"rf": {"n_estimators": [15]}}],
    "outer": {"folds": 3, "repeats": 2},
    "inner": {"folds": 2},
}


@pytest.fixture(scope="module")
def cohort():
    X, y = make_data(n=72, n_features=8, seed=5)
    X[3, 0] = np.nan
    names = [f"original_firstorder_F{i}" for i in range(7)] + ["age"]
    ids = np.array([f"p{i:03d}" for i in range(len(y))])
    table = pd.DataFrame(X, columns=names, index=ids)
    return Cohort(table, y, ids, np.full(len(y), ""), None, "fracture", "yes", "no", clinical=("age",))


@pytest.fixture(scope="module")
def run(cohort):
    return nested_cv(cohort, load_pipeline(SPEC), seed=4, show_progress=False)


def explained(run, cohort, *, seed):
    return gathered([explain_fold(fit, *shap_task(fit, cohort, seed)) for fit in run.fits])


@pytest.fixture(scope="module")
def explanation(run, cohort):
    return explained(run, cohort, seed=4)


def test_only_held_out_rows_are_explained(run, cohort, explanation):
    for fit in run.fits:
        block = explanation.table.query("repeat == @fit.repeat and fold == @fit.fold")
        assert set(block["row_id"]) == set(cohort.X.index[fit.test])
        assert list(block["feature"].unique()) == list(fit.features)


def test_values_add_up_to_the_models_probability(run, cohort, explanation):
    base = {(fold["repeat"], fold["fold"]): fold["base_value"] for fold in explanation.folds}
    for fit in run.fits:
        block = explanation.table.query("repeat == @fit.repeat and fold == @fit.fold")
        total = (
            block.groupby("row_id")["shap"].sum().loc[cohort.X.index[fit.test]] + base[fit.repeat, fit.fold]
        )
        own = probability_of(fit.model, fit.calibrator)(
            np.asarray(fit.steps.transform(cohort.X.iloc[fit.test]))
        )
        assert total.to_numpy() == pytest.approx(own, abs=1e-6)
    assert explanation.max_additivity_error < 1e-6


def test_families_that_win_in_different_folds_are_on_one_scale(cohort):
    fits = []
    for family in ({"lr": {"C": [1.0]}}, {"rf": {"n_estimators": [10]}}, {"svm": {"C": [1.0]}}):
        fits += nested_cv(
            cohort, load_pipeline({**SPEC, "models": [family]}), seed=4, show_progress=False
        ).fits[:1]
    mixed = gathered([explain_fold(fit, *shap_task(fit, cohort, 4)) for fit in fits])
    assert len({fold["model"] for fold in mixed.folds}) == 3
    assert mixed.max_additivity_error < 1e-6
    for fit, fold in zip(fits, mixed.folds, strict=True):
        own = explain_fold(fit, *shap_task(fit, cohort, 4)).table
        total = own.groupby("row_id")["shap"].sum() + fold["base_value"]
        assert total.between(-1e-9, 1 + 1e-9).all()


def test_values_are_the_raw_features(cohort, explanation):
    table = explanation.table.set_index(["row_id", "feature"])["value"]
    for (row, feature), value in table.items():
        raw = cohort.X.loc[row, feature]
        assert value == raw or (np.isnan(value) and np.isnan(raw))


def test_a_poisoned_held_out_row_moves_no_background(run, cohort):
    fit = run.fits[0]
    assert not set(background_rows(fit, 4)) & set(fit.test)
    poisoned = cohort.X.copy()
    poisoned.iloc[fit.test] = 1e6
    clean, dirty = (
        explained(run, Cohort(table, cohort.y, cohort.patient, cohort.roi, None, "t", "1", "0"), seed=0)
        for table in (cohort.X, poisoned)
    )
    assert clean.folds[0]["base_value"] == dirty.folds[0]["base_value"]


def test_background_is_capped_and_repeatable(run):
    class Fold:
        repeat, fold, train = 0, 1, np.arange(500)

    chosen = background_rows(Fold, 7)
    assert len(set(chosen)) == MOST_BACKGROUND
    assert np.array_equal(chosen, background_rows(Fold, 7))
    assert not np.array_equal(chosen, background_rows(Fold, 8))


def test_summary_counts_unchosen_folds_as_zero(explanation, run):
    summary = explanation.summary().set_index("feature")
    name = summary.index[0]
    per_fold = []
    for fit in run.fits:
        block = explanation.table.query("repeat == @fit.repeat and fold == @fit.fold")
        block = block[(block["feature"] == name) & (block["repeat"] == fit.repeat)]
        per_fold.append(block["shap"].abs().mean() if len(block) else 0.0)
    assert summary.loc[name, "mean_abs_shap"] == pytest.approx(np.mean(per_fold))
    assert summary.loc[name, "sd"] == pytest.approx(np.std(per_fold, ddof=1))
    assert summary.loc[name, "selection_rate"] == np.mean([name in fit.features for fit in run.fits])
    assert summary["mean_abs_shap"].is_monotonic_decreasing


def test_saved_files(explanation, tmp_path):
    explanation.save(tmp_path)
    table = pd.read_parquet(tmp_path / "shap.parquet")
    assert list(table.columns) == ["row_id", "repeat", "fold", "feature", "value", "shap"]
    info = read_json(tmp_path / "shap.json")
    assert info["max_additivity_error"] == explanation.max_additivity_error
    assert len(info["folds"]) == 6
    assert {"repeat", "fold", "base_value", "explainer", "model"} <= info["folds"][0].keys()


def test_components_have_the_values_that_the_fold_s_model_sees(tmp_path) -> None:
    from sklearn.decomposition import PCA
    from sklearn.preprocessing import StandardScaler

    from radiobone.workflow.study import evaluate

    X, y = make_data(80, 5)
    table = pd.DataFrame(X + X[:, :1], columns=list("abcde"))
    pipeline = {
        "steps": ["scale", {"pca": {"n_components": 2}}],
        "models": ["lr"],
        "outer": {"folds": 3, "repeats": 1},
    }
    found = evaluate(table, y, groups=range(80), pipeline=pipeline, show_progress=False)
    shown = found.explanation.table
    assert set(shown["feature"]) == {"pca_1", "pca_2"}
    for fold, rows in found.result.predictions.groupby("fold"):
        names = [int(name) for name in rows["patient_id"]]
        train = table.drop(index=names)
        scaler = StandardScaler().fit(train)
        oracle = PCA(2).fit(scaler.transform(train)).transform(scaler.transform(table.loc[names]))
        own = shown[shown["fold"] == fold].pivot(index="row_id", columns="feature", values="value")
        seen = own.loc[rows["row_id"].astype(str)].to_numpy()
        np.testing.assert_allclose(np.abs(seen), np.abs(oracle), atol=1e-9)  # the sign is a convention
