"""Rows of ordered classes and of numbers become patients by a stated rule, and both levels are reported."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score, mean_absolute_error, r2_score

from radiobone.cohort.readers import cohort_from_arrays
from radiobone.core.errors import BadSetting, ConflictingLabel
from radiobone.core.warnings import PatientLevelLeftOut, collected
from radiobone.evaluation.final_model import fit_model, load_model
from radiobone.evaluation.nested_cv import nested_cv
from radiobone.evaluation.ordinal_metrics import beyond_probability
from radiobone.evaluation.pooling import RULES, pool_output
from radiobone.evaluation.result import Result
from radiobone.evaluation.spec import load_pipeline

MODELS = {"ordinal": {"proportional_odds": {"C": [1.0]}}, "number": {"ridge": {"alpha": [1.0]}}}


def spec(task, **more):
    folds = {"outer": {"folds": 3, "repeats": 2}, "inner": {"folds": 2}}
    return load_pipeline({"steps": ["impute", "scale"], "models": [MODELS[task]], **folds, **more}, task)


def views(task, n=60, rows=3, noise=1.5, seed=0):
    """Noisy views of a patient's one value, so that pooling them must do better than any of them."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(size=n)
    y = np.digitize(truth, np.quantile(truth, [1 / 3, 2 / 3])) if task == "ordinal" else truth
    patient = np.repeat(np.arange(n), rows)
    X = rng.normal(scale=noise, size=(n * rows, 3)) + truth[patient][:, None]
    return cohort(task, X, y[patient], patient)


def cohort(task, X, y, patient):
    with collected():
        return cohort_from_arrays(X, y, groups=patient, task=spec(task).task)


def per_region(task):
    """Regions of a patient that differ in the target."""
    found = views(task)
    rng = np.random.default_rng(1)
    y = (
        np.minimum(found.y + (rng.random(found.n_rows) < 0.3), 2)
        if task == "ordinal"
        else found.y + rng.normal(scale=0.1, size=found.n_rows)
    )
    return cohort(task, found.X.to_numpy(), y, found.patient)


class TestRule:
    @settings(max_examples=30, deadline=None)
    @given(st.integers(0, 1000), st.sampled_from(sorted(RULES)))
    def test_pooled_classes_are_probabilities_in_order(self, seed, rule):
        rng = np.random.default_rng(seed)
        probability = rng.dirichlet(np.ones(4), size=15)
        patient = rng.integers(0, 5, 15)
        pooled, of_row = pool_output(probability, patient, rule)
        assert (pooled >= 0).all()
        np.testing.assert_allclose(pooled.sum(axis=1), 1)
        expected = pd.DataFrame(beyond_probability(probability)).groupby(patient).agg(rule).to_numpy()
        np.testing.assert_allclose(beyond_probability(pooled), expected, atol=1e-12)
        assert of_row.tolist() == np.unique(patient, return_inverse=True)[1].tolist()
        if rule == "mean":
            means = pd.DataFrame(probability).groupby(patient).mean().to_numpy()
            np.testing.assert_allclose(pooled, means, atol=1e-12)

    def test_the_order_of_rows_changes_no_bit(self):
        rng = np.random.default_rng(0)
        probability, patient = rng.dirichlet(np.ones(3), size=30), np.repeat(np.arange(10), 3)
        mixed = rng.permutation(30)
        for rule in RULES:
            again, _ = pool_output(probability[mixed], patient[mixed], rule)
            np.testing.assert_array_equal(again, pool_output(probability, patient, rule)[0])


