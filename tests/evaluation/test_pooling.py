"""From rows to patients: the rule, the labels, the threshold, and what pooling gains where the truth is known."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import norm

from radiobone.cohort.readers import cohort_from_arrays, read_cohort
from radiobone.core.errors import BadSetting, ConflictingLabel
from radiobone.core.warnings import PatientLevelLeftOut
from radiobone.evaluation.blocks.resolve import with_fusion
from radiobone.evaluation.final_model import fit_model, load_model
from radiobone.evaluation.metrics import auc
from radiobone.evaluation.nested_cv import nested_cv
from radiobone.evaluation.pooling import RULES, pool
from radiobone.evaluation.result import Result
from radiobone.evaluation.spec import load_pipeline
from radiobone.evaluation.splits import make_splits
from radiobone.evaluation.threshold import choose_threshold

PLAIN = {
    "steps": ["impute", "scale"],
    "models": [{"lr": {"C": [1.0]}}],
    "outer": {"folds": 3, "repeats": 2},
    "inner": {"folds": 3},
}


def spec(**more):
    return load_pipeline({**PLAIN, **more})


def noisy_views(n_patients=60, views=4, *, shift=1.0, noise=1.5, seed=0):
    """Each row is the patient's value, of variance 1 within a class, with noise of its own."""
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.arange(n_patients) % 2)
    value = shift * y + rng.normal(size=n_patients)
    seen = np.repeat(value, views) + noise * rng.normal(size=n_patients * views)
    X = pd.DataFrame({"original_firstorder_Mean": seen, "original_glcm_F": rng.normal(size=len(seen))})
    return cohort_from_arrays(X, np.repeat(y, views), groups=np.repeat(np.arange(n_patients), views))


class TestTheRule:
    @settings(max_examples=60, deadline=None)
    @given(
        st.lists(st.tuples(st.sampled_from("abcd"), st.floats(0, 1)), min_size=1, max_size=20),
        st.sampled_from(sorted(RULES)),
        st.randoms(use_true_random=False),
    )
    def test_it_is_pandas_groupby_and_the_order_of_rows_changes_no_bit(self, rows, rule, random):
        table = pd.DataFrame(rows, columns=["patient", "probability"])
        pooled, of_row = pool(table["probability"].to_numpy(), table["patient"].to_numpy(str), rule)
        expected = table.groupby("patient")["probability"].agg(rule)
        np.testing.assert_allclose(pooled, expected, rtol=1e-12)
        np.testing.assert_allclose(pooled[of_row], expected[table["patient"]], rtol=1e-12)
        order = list(range(len(rows)))
        random.shuffle(order)
        again, _ = pool(table["probability"].to_numpy()[order], table["patient"].to_numpy(str)[order], rule)
        np.testing.assert_array_equal(again, pooled)

    @pytest.mark.parametrize(
        ("text", "rule", "labels"),
        [("max", "max", "same"), ("median-any", "median", "any"), ("min-skip", "min", "skip")],
    )
    def test_short_forms(self, text, rule, labels):
        asked = with_fusion(spec(), pool=text).pool
        assert (asked.rule, asked.labels) == (rule, labels)
        assert (spec().pool.rule, spec().pool.labels) == ("mean", "skip")
        assert with_fusion(spec(), pool="none").pool is None

    def test_a_rule_that_is_none(self):
        with pytest.raises(BadSetting, match="mode"):
            spec(pool="mode")


class TestBothLevels:
    def test_patients_are_scored_by_the_pooled_probabilities_of_their_rows(self):
        cohort = noisy_views()
        result = nested_cv(cohort, spec(pool="median"), show_progress=False).result
        by_hand = (
            result.predictions.groupby(["repeat", "fold", "patient_id"])
            .agg(y=("y", "max"), probability=("probability", "median"))
            .reset_index()
        )
        level = result.patients.predictions.sort_values(["repeat", "fold", "patient_id"]).reset_index(
            drop=True
        )
        assert len(level) == 2 * 60
        np.testing.assert_allclose(level["probability"], by_hand["probability"], rtol=1e-12)
        np.testing.assert_array_equal(level["y"], by_hand["y"])
        per_fold = [auc(part["y"], part["probability"]) for _, part in by_hand.groupby(["repeat", "fold"])]
        found = result.patients.metrics["auc"]
        assert found.mean == pytest.approx(np.mean(per_fold))
        assert found.low < found.mean < found.high
        assert result.metrics["auc"].mean < found.mean
        assert sum(result.patients.figures["confusion"].values()) == 2 * 60

    def test_rows_are_reported_as_before(self):
        cohort = noisy_views()
        pooled = nested_cv(cohort, spec(), show_progress=False).result
        alone = nested_cv(cohort, spec(pool="none"), show_progress=False).result
        assert alone.patients is None
        assert pooled.metrics == alone.metrics
        pd.testing.assert_frame_equal(pooled.predictions, alone.predictions, check_exact=True)

    def test_one_row_per_patient_is_one_level(self):
        assert nested_cv(noisy_views(views=1), spec(pool="max"), show_progress=False).result.patients is None

    def test_a_saved_result_has_both(self, tmp_path):
        result = nested_cv(noisy_views(), spec(), show_progress=False).result
        result.save(tmp_path)
        again = Result.load(tmp_path)
        assert again.patients.metrics == result.patients.metrics
        pd.testing.assert_frame_equal(again.patients.predictions, result.patients.predictions)
        replace(result, patients=None).save(tmp_path)
        assert Result.load(tmp_path).patients is None
        assert not (tmp_path / "patient_predictions.parquet").exists()

    @pytest.mark.slow
    @pytest.mark.long
    @pytest.mark.parametrize("views", [1, 3, 9])
    def test_the_pooled_auc_approaches_its_closed_form(self, views):
        """Views are the patient's value with independent noise: the mean of m views has variance 1 + noise² / m."""
        shift, noise, found = 1.2, 1.5, []
        for seed in range(4):
            cohort = noisy_views(400, views, shift=shift, noise=noise, seed=seed)
            result = nested_cv(cohort, spec(outer={"folds": 5, "repeats": 1}), show_progress=False).result
            level = result.metrics if result.patients is None else result.patients.metrics
            found.append(level["auc"].mean)
        expected = norm.cdf(shift / math.sqrt(2 * (1 + noise**2 / views)))
        assert np.mean(found) == pytest.approx(expected, abs=0.025)  # 1600 patients: standard error 0.012


