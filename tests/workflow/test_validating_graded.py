"""Frozen models of ordered classes and of numbers on another cohort, against scikit-learn and known truth."""

from __future__ import annotations

import json
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression
from sklearn.metrics import cohen_kappa_score, mean_absolute_error, r2_score
from typer.testing import CliRunner

import radiobone as rb
from radiobone.cli.app import app
from radiobone.cohort.readers import cohort_from_arrays
from radiobone.cohort.task import Number
from radiobone.core.errors import BadSetting
from radiobone.core.warnings import collected
from radiobone.evaluation.number_metrics import weighted_line
from radiobone.evaluation.subgroups import SubgroupRequest
from radiobone.evaluation.validation.graded import frozen_fold
from radiobone.evaluation.validation.linear_recalibration import (
    KINDS,
    REPEATS,
    fit_line,
    refit_unseen,
    refitted_entry,
)
from radiobone.workflow.validation_words import validation_lines

WHO = ("normal", "osteopenia", "osteoporosis")
PIPELINE = {
    "number": {"task": "number", "steps": ["impute", "scale"], "models": [{"ridge": {"alpha": [1.0]}}]},
    "ordinal": {
        "task": {"kind": "ordinal", "order": "who"},
        "steps": ["impute", "scale"],
        "models": [{"proportional_odds": {"C": [1.0]}}],
    },
}
FOLDS = {"outer": {"folds": 3, "repeats": 1}, "inner": {"folds": 2}}


def table(seed, n=60, rows=2, shift=0.0, stretch=1.0, noise=0.4):
    """T-scores of patients whose columns show them with noise; measured elsewhere they are shifted and stretched."""
    rng = np.random.default_rng(seed)
    truth = rng.normal(size=n)
    patient = np.repeat(np.arange(n), rows)
    X = rng.normal(scale=noise, size=(n * rows, 4)) + truth[patient][:, None]
    frame = pd.DataFrame(X, columns=[f"original_f{k}" for k in range(4)])
    frame.insert(0, "patient_id", [f"P{k:03d}" for k in patient])
    frame.insert(1, "roi", [f"L{k % rows}" for k in range(n * rows)])
    t = shift + stretch * (-1.7 + 1.2 * truth[patient])
    return frame, np.round(t, 3), np.array(WHO)[np.digitize(-t, [1.0, 2.5])]


def target(task, seed, **more):
    frame, t, who = table(seed, **more)
    return frame, t if task == "number" else who


@pytest.fixture(scope="module", params=["ordinal", "number"])
def task(request):
    return request.param


@pytest.fixture(scope="module")
def model(task):
    frame, y = target(task, 0)
    with collected():
        return rb.fit(
            frame.filter(like="original"), y, groups=frame["patient_id"], pipeline={**PIPELINE[task], **FOLDS}
        )


@pytest.fixture(scope="module")
def validated(task, model):
    frame, y = target(task, 1)
    with collected():
        return (
            frame,
            y,
            rb.validate(model, frame.filter(like="original"), y, groups=frame["patient_id"], seed=2),
        )


def test_figures_are_those_of_the_models_own_scores(task, model, validated):
    frame, y, found = validated
    with collected():
        scores = model.predict(frame)
    metrics = found.summary["metrics"]
    if task == "number":
        assert metrics["mae"]["mean"] == pytest.approx(mean_absolute_error(y, scores["predicted"]))
        assert metrics["r2"]["mean"] == pytest.approx(r2_score(y, scores["predicted"]))
        difference = scores["predicted"] - y
        assert found.summary["bland_altman"]["bias"]["value"] == pytest.approx(difference.mean())
        upper = difference.mean() + 1.96 * difference.std(ddof=1)
        assert found.summary["bland_altman"]["upper"]["value"] == pytest.approx(upper)
    else:
        expected = cohen_kappa_score(y, scores["predicted_class"], weights="quadratic", labels=WHO)
        assert metrics["quadratic_kappa"]["mean"] == pytest.approx(expected)
        assert metrics["accuracy"]["mean"] == pytest.approx((y == scores["predicted_class"]).mean())
        beyond = scores["probability_osteoporosis"].mean() - (y == "osteoporosis").mean()
        assert found.summary["in_the_large"][1]["difference"]["value"] == pytest.approx(beyond)
    for one in metrics.values():
        assert one["low"] <= one["mean"] <= one["high"]
        assert "the model kept" in one["method"]


def test_every_interval_says_that_one_model_was_kept(task, validated):
    told = json.dumps(validated[2].summary)
    assert "fitted models kept" not in told
    assert told.count("the model kept") > 10


