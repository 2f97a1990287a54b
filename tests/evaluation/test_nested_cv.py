from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from imblearn.pipeline import Pipeline as ImbalancedPipeline
from scipy.special import logit
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GridSearchCV

from radiobone.cohort.readers import cohort_from_arrays, read_cohort
from radiobone.core.errors import BadSetting, PatientInTrainAndTest, TooFewPerClass
from radiobone.core.seeds import seed_for
from radiobone.core.warnings import Imputed
from radiobone.evaluation.nested_cv import nested_cv
from radiobone.evaluation.spec import load_pipeline
from radiobone.evaluation.splits import Split, make_splits
from radiobone.models.registry import MODELS
from radiobone.models.scores import raw_scores
from radiobone.selection.registry import RESAMPLERS, STEPS

QUICK = {
    "steps": ["impute", "constant", "scale", {"mannwhitney": {"min_features": 3, "max_features": [3, 10]}}],
    "models": [{"lr": {"C": [0.01, 1.0]}}, {"svm": {"kernel": "rbf", "C": [1.0]}}],
    "outer": {"folds": 4},
    "inner": {"folds": 3},
}


def made(seed, n=80, p=30, signal=0.0, each=1):
    rng = np.random.default_rng(seed)
    patient = np.repeat(np.arange(n // each), each)
    y = rng.permutation(np.arange(n // each) % 2)[patient]
    X = rng.normal(size=(n // each, p))[patient] + 0.5 * rng.normal(size=(n, p))
    X[:, :3] += signal * y[:, None]
    return X, y, patient


def run(cohort, spec, **kwargs):
    return nested_cv(cohort, load_pipeline(spec), show_progress=False, **kwargs)


@pytest.mark.parametrize(
    ("resampler", "model", "space"),
    [
        (None, "lr", {"C": [0.001, 0.1, 10.0]}),
        ("smote", "svm", {"kernel": ["linear", "rbf"], "C": [0.1, 1.0]}),
        ("random_under", "rf", {"n_estimators": [15], "min_samples_leaf": [3, 8]}),
        (None, "xgboost", {"max_depth": [1, 2]}),
    ],
)
def test_equals_plain_scikit_learn(resampler, model, space):
    X, y, patient = made(5, n=90, signal=0.5, each=2)
    cohort = cohort_from_arrays(X, y, groups=patient)
    extra = [resampler] if resampler else []
    spec = load_pipeline({**QUICK, "steps": [*QUICK["steps"], *extra], "models": [{model: space}]})
    splits = make_splits(cohort.y, cohort.groups, folds=4, repeats=1, seed=7, key="outer")
    run_ = nested_cv(cohort, spec, seed=7, show_progress=False)
    for fit, split in zip(run_.fits, splits, strict=True):
        np.testing.assert_array_equal(fit.test, split.test)
        key = ("repeat", 0, "fold", split.fold)
        train, groups = split.train, cohort.groups[split.train]
        inner = make_splits(
            cohort.y[train], groups, folds=3, repeats=1, seed=7, key=f"inner/repeat/0/fold/{split.fold}"
        )
        plain = ImbalancedPipeline(
            [
                *((name, STEPS[name]()) for name in ("impute", "constant", "scale")),
                ("mannwhitney", STEPS["mannwhitney"](min_features=3)),
                *((name, RESAMPLERS[name](random_state=seed_for(7, *key, name))) for name in extra),
                ("model", MODELS[model].make(seed_for(7, *key, model))),
            ]
        )
        grid = {
            "mannwhitney__max_features": [3, 10],
            **{f"model__{name}": values for name, values in space.items()},
        }
        cv = [(part.train, part.test) for part in inner]
        search = GridSearchCV(plain, grid, scoring="roc_auc", cv=cv).fit(
            cohort.X.iloc[train], cohort.y[train]
        )
        assert fit.inner_score == pytest.approx(search.best_score_, abs=1e-12)
        chosen = {name.removeprefix("model__"): value for name, value in search.best_params_.items()}
        tied = np.isclose(search.cv_results_["mean_test_score"], search.best_score_, atol=1e-12).sum() > 1
        if tied:
            continue
        assert fit.params == {name: value for name, value in chosen.items() if name in fit.params}
        best = search.best_estimator_
        test = cohort.X.iloc[split.test]
        ours = raw_scores(fit.model, fit.steps.transform(test))
        if hasattr(best, "decision_function"):
            np.testing.assert_array_equal(ours, best.decision_function(test))
        else:
            np.testing.assert_allclose(ours, logit(best.predict_proba(test)[:, 1].astype(float)), rtol=1e-6)


def test_calibration_keeps_the_auc_and_unused_rows_out():
    X, y, patient = made(1, signal=1.0, each=2)
    cohort = cohort_from_arrays(X, y, groups=patient)
    for fit in run(cohort, QUICK, seed=1).fits:
        scores = raw_scores(fit.model, fit.steps.transform(cohort.X.iloc[fit.test]))
        assert roc_auc_score(cohort.y[fit.test], scores) == roc_auc_score(cohort.y[fit.test], fit.output)
        assert set(fit.train.tolist()).isdisjoint(fit.test.tolist())
        assert not set(cohort.groups[fit.train]) & set(cohort.groups[fit.test])
        assert list(fit.features) == list(fit.steps.get_feature_names_out())


@pytest.mark.parametrize("models", [["lr", "svm"], [{"rf": {"n_estimators": 15}}], ["xgboost"]])
def test_same_bits_for_one_and_two_jobs(models):
    X, y, patient = made(2, signal=0.5)
    spec = {
        **QUICK,
        "steps": [*QUICK["steps"], "smote"],
        "models": models,
        "search": {"kind": "random", "n_iter": 2},
    }
    one, two = (
        run(cohort_from_arrays(X, y, groups=patient), spec, seed=3, jobs=jobs).result for jobs in (1, 2)
    )
    pd.testing.assert_frame_equal(one.predictions, two.predictions, check_exact=True)
    pd.testing.assert_frame_equal(one.selected, two.selected)
    assert one.metrics == two.metrics
    assert one.summary == two.summary
    assert one.folds == two.folds


def test_same_bits_for_any_row_order_with_ids(tmp_path):
    X, y, patient = made(4, signal=0.5, each=2)
    table = pd.DataFrame(X, columns=[f"f{i}" for i in range(X.shape[1])])
    table.insert(0, "patient_id", [f"P{i:02d}" for i in patient])
    table.insert(1, "roi", ["L1", "L2"] * (len(y) // 2))
    table["y"] = y
    results = []
    for number in range(2):
        path = tmp_path / f"{number}.csv"
        table.sample(frac=1, random_state=number).to_csv(path, index=False)
        results.append(run(read_cohort(path, target="y"), QUICK, seed=1).result)
    pd.testing.assert_frame_equal(results[0].predictions, results[1].predictions, check_exact=True)
    assert results[0].metrics == results[1].metrics
    assert results[0].summary == results[1].summary


def test_another_seed_is_another_split():
    X, y, patient = made(2)
    cohort = cohort_from_arrays(X, y, groups=patient)
    one, two = (run(cohort, QUICK, seed=seed).result.predictions for seed in (1, 2))
    assert not one.equals(two)


@pytest.mark.slow
@pytest.mark.long
def test_noise_scores_half_and_a_planted_signal_is_found():
    null = [
        run(cohort_from_arrays(*made(seed, p=200)[:2]), QUICK, seed=seed).result.metrics["auc"].mean
        for seed in range(8)
    ]
    assert abs(np.mean(null) - 0.5) < 3.29 * 0.095 / np.sqrt(8)
    found = [
        run(cohort_from_arrays(*made(seed, n=120, p=200, signal=1.0)[:2]), QUICK, seed=seed).result
        for seed in range(3)
    ]
    aucs = [result.metrics["auc"].mean for result in found]
    # three columns of SD sqrt(1.25) shifted by 1: the best possible AUC is 0.863
    assert 0.75 < np.mean(aucs) < 0.863 + 0.06
    planted = found[0].selected.groupby("feature").size()
    assert {"x0", "x1", "x2"} <= set(planted[planted >= 3].index)


@pytest.mark.slow
@pytest.mark.long
def test_several_rows_of_a_patient_teach_nothing_about_noise():
    aucs = []
    for seed in range(6):
        X, y, patient = made(seed, n=150, each=3, p=60)
        cohort = cohort_from_arrays(X, y, groups=patient)
        spec = {**QUICK, "models": [{"svm": {"kernel": "rbf", "C": [10.0]}}]}
        aucs.append(run(cohort, spec, seed=seed).result.metrics["auc"].mean)
    assert abs(np.mean(aucs) - 0.5) < 3.29 * 0.12 / np.sqrt(6)


def test_threshold_and_calibration_rules():
    X, y, _ = made(3, signal=1.0)
    cohort = cohort_from_arrays(X, y)
    plain = run(cohort, {**QUICK, "models": ["lr", "svm"], "calibration": "none", "threshold": 0.4})
    assert {fit.threshold for fit in plain.fits} == {0.4}
    for fit in plain.fits:
        assert (fit.calibrator is None) == (fit.model_name == "lr")
    cohort = cohort_from_arrays(*made(3, n=400, signal=1.0)[:2])
    careful = run(cohort, {**QUICK, "threshold": {"sensitivity": 0.95}}).result.metrics
    assert 0.9 < careful["sensitivity"].mean < 0.99


def test_a_given_split_through_a_patient_is_refused():
    X, y, patient = made(1, each=2)
    rows = np.arange(len(y))
    split = Split(0, 0, rows[1:], rows[:1])
    with pytest.raises(PatientInTrainAndTest):
        run(cohort_from_arrays(X, y, groups=patient), QUICK, splits=[split])


def test_few_cases_of_a_class():
    X, _, _ = made(1)
    y = (np.arange(80) < 4).astype(int)
    result = run(cohort_from_arrays(X, y), QUICK).result
    assert {entry["inner_folds"] for entry in result.folds} == {3}
    assert "FewEvents" in {finding["code"] for finding in result.audit}
    with pytest.raises(TooFewPerClass, match="3 patients are positive"):
        run(cohort_from_arrays(X, (np.arange(80) < 3).astype(int)), QUICK)


def test_a_parameter_that_a_model_refuses_is_named():
    X, y, patient = made(1)
    cohort = cohort_from_arrays(X, y, groups=patient)
    with pytest.raises(BadSetting, match=r"'lr' in the pipeline.*'C'"):
        run(cohort, {**QUICK, "models": [{"lr": {"C": [-1.0]}}]})


def test_missing_values_without_imputation_are_named():
    X, y, patient = made(1)
    X[::7, 0] = np.nan
    with pytest.warns(Imputed):
        cohort = cohort_from_arrays(X, y, groups=patient)
    with pytest.raises(BadSetting, match="'mannwhitney' takes no missing values"):
        run(cohort, {**QUICK, "steps": ["scale", "mannwhitney"]})