class TestLabelsThatDiffer:
    @pytest.fixture
    def cohort(self):
        cohort = noisy_views()
        y = cohort.y.copy()
        y[np.flatnonzero(y == 1)[0]] = 0
        return replace(cohort, y=y)

    def test_where_nothing_is_said_patients_are_left_out_with_a_warning(self, cohort):
        with pytest.warns(PatientLevelLeftOut, match="1 patient"):
            assert nested_cv(cohort, spec(), show_progress=False).result.patients is None

    def test_where_a_rule_is_given_it_is_an_error_before_anything_is_learned(self, cohort):
        with pytest.raises(ConflictingLabel, match="--pool max-any"):
            nested_cv(cohort, spec(pool="max"), show_progress=False)

    def test_any_positive_row_makes_a_positive_patient(self, cohort):
        level = nested_cv(cohort, spec(pool="max-any"), show_progress=False).result.patients
        assert (level.n_mixed, level.figures["n_positive"], level.n_patients) == (1, 30, 60)

    def test_no_negative_patient_is_left(self):
        cohort = noisy_views()
        y = cohort.y.copy()
        y[::4] = 1
        with pytest.warns(PatientLevelLeftOut, match="0 patient"):
            assert (
                nested_cv(replace(cohort, y=y), spec(pool="max-any"), show_progress=False).result.patients
                is None
            )


class TestTheThreshold:
    def test_it_is_chosen_from_inner_held_out_patients(self):
        cohort = noisy_views()
        split = make_splits(cohort.y, cohort.groups, folds=3, repeats=1, seed=0, key="outer")[0]
        fit = nested_cv(cohort, spec(pool="max"), splits=[split], show_progress=False).fits[0]
        inner = make_splits(
            cohort.y[split.train],
            cohort.groups[split.train],
            folds=3,
            repeats=1,
            seed=0,
            key="inner/repeat/0/fold/0",
        )
        X, y = cohort.X.iloc[split.train], cohort.y[split.train]
        parts = []
        for one in inner:
            part = type(fit.steps)([(name, type(step)()) for name, step in fit.steps.steps]).fit(
                X.iloc[one.train], y[one.train]
            )
            model = type(fit.model)(**fit.model.get_params()).fit(
                part.transform(X.iloc[one.train]), y[one.train]
            )
            scores = model.decision_function(part.transform(X.iloc[one.test]))
            parts.append(
                pd.DataFrame(
                    {
                        "p": fit.calibrator.predict(scores),
                        "y": y[one.test],
                        "who": cohort.patient[split.train][one.test],
                    }
                )
            )
        by_patient = pd.concat(parts).groupby("who").agg({"p": "max", "y": "max"})
        expected = choose_threshold(by_patient["p"].to_numpy(), by_patient["y"].to_numpy(), spec().threshold)
        assert fit.patient_threshold == pytest.approx(expected, abs=1e-9)
        assert fit.patient_threshold > fit.threshold  # the largest of four is larger than one

    def test_a_sensitivity_asked_for_holds_for_patients(self):
        cohort = noisy_views(200)
        found = nested_cv(
            cohort, spec(pool="max", threshold={"sensitivity": 0.9}), show_progress=False
        ).result
        assert found.patients.metrics["sensitivity"].mean == pytest.approx(0.9, abs=0.07)


class TestTheModel:
    def test_it_pools_the_rows_of_new_patients_and_survives_its_file(self, tmp_path):
        model = fit_model(noisy_views(), spec(pool="max"))
        model.save(tmp_path / "model.rbm")
        loaded = load_model(tmp_path / "model.rbm")
        new = noisy_views(seed=5)
        scored = loaded.predict(new.X.assign(patient_id=new.patient))
        largest = scored.groupby("patient_id")["probability"].transform("max")
        np.testing.assert_array_equal(scored["patient_probability"], largest)
        assert set(scored["patient_threshold"]) == {model.patient_threshold}
        np.testing.assert_array_equal(scored["patient_predicted"], largest >= model.patient_threshold)

    def test_without_patients_rows_are_scored_alone(self):
        model = fit_model(noisy_views(), spec())
        assert "patient_probability" not in model.predict(noisy_views(seed=5).X)
        assert fit_model(noisy_views(), spec(pool="none")).patient_threshold is None


def test_jobs_and_the_order_of_rows_change_no_bit(tmp_path):
    cohort = noisy_views(30)
    table = cohort.X.assign(
        patient_id=[f"P{int(name):02d}" for name in cohort.patient],
        roi=["a", "b", "c", "d"] * 30,
        ill=cohort.y,
    )
    found = []
    for order, jobs in ((np.arange(120), 1), (np.random.default_rng(1).permutation(120), 2)):
        table.iloc[order].to_csv(tmp_path / "table.csv", index=False)
        run = nested_cv(
            read_cohort(tmp_path / "table.csv", target="ill"), spec(), jobs=jobs, show_progress=False
        )
        found.append(run.result.patients)
    assert found[0].metrics == found[1].metrics
    pd.testing.assert_frame_equal(found[0].predictions, found[1].predictions, check_exact=True)