def test_patients_are_judged_by_the_models_rule(task, model, validated):
    frame, y, found = validated
    level = found.summary["patients"]
    assert (level["rule"], level["n_patients"]) == ("mean", 60)
    with collected():
        scores = model.predict(frame)
    assert "patient_predicted" in scores
    once = scores.groupby(frame["patient_id"])["patient_predicted"].first()
    truth = pd.Series(y).groupby(frame["patient_id"]).first()
    if task == "number":
        assert level["metrics"]["r2"]["mean"] == pytest.approx(r2_score(truth, once))
    else:
        called = np.array(WHO)[once]
        assert level["metrics"]["accuracy"]["mean"] == pytest.approx((called == truth).mean())


def test_the_same_bits_again_and_nothing_of_the_model_changes(model, validated):
    frame, y, found = validated
    before = json.dumps(model._plain(), default=str)
    with collected():
        again = rb.validate(model, frame.filter(like="original"), y, groups=frame["patient_id"], seed=2)
    assert again.summary == found.summary
    pd.testing.assert_frame_equal(again.predictions, found.predictions, check_exact=True)
    assert json.dumps(model._plain(), default=str) == before


def test_its_page_shows_what_the_file_says(task, validated, tmp_path):
    _, _, found = validated
    page = found.report(tmp_path / "v").read_text(encoding="utf-8")
    saved = json.loads((tmp_path / "v" / "metrics.json").read_text())
    keys = re.findall(r'<data data-key="([^"]+)" value="([^"]+)"', page)
    assert len(keys) > 20
    for key, value in keys:
        content = saved
        for part in key.split("."):
            content = content[int(part)] if isinstance(content, list) else content[part]
        assert repr(content) == value, key
    assert ("Straight line*" in page) == (task == "number")
    assert ("Calibration in the large" in page) == (task == "ordinal")
    assert "Validation(" in repr(found)


def test_subgroups_are_judged_by_the_tasks_own_measures(task, model, validated, tmp_path):
    frame, y, _ = validated
    with collected():
        found = rb.validate(
            model,
            frame.filter(like="original"),
            y,
            groups=frame["patient_id"],
            clinical=frame[["roi"]],
            subgroups=SubgroupRequest(columns="roi,original_f0:0", min_patients=10, min_events=3),
            seed=2,
        )
        scores = model.predict(frame)
    groups = {(one["column"], one["label"]): one for one in found.summary["subgroups"]["groups"]}
    here = frame["roi"] == "L1"
    metrics = groups["roi", "L1"]["metrics"]
    if task == "number":
        assert metrics["mae"]["mean"] == pytest.approx(
            mean_absolute_error(y[here], scores["predicted"][here])
        )
    else:
        kappa = cohen_kappa_score(y[here], scores["predicted_class"][here], weights="quadratic", labels=WHO)
        assert metrics["quadratic_kappa"]["mean"] == pytest.approx(kappa)
    page = found.report(tmp_path / "v").read_text(encoding="utf-8")
    drawn = {"ordinal": "Quadratic kappa", "number": "Mean absolute error"}[task]
    assert f"{drawn} by subgroup" in page
    told = "\n".join(validation_lines(found.summary))
    assert "roi L1: " in told
    assert "original_f0 ≥ 0: " in told


def test_cut_offs_are_of_two_classes_alone(model, validated):
    frame, y, _ = validated
    with pytest.raises(BadSetting, match="cut-offs divide the one probability"):
        rb.validate(model, frame.filter(like="original"), y, groups=frame["patient_id"], cuts=[0.5])


@pytest.mark.filterwarnings("ignore::radiobone.core.warnings.OutsideTrainingRange")
def test_the_command_tells_figures_and_recalibration(task, tmp_path):
    frame, y = target(task, 0)
    other, z = target(task, 1)
    frame.assign(y=y).to_csv(tmp_path / "a.csv", index=False)
    other.assign(y=z).to_csv(tmp_path / "b.csv", index=False)
    (tmp_path / "p.yaml").write_text(json.dumps({**PIPELINE[task], **FOLDS}))
    names = {name: str(tmp_path / name) for name in ("a.csv", "b.csv", "p.yaml", "e", "m.rbm", "v")}
    common = [names["a.csv"], "--target", "y", "-p", names["p.yaml"], "-q", "-j", "1"]
    groups = ["--subgroups", "roi", "--min-patients", "61", "--min-events", "2"]
    told = []
    for typed in (
        ["evaluate", *common, "-o", names["e"], *groups[:3], "60", *groups[4:]],
        ["fit", *common, "--evaluated", names["e"], "-o", names["m.rbm"]],
        ["validate", names["m.rbm"], names["b.csv"], "-o", names["v"], *groups],
    ):
        shown = CliRunner().invoke(app, typed)
        assert shown.exit_code == 0, shown.output
        told.append(" ".join(shown.output.split()))
    words = told[-1]
    lead = {"ordinal": "quadratic kappa", "number": "mean abs. error and R²"}[task]
    assert f"{lead} of subgroups (all folds of a repeat pooled" in told[0]
    assert "roi L1: 0." in told[0]
    assert "roi L1: not shown: fewer than 61 patients" in words
    saved = json.loads((tmp_path / "e" / "metrics.json").read_text())["subgroups"]
    assert [one["label"] for one in saved["groups"]] == ["L0", "L1"]
    assert "inside training:" in words
    assert "Patients (mean of the rows of each):" in words
    assert ("straight line *" in words) == (task == "number")


