"""Riley's sample size against the published examples and the authors' program."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score

from radiobone.core.errors import BadSetting
from radiobone.evaluation.sample_size import expected_shrinkage, r2_from_auc, required_sample_size


def test_chagas_example():
    """Chagas disease in Riley et al., Stat Med 2019, as the authors' pmsampsize gives it: 623, 662 and 221."""
    found = required_sample_size(0.174, n_parameters=24, r2_cox_snell=0.288)
    assert (found.shrinkage, found.r2_optimism, found.overall_risk) == (623, 662, 221)
    assert found.n == max(662, found.risk_error)
    assert found.n_positive == int(np.ceil(found.n * 0.174))


def test_pre_eclampsia_example():
    """Riley et al., BMJ 2020: 30 parameters, 5 % positives, R² of 0.05: 73, 544 and 5249 patients."""
    found = required_sample_size(0.05, n_parameters=30, r2_cox_snell=0.05)
    assert (found.overall_risk, found.risk_error, found.shrinkage) == (73, 544, 5249)
    assert found.n == 5249


def test_from_an_auc_as_pmsampsize():
    """pmsampsize, C statistic 0.89 instead of R²: 615 and 660, from a simulation of a million patients."""
    found = required_sample_size(0.174, n_parameters=24, r2_cox_snell=r2_from_auc(0.89, 0.174))
    assert found.shrinkage == pytest.approx(615, abs=3)
    assert found.r2_optimism == pytest.approx(660, abs=3)


def test_r2_is_that_of_a_model_with_such_scores():
    rng = np.random.default_rng(0)
    y = (rng.random(200_000) < 0.3).astype(int)
    score = (rng.normal(size=200_000) + 1.2 * y)[:, None]
    p = LogisticRegression(C=np.inf).fit(score, y).predict_proba(score)[:, 1]
    null = np.full(len(y), y.mean())
    r2 = 1 - np.exp(2 * (log_loss(y, p) - log_loss(y, null)))
    assert r2_from_auc(roc_auc_score(y, score[:, 0]), y.mean()) == pytest.approx(r2, abs=2e-3)


@pytest.mark.parametrize("n", [100, 623, 5000])
def test_shrinkage_undoes_the_sample_size(n):
    shrinkage = expected_shrinkage(n, n_parameters=24, r2_cox_snell=0.288)
    assert 24 / ((shrinkage - 1) * np.log(1 - 0.288 / shrinkage)) == pytest.approx(n, rel=1e-6)
    assert (shrinkage >= 0.9) == (n >= 623)


def test_refusals():
    with pytest.raises(BadSetting, match="share of positives"):
        required_sample_size(1.0, n_parameters=3, r2_cox_snell=0.1)
    with pytest.raises(BadSetting, match=r"between 0 and 0\.328"):
        required_sample_size(0.05, n_parameters=3, r2_cox_snell=0.4)
    with pytest.raises(BadSetting, match="too few"):
        expected_shrinkage(10, n_parameters=10_000, r2_cox_snell=0.1)
    with pytest.raises(BadSetting, match="AUC"):
        r2_from_auc(0.4, 0.2)
