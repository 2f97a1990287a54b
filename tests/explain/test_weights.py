"""Weights of linear models, the nomogram made of them, and how far folds agree, each against an independent twin."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit
from scipy.stats import spearmanr

from radiobone.cohort.cohort import Cohort
from radiobone.evaluation.nested_cv import nested_cv
from radiobone.evaluation.row_metadata import raw_rows
from radiobone.evaluation.spec import load_pipeline
from radiobone.explain.agreement import fold_agreement
from radiobone.explain.nomogram import nomogram_of
from radiobone.explain.scales import SCALES
from radiobone.explain.weights import joined_weights, straight_line, weights_of

STEPS = ["impute", "constant", "scale", {"mannwhitney": {"min_features": 3, "max_features": 4}}]
LINEAR = ["lr", "lr_l1", "lda", {"svm": {"kernel": ["linear"], "C": [1.0]}}]


def cohort_of(n: int = 60) -> Cohort:
    rng = np.random.default_rng(1)
    y = np.arange(n) % 2
    X = rng.normal(size=(n, 6)) * [1, 5, 100, 0.01, 1, 1] + y[:, None] * [1, 4, 50, 0.01, 0, 0]
    X[3, 0] = np.nan
    ids = np.array([f"p{i:02d}" for i in range(n)])
    table = pd.DataFrame(X, columns=[f"original_F{i}" for i in range(6)], index=ids)
    return Cohort(table, y, ids, np.full(n, ""), None, "fracture", "yes", "no")


def run_of(cohort: Cohort, model: object, steps: list[object] = STEPS) -> list:
    spec = {"steps": steps, "models": [model], "outer": {"folds": 3}, "inner": {"folds": 2}}
    return list(nested_cv(cohort, load_pipeline(spec), seed=2, show_progress=False).fits)


@pytest.mark.filterwarnings("ignore::radiobone.core.warnings.Imputed")
@pytest.mark.parametrize("model", LINEAR, ids=str)
def test_the_weights_of_raw_values_give_the_models_own_probability(model):
    cohort = cohort_of()
    for fit in run_of(cohort, model):
        found = weights_of(fit, raw_rows(cohort).take(fit.train))
        raw = cohort.X.iloc[fit.test][list(fit.features)].to_numpy()
        whole = np.isfinite(raw).all(axis=1)
        total = found.intercept + ((raw - found.centre) / found.unit) @ found.coefficient
        seen = np.asarray(fit.steps.transform(cohort.X.iloc[fit.test]))
        own = SCALES["binary"].predict(fit)(seen)
        assert expit(total[whole]) == pytest.approx(own[whole], abs=1e-9)
        assert found.spread == pytest.approx(
            np.ones(len(found.spread)), abs=0.05
        )  # scaled, but for one filled-in value


@pytest.mark.parametrize(
    "model", [{"rf": {"n_estimators": [5]}}, {"svm": {"kernel": ["rbf"], "C": [1.0]}}], ids=str
)
def test_other_models_have_no_weights(model):
    cohort = cohort_of()
    fit = run_of(cohort, model)[0]
    assert weights_of(fit, raw_rows(cohort).take(fit.train)) is None


def test_ranks_have_no_straight_way_back():
    cohort = cohort_of()
    fit = run_of(
        cohort,
        "lr",
        ["impute", "constant", "normal_scores", {"mannwhitney": {"max_features": 4, "min_features": 3}}],
    )[0]
    found = weights_of(fit, raw_rows(cohort).take(fit.train))
    assert np.isnan(found.centre).all()
    assert np.isnan(found.unit).all()


@settings(max_examples=50, deadline=None)
@given(st.integers(2, 30), st.floats(-1e4, 1e4), st.floats(1e-3, 1e3), st.integers(0, 1000))
def test_a_straight_line_is_found_again(n, centre, unit, seed):
    raw = centre + unit * np.random.default_rng(seed).normal(size=n)
    found = straight_line(raw, (raw - centre) / unit)
    assert found == pytest.approx((centre, unit), rel=1e-6, abs=1e-5)


def test_a_bent_or_flat_column_has_no_line():
    raw = np.linspace(-1, 1, 9)
    assert np.isnan(straight_line(raw, raw**3)).all()
    assert np.isnan(straight_line(raw, np.zeros(9))).all()
    assert np.isnan(straight_line(np.ones(9), raw)).all()


def test_reading_the_nomogram_gives_the_mean_of_the_models_log_odds():
    cohort = cohort_of()
    fits = run_of(cohort, {"lr": {"C": [1.0]}})
    tables = [weights_of(fit, raw_rows(cohort).take(fit.train)).table(fit) for fit in fits]
    ranges = pd.DataFrame({"low": cohort.X.min(), "high": cohort.X.max()})
    nomogram = nomogram_of(joined_weights(tables), ranges, most=20)
    rows = cohort.X.dropna().iloc[:15]
    log_odds = [logit(fit.model.predict_proba(np.asarray(fit.steps.transform(rows)))[:, 1]) for fit in fits]
    for number, (_, row) in enumerate(rows.iterrows()):
        total = sum(nomogram.points(line, row[line.feature]) for line in nomogram.lines)
        expected = expit(np.mean([one[number] for one in log_odds]))
        assert nomogram.outcome(total) == pytest.approx(expected, abs=1e-9)
        assert nomogram.total_for(nomogram.outcome(total)) == pytest.approx(total, abs=1e-6)


def test_lines_that_are_not_drawn_are_held_at_their_middle():
    cohort = cohort_of()
    fits = run_of(cohort, {"lr": {"C": [1.0]}})
    weights = joined_weights([weights_of(fit, raw_rows(cohort).take(fit.train)).table(fit) for fit in fits])
    ranges = pd.DataFrame({"low": cohort.X.min(), "high": cohort.X.max()})
    whole, part = (nomogram_of(weights, ranges, most=most) for most in (20, 2))
    assert part.n_held == len(whole.lines) - 2
    middle = sum(whole.points(line, (line.low + line.high) / 2) for line in whole.lines)
    middle_of_part = sum(part.points(line, (line.low + line.high) / 2) for line in part.lines)
    assert part.outcome(middle_of_part) == pytest.approx(whole.outcome(middle), abs=1e-12)
    assert min(whole.points(line, line.low) for line in whole.lines) + 1e-9 >= 0
    assert max(
        whole.points(line, end) for line in whole.lines for end in (line.low, line.high)
    ) == pytest.approx(100)


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 12), st.integers(2, 6), st.integers(0, 1000))
def test_agreement_is_spearmans_correlation_and_the_share_of_shared_leaders(n_features, n_folds, seed):
    rng = np.random.default_rng(seed)
    values = np.where(rng.random((n_features, n_folds)) < 0.4, np.nan, rng.random((n_features, n_folds)))
    means = pd.DataFrame(values, index=[f"f{i:02d}" for i in range(n_features)])
    found = fold_agreement(means, top=3)
    filled = np.nan_to_num(values)
    for i in range(n_folds):
        for j in range(n_folds):
            if np.ptp(filled[:, i]) > 0 and np.ptp(filled[:, j]) > 0:
                expected = spearmanr(filled[:, i], filled[:, j]).statistic
                assert found.rank[i, j] == pytest.approx(expected, abs=1e-9)
            leaders = [set(means[k].dropna().sort_values(ascending=False).index[:3]) for k in (i, j)]
            expected = len(leaders[0] & leaders[1]) / max(len(leaders[0]), len(leaders[1]), 1)
            assert found.overlap[i, j] == pytest.approx(expected)


def test_folds_alike_agree_wholly():
    means = pd.DataFrame({(0, fold): [0.3, 0.2, np.nan] for fold in range(4)}, index=["a", "b", "c"])
    found = fold_agreement(means)
    assert found.pairs_rank == pytest.approx(np.ones(6))
    assert found.pairs_overlap == pytest.approx(np.ones(6))