class TestLinearRecalibration:
    @settings(max_examples=30, deadline=None)
    @given(st.integers(0, 1000), st.floats(0.01, 1000))
    def test_the_line_is_scikit_learns(self, seed, unit):
        rng = np.random.default_rng(seed)
        predicted = 5 * unit + unit * rng.normal(size=25)
        y = 0.4 * unit + 0.7 * predicted + unit * rng.normal(size=25)
        times = rng.integers(0, 4, 25)
        theirs = LinearRegression().fit(predicted[:, None], y, sample_weight=times)
        found = weighted_line(y, predicted, times[None].astype(float))
        assert found["slope"][0] == pytest.approx(theirs.coef_[0], rel=1e-6, abs=1e-9)
        assert found["intercept"][0] == pytest.approx(theirs.intercept_, rel=1e-6, abs=1e-6 * unit)

    def test_predictions_that_are_alike_have_no_line(self):
        y = np.array([1.0, 2.0, 4.0])
        assert fit_line(np.full(3, 2.0), y, "line") is None
        assert fit_line(np.full(3, 2.0), y, "shift").intercept == pytest.approx(1 / 3)

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_patient_is_refitted_by_the_others_alone(self, kind):
        """Garbage in what was measured of one patient changes none of that patient's own numbers."""
        cohort, predicted = measured(40)
        found = refit_unseen(cohort, predicted, kind, seed=3)
        garbage = cohort.y.copy()
        mine = cohort.patient == cohort.patient[0]
        garbage[mine] = 1e6
        changed = refit_unseen(type(cohort)(**{**vars(cohort), "y": garbage}), predicted, kind, seed=3)
        assert np.array_equal(found[:, mine], changed[:, mine])
        assert not np.allclose(found[:, ~mine], changed[:, ~mine])
        assert found.shape == (REPEATS, cohort.n_rows)

    def test_the_planted_shift_and_stretch_are_found(self):
        cohort, predicted = measured(3000, shift=0.8, stretch=0.5)
        line = fit_line(predicted, cohort.y, "line")
        assert (line.intercept, line.slope) == pytest.approx((0.8, 0.5), abs=0.03)

    def test_refitting_repairs_a_shift_and_a_line_repairs_a_stretch(self):
        cohort, predicted = measured(80, shift=2.0, stretch=0.5)
        fold = frozen_fold(cohort, predicted)
        found = {kind: refitted_entry(cohort, fold, kind, seed=0)["metrics"]["mae"]["mean"] for kind in KINDS}
        frozen = mean_absolute_error(cohort.y, predicted)
        assert found["line"] < found["shift"] < frozen

    def test_a_line_the_wrong_way_round_says_so(self):
        cohort, predicted = measured(60, stretch=-1.0)
        assert (
            "slope is not above 0"
            in refitted_entry(cohort, frozen_fold(cohort, predicted), "line", seed=0)["note"]
        )


def measured(n, shift=0.0, stretch=1.0):
    rng = np.random.default_rng(7)
    predicted = np.repeat(rng.normal(size=n), 2)
    y = shift + stretch * predicted + 0.1 * rng.normal(size=2 * n)
    with collected():
        found = cohort_from_arrays(
            rng.normal(size=(2 * n, 2)), y, groups=np.repeat(np.arange(n), 2), task=Number()
        )
    return found, predicted


@pytest.fixture(scope="module")
def of_numbers():
    frame, t, _ = table(0)
    with collected():
        return rb.fit(
            frame.filter(like="original"), t, groups=frame["patient_id"],
            pipeline={**PIPELINE["number"], **FOLDS},
        )  # fmt: skip


def test_another_unit_is_told(of_numbers):
    other, z, _ = table(1)
    with collected():
        found = rb.validate(of_numbers, other.filter(like="original"), z + 300, groups=other["patient_id"])
    assert any("in the same unit" in note for note in found.summary["notes"])