class TestBothLevels:
    def test_numbers_of_patients_are_the_pooled_numbers_of_their_rows(self):
        result = nested_cv(views("number"), spec("number", pool="median"), show_progress=False).result
        level, keys = result.patients, ["repeat", "fold", "patient_id"]
        expected = result.predictions.groupby(keys)[["y", "predicted"]].median().sort_index()
        found = level.predictions.set_index(keys)[["y", "predicted"]].sort_index()
        pd.testing.assert_frame_equal(found, expected)
        folds = [block for _, block in level.predictions.groupby(["repeat", "fold"])]
        assert level.metrics["r2"].mean == pytest.approx(
            np.mean([r2_score(block["y"], block["predicted"]) for block in folds])
        )
        assert level.metrics["mae"].mean == pytest.approx(
            np.mean([mean_absolute_error(block["y"], block["predicted"]) for block in folds])
        )
        difference = level.predictions["predicted"] - level.predictions["y"]
        assert level.figures["bland_altman"]["bias"]["value"] == pytest.approx(difference.mean())
        assert (level.n_patients, level.n_mixed, level.rule) == (60, 0, "median")

    def test_classes_of_patients_are_scored_once_each(self):
        result = nested_cv(views("ordinal"), spec("ordinal"), show_progress=False).result
        level = result.patients
        assert sum(one["n"] for one in level.figures["levels"]) == 60
        assert np.sum(level.figures["confusion"]) == 2 * 60
        folds = [block for _, block in level.predictions.groupby(["repeat", "fold"])]
        kappas = [cohen_kappa_score(one["y"], one["predicted"], weights="quadratic") for one in folds]
        assert level.metrics["quadratic_kappa"].mean == pytest.approx(np.mean(kappas))

    @pytest.mark.parametrize(("task", "key"), [("ordinal", "quadratic_kappa"), ("number", "r2")])
    def test_pooling_gains_where_rows_are_noisy_views_and_rows_stay_as_they_are(self, task, key):
        found = views(task, n=150)
        pooled = nested_cv(found, spec(task), show_progress=False).result
        alone = nested_cv(found, spec(task, pool="none"), show_progress=False).result
        assert pooled.patients.metrics[key].mean > pooled.metrics[key].mean + 0.03
        assert alone.patients is None
        assert pooled.metrics == alone.metrics
        assert {"patients"} == {one["part"] for one in alone.summary["left_out"]} - {
            one["part"] for one in pooled.summary["left_out"]
        }

    def test_a_result_comes_back(self, tmp_path):
        result = nested_cv(views("number"), spec("number"), show_progress=False).result
        result.save(tmp_path)
        again = Result.load(tmp_path).patients
        assert again.as_plain() == result.patients.as_plain()


class TestPatientsWhoseRowsDiffer:
    def test_measured_numbers_are_pooled_by_the_same_rule(self):
        found = per_region("number")
        result = nested_cv(found, spec("number", pool="min-pooled"), show_progress=False).result
        least = pd.Series(found.y).groupby(found.patient).min()
        table = result.patients.predictions.drop_duplicates("patient_id").set_index("patient_id")["y"]
        assert table.to_dict() == least.to_dict()
        assert result.patients.n_mixed == 60

    def test_the_highest_class_of_the_rows_is_the_patients(self):
        found = per_region("ordinal")
        result = nested_cv(found, spec("ordinal", pool="max-any"), show_progress=False).result
        highest = pd.Series(found.y).groupby(found.patient).max()
        table = result.patients.predictions.drop_duplicates("patient_id").set_index("patient_id")["y"]
        assert table.to_dict() == highest.to_dict()

    @pytest.mark.parametrize(("task", "remedy"), [("ordinal", "max-any"), ("number", "max-pooled")])
    def test_where_nothing_is_said_rows_are_reported_with_a_warning_or_refused(self, task, remedy):
        with pytest.warns(PatientLevelLeftOut, match=remedy):
            assert nested_cv(per_region(task), spec(task), show_progress=False).result.patients is None
        with pytest.raises(ConflictingLabel, match=f"--pool {remedy}"):
            nested_cv(per_region(task), spec(task, pool="max"), show_progress=False)

    @pytest.mark.parametrize(("task", "pool"), [("ordinal", "mean-pooled"), ("number", "mean-any")])
    def test_what_the_task_cannot_do_is_refused(self, task, pool):
        with pytest.raises(BadSetting, match="cannot make a patient"):
            spec(task, pool=pool)


@pytest.mark.parametrize("task", ["ordinal", "number"])
def test_a_model_pools_the_rows_of_new_patients_and_survives_its_file(task, tmp_path):
    model = fit_model(views(task), spec(task, pool="max"))
    new = views(task)
    table = new.X.assign(patient_id=new.patient)
    model.save(tmp_path / "m.radiobone")
    scored = load_model(tmp_path / "m.radiobone").predict(table)
    per_patient = scored.groupby(new.patient)
    assert (per_patient["patient_predicted"].nunique() == 1).all()
    if task == "number":
        expected = per_patient["predicted"].max()
        np.testing.assert_allclose(per_patient["patient_predicted"].first(), expected)
