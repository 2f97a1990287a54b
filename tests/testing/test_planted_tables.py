"""Planted tables: the promised AUC is reached by the best score, and nothing else differs."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.metrics import roc_auc_score

from radiobone.cohort.cohort import Cohort
from radiobone.cohort.readers import cohort_from_arrays
from radiobone.testing.tables import Design, null_cohort, planted_cohort

LARGE = Design(n_patients=8000, n_features=20, rows_per_patient=3)


@pytest.mark.parametrize("auc", [0.6, 0.75, 0.9])
@pytest.mark.parametrize("correlation", [0.0, 0.6])
def test_a_discriminant_trained_on_many_rows_reaches_the_ceiling(auc, correlation):
    design = Design(n_patients=8000, n_features=20, rows_per_patient=3, correlation=correlation)
    table = planted_cohort(design, auc=auc, seed=1)
    assert table.bayes_auc_rows == pytest.approx(auc)
    half = len(table.y) // 2
    model = LinearDiscriminantAnalysis().fit(table.X[:half], table.y[:half])
    score = model.decision_function(table.X[half:])
    assert roc_auc_score(table.y[half:], score) == pytest.approx(table.bayes_auc_rows, abs=0.02)
    patients = score.reshape(-1, 3).mean(axis=1)
    assert roc_auc_score(table.y[half::3], patients) == pytest.approx(table.bayes_auc_patients, abs=0.02)
    assert table.bayes_auc_patients > table.bayes_auc_rows


def test_only_informative_columns_differ_between_the_classes():
    table = planted_cohort(LARGE, auc=0.85, seed=0)
    assert len(table.informative) == 4
    for name in table.X:
        assert (roc_auc_score(table.y, table.X[name]) > 0.55) == (name in table.informative), name


def test_null_cohort_has_no_signal():
    table = null_cohort(LARGE, seed=0)
    assert table.informative == ()
    assert table.bayes_auc_rows == table.bayes_auc_patients == 0.5
    assert all(abs(roc_auc_score(table.y, table.X[name]) - 0.5) < 0.03 for name in table.X)


def test_blocks_and_patients_correlate_as_asked():
    table = null_cohort(LARGE, seed=2)
    correlation = np.corrcoef(table.X.to_numpy(), rowvar=False)
    assert correlation[0, 1] == pytest.approx(0.6, abs=0.03)
    assert correlation[0, 5] == pytest.approx(0.0, abs=0.03)
    rows = table.X.to_numpy()[:, 0].reshape(-1, 3)
    assert np.corrcoef(rows[:, 0], rows[:, 1])[0, 1] == pytest.approx(0.7, abs=0.03)


def test_sites_shift_features_and_not_labels():
    table = null_cohort(Design(n_patients=3000, n_sites=3, site_shift_sd=1.0, n_features=12), seed=0)
    sites = sorted(set(table.site))
    assert sites == ["site 1", "site 2", "site 3"]
    assert np.ptp([table.y[table.site == site].mean() for site in sites]) < 0.01
    within = np.mean([table.X[table.site == site].std() for site in sites], axis=0)
    means = np.array([table.X[table.site == site].mean() for site in sites])
    assert np.median(means.std(axis=0) / within) > 0.3


@settings(max_examples=30, deadline=None)
@given(
    n_patients=st.integers(4, 40), rows=st.integers(1, 3), n_features=st.integers(1, 30),
    block=st.integers(1, 7), prevalence=st.floats(0.2, 0.8), seed=st.integers(0, 10_000),
)  # fmt: skip
def test_shape_and_labels_of_any_design(n_patients, rows, n_features, block, prevalence, seed):
    design = Design(
        n_patients=n_patients, rows_per_patient=rows, n_features=n_features, block_size=block,
        prevalence=prevalence, n_informative=1,
    )  # fmt: skip
    table = planted_cohort(design, seed=seed)
    assert table.X.shape == (n_patients * rows, n_features)
    assert table.X.columns.is_unique
    assert table.X.index.is_unique
    assert np.isfinite(table.X.to_numpy()).all()
    by_patient = table.y.reshape(-1, rows)
    assert by_patient.sum() == rows * round(prevalence * n_patients)
    assert (np.ptp(by_patient, axis=1) == 0).all()
    again = planted_cohort(design, seed=seed)
    assert table.X.equals(again.X)
    assert (table.y == again.y).all()


def test_impossible_designs_are_refused():
    with pytest.raises(ValueError, match="blocks"):
        planted_cohort(Design(n_features=10, block_size=5, n_informative=3))
    with pytest.raises(ValueError, match="both classes"):
        planted_cohort(Design(n_patients=5, prevalence=0.01))


def test_makes_a_cohort():
    table = planted_cohort(Design(n_patients=10, rows_per_patient=2, n_sites=2))
    cohort = cohort_from_arrays(table.X, table.y, groups=table.patient, sites=table.site)
    assert isinstance(cohort, Cohort)
    assert cohort.n_patients == 10
