"""Ordered classes and numbers through the whole chain, against scikit-learn and known truth."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import (
    cohen_kappa_score,
    mean_absolute_error,
    r2_score,
    roc_auc_score,
)

from radiobone.cohort.readers import cohort_from_arrays
from radiobone.cohort.task import Number, Ordinal, parse_task
from radiobone.core.errors import BadConfig, BadSetting, TooFewPerClass
from radiobone.core.warnings import collected
from radiobone.evaluation.nested_cv import nested_cv
from radiobone.evaluation.result import Result
from radiobone.evaluation.spec import list_pipelines, load_pipeline
from radiobone.evaluation.splits.outer import outer_splits
from radiobone.evaluation.tasks.registry import TASKS
from radiobone.workflow.evaluate_table import evaluate_table
from radiobone.workflow.pipelines import resolve_pipeline
from radiobone.workflow.study import evaluate, fit

WHO = ("normal", "osteopenia", "osteoporosis")
SMALL = {"outer": {"folds": 3, "repeats": 2}, "inner": {"folds": 2}, "steps": ["impute", "scale"]}
NUMBER = {**SMALL, "models": [{"ridge": {"alpha": [1.0, 100.0]}}]}
ORDINAL = {**SMALL, "models": [{"proportional_odds": {"C": [0.1, 1.0]}}]}
ONCE = {"outer": {"folds": 3, "repeats": 1}}


def t_scores(n=120, noise=0.5, seed=2):
    """T-scores of mean -1.7 and standard deviation 1.2, of which the first three columns know all but the noise."""
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(rng.normal(size=(n, 8)), columns=[f"original_glcm_F{k}" for k in range(8)])
    known = X.iloc[:, :3].sum(axis=1).to_numpy() / np.sqrt(3)
    return X, -1.7 + 1.2 * (np.sqrt(1 - noise**2) * known + noise * rng.normal(size=n))


def run(pipeline, y, X, **more):
    with collected():
        return evaluate(
            X, y, groups=np.arange(len(X)), pipeline=pipeline, show_progress=False, seed=1, **more
        )


def judged(pipeline, y, X, *, task, order=None):
    """Judge once, without explanations."""
    spec = load_pipeline({**pipeline, **ONCE}, task, order)
    with collected():
        cohort = cohort_from_arrays(X, y, groups=np.arange(len(X)), task=spec.task)
        return nested_cv(cohort, spec, show_progress=False, seed=1).result


@pytest.mark.parametrize(("pipeline", "task"), [(NUMBER, "number"), (ORDINAL, "ordinal")])
def test_that_rows_are_not_pooled_is_said_where_patients_have_several(pipeline, task):
    X, t = t_scores(n=60)
    y = t if task == "number" else np.digitize(-t, [1.0, 2.5])
    parts = []
    for groups in (np.arange(60), np.arange(60) // 2):
        spec = load_pipeline({**pipeline, **ONCE}, task)
        with collected():
            cohort = cohort_from_arrays(X, y, groups=groups, task=spec.task)
            found = nested_cv(cohort, spec, show_progress=False).result.summary["left_out"]
        parts.append({one["part"] for one in found})
    assert parts[1] - parts[0] == {"patients"}


@pytest.fixture(scope="module")
def number():
    X, t = t_scores()
    return X, t, run(NUMBER, t, X, task="number")


@pytest.fixture(scope="module")
def ordinal():
    X, t = t_scores()
    y = np.array(WHO)[np.digitize(-t, [1.0, 2.5])]
    return X, y, run(ORDINAL, y, X, task="ordinal", order="who")


class TestNumber:
    def test_measures_are_those_of_the_predictions(self, number):
        _X, t, found = number
        table = found.predictions
        assert dict(zip(table["patient_id"], table["y"], strict=True)) == {
            str(k): t[k] for k in range(len(t))
        }
        folds = [block for _, block in table.groupby(["repeat", "fold"])]
        expected = np.mean([mean_absolute_error(block["y"], block["predicted"]) for block in folds])
        assert found.metrics["mae"].mean == pytest.approx(expected)
        assert found.metrics["r2"].mean == pytest.approx(
            np.mean([r2_score(block["y"], block["predicted"]) for block in folds])
        )
        assert found.metrics["mae"].low < expected < found.metrics["mae"].high

    def test_the_signal_is_found_and_not_overshot(self, number):
        """A quarter of the variance is noise, so that no honest R² is above 0.75."""
        _, _, found = number
        assert 0.55 < found.metrics["r2"].mean < 0.8
        assert found.metrics["mae"].mean == pytest.approx(1.2 * 0.5 * np.sqrt(2 / np.pi), rel=0.2)

    def test_noise_is_not_learned(self):
        X, t = t_scores()
        found = judged(NUMBER, np.random.default_rng(3).permutation(t), X, task="number")
        assert found.metrics["r2"].mean < 0.05
        assert found.metrics["r2"].low < 0

    def test_the_classes_that_the_number_implies(self, number):
        _, t, found = number
        implied, table = found.result.summary["implied"], found.predictions
        osteoporosis, called = table["y"] <= -2.5, table["predicted"] <= -2.5
        last = implied["boundaries"][1]
        assert (last["name"], last["n_beyond"]) == ("<= -2.5", int((t <= -2.5).sum()))
        pooled = last["metrics"]["sensitivity"]["pooled"]
        assert pooled == pytest.approx(
            np.mean([called[osteoporosis & (table["repeat"] == r)].mean() for r in (0, 1)])
        )
        areas = [
            roc_auc_score(block["y"] <= -2.5, -block["predicted"])
            for _, block in table.groupby(["repeat", "fold"])
            if 0 < (block["y"] <= -2.5).sum() < len(block)
        ]
        assert last["metrics"]["auc"]["mean"] == pytest.approx(np.mean(areas))
        assert np.array(implied["confusion"]).sum() == len(table)
        assert implied["classes"] == [">= -1", "< -1 and > -2.5", "<= -2.5"]

    def test_boundaries_that_nothing_crosses_are_left_out_in_words(self):
        X, t = t_scores(n=60)
        found = judged(NUMBER, t + 100, X, task="number")
        assert found.summary["implied"] is None
        parts = {one["part"] for one in found.summary["left_out"]}
        assert {"boundary < -1", "boundary <= -2.5", "threshold", "calibration"} <= parts

    def test_the_users_boundary_is_used(self):
        X, t = t_scores(n=60)
        task = {"kind": "number", "boundaries": ["<= 110"]}
        found = judged(NUMBER, t * 10 + 120, X, task=task).summary["implied"]
        assert found["classes"] == ["> 110", "<= 110"]

    def test_folds_are_balanced_by_bins(self):
        X, t = t_scores()
        with collected():
            cohort = cohort_from_arrays(X, t, groups=np.arange(120), task=Number())
        means = [
            t[split.test].mean()
            for split in outer_splits(cohort, load_pipeline({**NUMBER, "task": "number"}).outer, seed=0)
        ]
        shuffled = np.random.default_rng(0).permutation(120).reshape(3, 40)
        assert np.std(means) < 0.6 * np.std([t[rows].mean() for rows in shuffled]) or np.std(means) < 0.05

    def test_values_that_are_mostly_alike_can_be_divided(self):
        X, t = t_scores(n=60)
        found = judged(NUMBER, np.where(t < -1, 0.0, np.round(t, 2)), X, task="number")
        assert len(found.predictions) == 60


class TestOrdinal:
    def test_measures_are_those_of_the_predictions(self, ordinal):
        _, y, found = ordinal
        table = found.predictions
        probability = table[[f"probability_{name}" for name in WHO]].to_numpy()
        np.testing.assert_allclose(probability.sum(axis=1), 1)
        assert (probability.argmax(axis=1) == table["predicted"]).all()
        kappas = [
            cohen_kappa_score(block["y"], block["predicted"], weights="quadratic")
            for _, block in table.groupby(["repeat", "fold"])
        ]
        assert found.metrics["quadratic_kappa"].mean == pytest.approx(np.mean(kappas))
        first = found.result.summary["boundaries"][0]
        areas = [
            roc_auc_score(block["y"] > 0, 1 - block["probability_normal"])
            for _, block in table.groupby(["repeat", "fold"])
        ]
        assert first["name"] == "osteopenia or osteoporosis"
        assert first["metrics"]["auc"]["mean"] == pytest.approx(np.mean(areas))
        assert found.result.summary["levels"] == [{"name": name, "n": int((y == name).sum())} for name in WHO]

    def test_the_signal_is_found_and_noise_is_not(self, ordinal):
        X, y, found = ordinal
        assert found.metrics["quadratic_kappa"].low > 0.3
        noise = judged(ORDINAL, np.random.default_rng(5).permutation(y), X, task="ordinal", order="who")
        assert noise.metrics["quadratic_kappa"].low < 0 < 0.2 > noise.metrics["quadratic_kappa"].mean

    def test_the_order_reversed_gives_the_same_agreement(self, ordinal):
        X, y, found = ordinal
        back = judged(ORDINAL, y, X, task="ordinal", order=WHO[::-1])
        assert back.metrics["accuracy"].mean == pytest.approx(found.metrics["accuracy"].mean, abs=0.06)

    def test_a_class_with_fewer_patients_than_folds_is_refused_by_name(self):
        X, _t = t_scores(n=60)
        y = np.array(WHO)[np.where(np.arange(60) < 2, 2, np.arange(60) % 2)]
        with pytest.raises(TooFewPerClass, match="2 patients are osteoporosis"):
            judged(ORDINAL, y, X, task="ordinal", order="who")


class TestWhatIsSaved:
    @pytest.mark.parametrize("which", ["number", "ordinal"])
    def test_a_result_comes_back(self, which, request, tmp_path):
        found = request.getfixturevalue(which)[2]
        found.save(tmp_path)
        again = Result.load(tmp_path)
        assert again.metrics == found.metrics
        assert again.summary["left_out"] == found.result.summary["left_out"]
        pd.testing.assert_frame_equal(again.predictions, found.predictions)
        assert {"a number" if which == "number" else "normal < osteopenia"} <= {
            part for part in ("a number", "normal < osteopenia") if part in repr(again)
        }

    @pytest.mark.parametrize("which", ["number", "ordinal"])
    def test_shap_values_add_up(self, which, request):
        found = request.getfixturevalue(which)[2].explanation
        assert found.max_additivity_error < 1e-6
        assert set(found.summary()["feature"].head(3)) == {f"original_glcm_F{k}" for k in range(3)}
        assert ("number" in found.scale) == (which == "number")

    @pytest.mark.parametrize("which", ["number", "ordinal"])
    def test_finished_folds_are_kept(self, which, request, tmp_path, capsys):
        X, y, _ = request.getfixturevalue(which)
        X, y = X.iloc[:60], y[:60]
        X.assign(bone=y, patient_id=[f"p{k:03d}" for k in range(len(X))]).to_csv(
            tmp_path / "t.csv", index=False
        )
        pipeline, order = (NUMBER, None) if which == "number" else (ORDINAL, "who")
        pipeline = {**pipeline, **ONCE}
        with collected():
            first, second = (
                evaluate_table(tmp_path / "t.csv", tmp_path / "out", target="bone", pipeline=pipeline, task=which, order=order)
                for _ in range(2)
            )  # fmt: skip
        assert "3 of 3 folds are unchanged" in capsys.readouterr().err
        pd.testing.assert_frame_equal(first.predictions, second.predictions)
        assert first.metrics == second.metrics

    @pytest.mark.parametrize(
        ("kind", "model"), [(kind, model) for kind in ("ordinal", "number") for model in TASKS[kind].models]
    )
    def test_a_model_file_predicts_the_same(self, kind, model, tmp_path):
        from radiobone.evaluation.final_model import load_model

        X, t = t_scores(n=60)
        y = np.digitize(-t, [1.0, 2.5]) if kind == "ordinal" else t
        family = TASKS[kind].models[model]
        space = {name: list(values)[:1] for name, values in family.space.items()}
        space |= {"n_estimators": [8]} if "n_estimators" in family.parameters else {}
        pipeline = {**SMALL, "task": kind, "models": [{model: space}]}
        with collected():
            made = fit(X, y, groups=np.arange(60), pipeline=pipeline)
            made.save(tmp_path / "m.rbm")
            again = load_model(tmp_path / "m.rbm")
            assert again.predict(X).equals(made.predict(X))
        assert again.task.name == kind
        assert again.threshold is None
        assert {"predicted"} <= set(made.predict(X))
        assert "threshold" not in made.predict(X)
        if kind == "ordinal":
            assert list(made.predict(X).filter(like="probability_")) == [f"probability_{k}" for k in range(3)]


class TestPipelines:
    def test_the_default_is_that_of_the_task(self):
        assert resolve_pipeline("default").name == "default"
        assert resolve_pipeline("default", "number").name == "default_number"
        assert resolve_pipeline("default", "ordinal", "who").task == Ordinal(order=WHO)

    def test_a_pipeline_for_another_task_is_refused(self):
        with pytest.raises(BadSetting, match="made for task 'number'"):
            resolve_pipeline("default_number", "ordinal")
        with pytest.raises(BadSetting, match="'mannwhitney' does not fit task 'number'"):
            resolve_pipeline(
                "mrmr_rf"
                if "mannwhitney" in str(list_pipelines()["mrmr_rf"].steps)
                else "mannwhitney_lasso_lr",
                "number",
            )

    @pytest.mark.parametrize(
        ("more", "words"),
        [({"calibration": "sigmoid"}, "calibration and threshold"), ({"threshold": 0.4}, "calibration and threshold"),
         ({"search": {"kind": "grid", "scoring": "roc_auc"}}, "cannot go by 'roc_auc'"), ({"models": ["svm"]}, "is for task 'binary'")],
    )  # fmt: skip
    def test_what_is_for_two_classes_is_refused(self, more, words):
        with pytest.raises(BadSetting, match=words):
            load_pipeline({**NUMBER, "task": "number", **more})

    def test_steps_are_told_what_the_target_is(self):
        spec = load_pipeline({**NUMBER, "task": "number", "steps": ["lasso", {"mrmr": {"target": "class"}}]})
        assert [step.params for step in spec.steps] == [{"target": "number"}, {"target": "class"}]

    def test_two_classes_are_as_they_were(self):
        spec = load_pipeline("default")
        assert (spec.task.kind, spec.search.scoring, spec.calibration) == ("binary", "roc_auc", "sigmoid")
        assert load_pipeline(spec, "binary") == spec

    def test_a_cohort_of_another_task_is_refused(self):
        X, t = t_scores(n=40)
        with collected():
            cohort = cohort_from_arrays(X, t, groups=np.arange(40), task=parse_task("number"))
        with pytest.raises(BadSetting, match="read for task 'number'"):
            nested_cv(cohort, load_pipeline("default"), show_progress=False)

    def test_a_stated_task_needs_no_option(self, tmp_path):
        (tmp_path / "p.yaml").write_text(
            "task: {kind: ordinal, order: [a, b, c]}\nsteps: [impute]\nmodels: [proportional_odds]\n"
        )
        assert resolve_pipeline(tmp_path / "p.yaml").task.order == ("a", "b", "c")
        (tmp_path / "q.yaml").write_text("task: two\nsteps: [impute]\nmodels: [lr]\n")
        with pytest.raises((BadConfig, BadSetting)):
            resolve_pipeline(tmp_path / "q.yaml")


def test_the_audit_finds_a_copy_of_the_number():
    X, t = t_scores(n=60)
    found = judged(NUMBER, t, X.assign(copy=t * 2 + 1), task="number")
    codes = {one["code"]: one["message"] for one in found.audit}
    assert "copy" in codes["SuspectedLeak"]


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 1000))
def test_every_class_is_in_every_training_fold(seed):
    rng = np.random.default_rng(seed)
    y = rng.permutation(np.repeat([0, 1, 2], [30, 20, 5]))
    with collected():
        cohort = cohort_from_arrays(rng.normal(size=(55, 3)), y, groups=np.arange(55), task=Ordinal())
    for split in outer_splits(cohort, load_pipeline({**ORDINAL, "task": "ordinal"}).outer, seed=seed):
        assert set(y[split.train]) == {0, 1, 2} == set(y[split.test])
