"""Sample size of validation against the authors' program, and what is told of a cohort."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm
from sklearn.linear_model import LogisticRegression

from radiobone.cohort.readers import cohort_from_arrays
from radiobone.core.errors import BadSetting
from radiobone.evaluation.adequacy import development_adequacy, validation_adequacy
from radiobone.evaluation.delong import auc_covariance
from radiobone.evaluation.sample_size import required_sample_size
from radiobone.evaluation.validation_size import validation_sample_size

NORMAL = norm.ppf((np.arange(200_000) + 0.5) / 200_000)


def test_equals_the_authors_program():
    """pmvalsampsize 0.2.1 (type b, prevalence 0.018, C 0.8, log odds normal with mean -5 and SD 2.5): 905, 4545, 4252."""
    found = validation_sample_size(0.018, auc=0.8, log_odds=-5 + 2.5 * NORMAL, ratio_width=1)
    assert found.ratio == pytest.approx(905, abs=2)
    assert found.slope == pytest.approx(4545, rel=0.01)  # theirs is simulated
    assert found.auc == pytest.approx(4252, abs=1)
    assert (found.n, found.n_positive) == (found.slope, int(np.ceil(found.slope * 0.018)))


def test_the_slope_is_as_precise_as_promised():
    """Of simulated cohorts of that size, the slopes spread as the interval's width says."""
    log_odds = 0.3 + 1.2 * NORMAL
    n = validation_sample_size(0.5, auc=0.8, log_odds=log_odds, slope_width=0.6).slope
    slopes = []
    for seed in range(150):
        rng = np.random.default_rng(seed)
        x = rng.choice(log_odds, size=n)
        y = rng.random(n) < 1 / (1 + np.exp(-x))
        slopes.append(LogisticRegression(C=np.inf).fit(x[:, None], y).coef_[0, 0])
    assert 2 * 1.96 * np.std(slopes) == pytest.approx(0.6, rel=0.2)


def test_the_auc_is_as_precise_as_promised():
    n = validation_sample_size(0.3, auc=0.75, log_odds=NORMAL, auc_width=0.16).auc
    errors = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        y = np.arange(n) < round(0.3 * n)
        score = rng.normal(size=n) + np.sqrt(2) * norm.ppf(0.75) * y
        errors.append(np.sqrt(auc_covariance(y.astype(int), score).covariance[0, 0]))
    assert 2 * 1.96 * np.mean(errors) == pytest.approx(0.16, rel=0.1)


def test_what_cannot_be_told_is_refused():
    with pytest.raises(BadSetting, match="between 0 and 1"):
        validation_sample_size(0.0, auc=0.8, log_odds=NORMAL)
    with pytest.raises(BadSetting, match="same probability"):
        validation_sample_size(0.3, auc=0.8, log_odds=np.zeros(10))


def cohort(n, n_features, rows_each=1, share=0.5):
    rng = np.random.default_rng(0)
    y = np.repeat((np.arange(n) < share * n).astype(int), rows_each)
    X = pd.DataFrame(rng.normal(size=(n * rows_each, n_features)))
    X.columns = [f"f{i}" for i in range(n_features)]
    return cohort_from_arrays(X, y, groups=np.repeat(np.arange(n), rows_each))


def test_a_radiomics_cohort_is_too_small_and_rows_do_not_make_it_larger():
    found = development_adequacy(cohort(100, 300))
    assert found["needed"]["n"] > 10_000
    assert not found["enough"]
    assert "Offer fewer features" in found["sentence"]
    several = development_adequacy(cohort(100, 300, rows_each=4))
    assert {**several, "sentence": ""} == {**found, "sentence": ""}


def test_rows_for_testing_alone_are_no_rows_to_learn_from():
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(90, 5)), columns=[f"f{k}" for k in range(5)])
    y = np.arange(90) % 3 == 0
    whole = cohort_from_arrays(X, y, groups=np.arange(90))
    part = cohort_from_arrays(X.iloc[:60], y[:60], groups=np.arange(60))
    found = development_adequacy(whole, auc=0.8, learned=np.isin(whole.groups, part.groups))
    assert found["n_patients"] == 60
    assert found == development_adequacy(part, auc=0.8)


def test_few_candidates_and_a_strong_model_are_enough():
    found = development_adequacy(cohort(600, 5), auc=0.85)
    wanted = required_sample_size(0.5, n_parameters=5, r2_cox_snell=found["r2_cox_snell"])
    assert found["needed"]["n"] == wanted.n <= 600
    assert found["enough"]
    assert found["shrinkage"] > 0.9
    assert found["sentence"].endswith("Enough.")


@pytest.mark.long
@pytest.mark.slow
@given(
    n=st.integers(20, 2000),
    features=st.integers(1, 200),
    auc=st.none() | st.floats(0, 1),
    share=st.floats(0.1, 0.9),
)
@settings(max_examples=25, deadline=None)
def test_as_many_candidates_are_carried_as_the_criteria_allow(n, features, auc, share):
    found = development_adequacy(cohort(n, features, share=share), auc=auc)
    carried, positive = found["candidates_supported"], np.ceil(share * n) / n

    def needed(count):
        return required_sample_size(positive, n_parameters=count, r2_cox_snell=found["r2_cox_snell"]).n

    assert 0 <= carried <= features
    assert carried == 0 or needed(carried) <= n
    assert carried == features or needed(carried + 1) > n
    assert found["enough"] == (carried == features)


def test_a_validation_that_is_too_small_says_of_what():
    rng = np.random.default_rng(0)
    y, groups = np.arange(80) % 2, np.arange(80)
    probability = 1 / (1 + np.exp(-(rng.normal(size=80) + y)))
    found = validation_adequacy(groups, y, probability, auc=0.76)
    assert not found["enough"]
    assert "the calibration slope" in found["sentence"]
    flat = validation_adequacy(groups, y, np.full(80, 0.5), auc=0.5)
    assert flat["needed"] is None
