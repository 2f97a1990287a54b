"""Nested cross-validation chooses and predicts what plain scikit-learn does on the same folds."""

import numpy as np
import pytest

from radiobone.cohort.readers import cohort_from_arrays
from radiobone.evaluation.nested_cv import nested_cv
from radiobone.evaluation.spec import load_pipeline
from radiobone.evaluation.splits.outer import outer_splits
from radiobone.models.scores import raw_scores
from radiobone.testing.plain_search import plain_search
from radiobone.testing.tables import Design, planted_cohort

SELECTORS = {
    "mannwhitney": {"alpha": 1.0, "max_features": [5, 2, 40]},
    "lasso": {"max_features": [3, 40], "n_lambdas": 8, "n_folds": 2},
    "elastic_net": {"rule": ["min", "1se"], "max_features": [3], "n_lambdas": 8, "n_folds": 2},
    "mrmr": {"n_features": [2, 9, 4]},
    "relieff": {"n_features": [3, 6]},
    "ttest": {"max_features": [3, 6], "alpha": [0.05, 0.5]},
}
MODELS = {
    "lr": {"C": [0.01, 1.0]},
    "svm": {"kernel": ["rbf"], "C": [0.1, 10.0], "gamma": [0.01, 0.1]},
    "rf": {"n_estimators": [20], "min_samples_leaf": [1, 5]},
    "xgboost": {"n_estimators": [12], "max_depth": [1, 3]},
}
PAIRS = [(selector, model) for selector in ("mannwhitney", "lasso", "mrmr") for model in MODELS]
PAIRS += [("elastic_net", "lr"), ("relieff", "svm"), ("ttest", "lr")]


@pytest.mark.parametrize(("selector", "model"), PAIRS)
def test_predicts_what_a_plain_grid_search_predicts(selector, model):
    made = planted_cohort(
        Design(n_patients=45, rows_per_patient=2, n_features=30, n_informative=5), auc=0.8, seed=3
    )
    cohort = cohort_from_arrays(made.X, made.y, groups=made.patient)
    spec = load_pipeline(
        {
            "steps": ["scale", {selector: SELECTORS[selector]}],
            "models": [{model: MODELS[model]}],
            "outer": {"folds": 2, "repeats": 1},
            "inner": {"folds": 2},
        }
    )
    run = nested_cv(cohort, spec, seed=4, show_progress=False)
    splits = outer_splits(cohort, spec.outer, seed=4)
    for fit, split in zip(run.fits, splits, strict=True):
        plain = plain_search(cohort, spec, split, seed=4)
        assert fit.params == plain.params
        assert fit.inner_score == pytest.approx(plain.inner_score, abs=1e-12)
        ours = raw_scores(fit.model, fit.steps.transform(cohort.X.iloc[fit.test]))
        np.testing.assert_allclose(ours, plain.scores, rtol=1e-9, atol=1e-12)  # sums in another order of rows
