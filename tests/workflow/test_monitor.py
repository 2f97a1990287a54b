"""A model in use: what is found where nothing changed, where something did, and where it cannot be told."""

from __future__ import annotations

import json
import re
import zipfile

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

import radiobone as rb
from monitored_cohort import COLUMNS, SPEC, cohort
from radiobone.cli.app import app
from radiobone.core import errors
from radiobone.core.files import content_digest
from radiobone.core.warnings import FeatureDropped, TrainingDataReused
from radiobone.evaluation.drift.columns import PREDICTED
from radiobone.evaluation.drift.limits import Limits
from radiobone.workflow.monitor_words import monitor_lines

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    where = tmp_path_factory.mktemp("monitor")
    cohort(0, 300).to_csv(where / "train.csv", index=False)
    (where / "p.yaml").write_text(json.dumps(SPEC))
    arguments = ["--target", "osteoporosis", "--positive", "yes", "--features", "original_*", "-j", "1", "-q"]
    done = CliRunner().invoke(
        app,
        [
            "fit",
            str(where / "train.csv"),
            *arguments,
            "-p",
            str(where / "p.yaml"),
            "-o",
            str(where / "m.rbm"),
        ],
    )
    assert done.exit_code == 0, done.output + str(done.exception)
    return where


@pytest.fixture(scope="module")
def model(folder):
    return rb.load_model(folder / "m.rbm")


def run(folder, table, output, *more):
    path = output.with_suffix(".csv")
    table.to_csv(path, index=False)
    return CliRunner().invoke(app, ["monitor", str(folder / "m.rbm"), str(path), "-o", str(output), *more])


def by_name(found):
    return found.columns.set_index("name")


@pytest.mark.long
@pytest.mark.slow
class TestNothingChanged:
    def test_false_alarms_are_no_more_than_said(self, model):
        levels = [rb.monitor(model, cohort(1000 + seed, 25 + 15 * (seed % 8))).level for seed in range(16)]
        assert sum(level in ("watch", "act") for level in levels) <= 3  # 1 is expected at most
        assert "act" not in levels

    def test_rows_of_a_patient_are_not_taken_for_patients(self, model):
        levels = [rb.monitor(model, cohort(2000 + seed, 20, rows_each=5)).level for seed in range(10)]
        assert sum(level in ("watch", "act") for level in levels) <= 3

    def test_with_labels(self, model):
        levels = [
            rb.monitor(
                model, cohort(3000 + seed, 150), target="osteoporosis", time="scan_date", every="quarter"
            ).level
            for seed in range(4)
        ]
        assert sum(level in ("watch", "act") for level in levels) <= 3


class TestSomethingChanged:
    def test_a_shifted_feature_is_named_and_the_others_are_not(self, model):
        found = rb.monitor(model, cohort(5, 200, shift=1.0, of=(3,)))
        levels = by_name(found)["level"]
        assert levels["original_glcm_f3"] == "act"
        assert set(levels.drop("original_glcm_f3")) == {"fine"}
        assert found.level == "watch"  # one of six features, and the predictions as before
        assert "original_glcm_f3" in found.summary["verdict"]["reasons"][0]["sentence"]

    def test_shifted_predictions_stop_the_use(self, model):
        found = rb.monitor(model, cohort(6, 150, shift=1.5))
        assert found.level == "act"
        assert by_name(found)["level"][PREDICTED] == "act"

    def test_a_shift_in_the_last_month_is_found(self, model):
        before = cohort(7, 300, days=120)
        after = cohort(8, 60, shift=1.2, first="2025-05-01", days=30)
        found = rb.monitor(model, pd.concat([before, after]), time="scan_date")
        assert [one["name"] for one in found.summary["drift"]["windows"]] == [
            f"2025-0{i}" for i in range(1, 6)
        ]
        assert found.summary["drift"]["windows"][-1]["level"] == "act"
        assert found.level == "act"
        assert {one["level"] for one in found.summary["drift"]["windows"][:-1]} <= {"fine"}

    def test_values_that_go_missing(self, model):
        table = cohort(9, 150)
        table.loc[:44, "original_glcm_f4"] = np.nan
        found = rb.monitor(model, table)
        one = by_name(found).loc["original_glcm_f4"]
        assert (one["share_missing"], one["training_share_missing"]) == (0.3, 0.0)
        assert one["level"] == "act"

    def test_another_unit_is_unlike_training(self, model):
        table = cohort(10, 40)
        table[COLUMNS] *= 1000
        found = rb.monitor(model, table)
        assert found.summary["drift"]["unlike"]["n"] == 40
        assert found.level == "act"

    def test_another_kernel(self, model):
        found = rb.monitor(model, cohort(11, 80).assign(kernel="Br64"))
        (kernel,) = found.summary["kinds"]
        assert (kernel["name"], kernel["n_unseen"], kernel["level"]) == ("kernel", 80, "watch")
        assert found.level == "watch"


class TestLabels:
    def test_fewer_cases_than_predicted_are_too_high_probabilities(self, model):
        table = cohort(12, 400, less=1.5)
        found = rb.monitor(model, table, target="osteoporosis", subgroups="sex")
        everyone = found.summary["outcome"]["all"]
        scores = model.model.predict(table)
        assert everyone["observed"] == (table["osteoporosis"] == "yes").sum()
        assert everyone["expected"] == pytest.approx(scores["probability"].sum())
        assert everyone["ratio"] < 0.75
        assert found.summary["outcome"]["calibration"]["intercept"]["value"] == pytest.approx(-1.5, abs=0.5)
        assert any("too high" in one["sentence"] for one in found.summary["verdict"]["reasons"])
        groups = found.summary["outcome"]["groups"]
        assert sum(one["observed"] for one in groups) == everyone["observed"]

    def test_a_shift_that_changes_no_risk_is_found_by_the_chart(self, model):
        before, after = cohort(13, 300, days=180), cohort(14, 300, shift=0.8, first="2025-07-01")
        found = rb.monitor(model, pd.concat([before, after]), target="osteoporosis", time="scan_date")
        chart = found.summary["outcome"]["chart"]
        assert chart["alarm"] is not None
        assert 6 <= chart["alarm"] <= 11
        assert chart["up"][5] < 5
        assert chart["down"][5] < 5

    def test_labels_may_be_missing_and_of_one_class(self, model):
        table = cohort(15, 60)
        table["osteoporosis"] = ["no"] * 20 + [None] * 40
        found = rb.monitor(model, table, target="osteoporosis")
        assert found.summary["outcome"]["all"]["n"] == 20
        assert "need at least" in found.summary["outcome"]["too_few"]
        assert (
            rb.monitor(model, table.assign(osteoporosis=None), target="osteoporosis").summary["outcome"]
            is None
        )

    def test_classes_spelled_otherwise(self, model):
        table = cohort(16, 60)
        coded = table.assign(osteoporosis=(table["osteoporosis"] == "yes").astype(int))
        with pytest.raises(errors.BadSetting, match="--positive VALUE"):
            rb.monitor(model, coded, target="osteoporosis")
        found = rb.monitor(model, coded, target="osteoporosis", positive="1").summary["outcome"]["all"]
        assert found == rb.monitor(model, table, target="osteoporosis").summary["outcome"]["all"]


class TestWhatCannotBeTold:
    @pytest.mark.parametrize("n", [1, 5])
    def test_few_cases_are_said_to_be_few(self, model, n):
        found = rb.monitor(model, cohort(17, n, shift=3.0 if n == 1 else 0.0))
        assert found.level == "too few"
        assert re.search(
            r"About \d+ cases show a PSI of 0.25", found.summary["verdict"]["reasons"][0]["sentence"]
        )

    def test_one_constant_column_of_training(self, folder):
        table = cohort(18, 120).assign(original_glcm_f5=2.0)
        with pytest.warns(FeatureDropped):
            fitted = rb.fit(
                table[COLUMNS],
                table["osteoporosis"],
                groups=table["patient_id"],
                positive="yes",
                pipeline=SPEC,
            )
        assert "original_glcm_f5" in fitted.needed
        same = rb.monitor(fitted, cohort(19, 80).assign(original_glcm_f5=2.0))
        assert by_name(same).loc["original_glcm_f5", "level"] == "fine"
        other = rb.monitor(fitted, cohort(19, 80).assign(original_glcm_f5=3.0))
        assert by_name(other).loc["original_glcm_f5", "level"] == "act"

    def test_empty_rows_are_counted_and_all_empty_refused(self, model):
        table = cohort(20, 50)
        table.loc[:3, COLUMNS] = np.nan
        found = rb.monitor(model, table)
        assert (found.summary["empty"]["n"], found.summary["drift"]["n_rows"]) == (4, 46)
        assert found.summary["empty"]["level"] == "fine"
        words = table.assign(original_glcm_f0=table["original_glcm_f0"].astype(object))
        words.loc[9, "original_glcm_f0"] = "x"
        with pytest.raises(errors.NotNumeric, match="row 10"):  # as the table has it
            rb.monitor(model, words)
        table.loc[:19, COLUMNS] = np.nan
        assert rb.monitor(model, table).level == "act"
        table[COLUMNS] = np.nan
        with pytest.raises(errors.FeatureMismatch, match="hold no value"):
            rb.monitor(model, table)
        with pytest.raises(errors.EmptyTable):
            rb.monitor(model, table[:0])

    def test_what_is_missing_is_named(self, model):
        table = cohort(21, 30)
        with pytest.raises(errors.FeatureMismatch, match="original_glcm_f2"):
            rb.monitor(model, table.drop(columns="original_glcm_f2"))
        for name in ("target", "time", "batch"):
            with pytest.raises(errors.MissingColumn, match="scan_dat"):
                rb.monitor(model, table, **{name: "scan_dat"})
        with pytest.raises(errors.BadSetting, match="one of them"):
            rb.monitor(model, table, time="scan_date", batch="kernel")
        with pytest.raises(errors.BadSetting, match="needs labels"):
            rb.monitor(model, table, subgroups="sex")

    def test_ids_of_text_and_no_ids(self, model):
        table = cohort(22, 40)
        assert rb.monitor(model, table.assign(patient_id=[f"0{i:03d}ä" for i in range(40)])).level == "fine"
        found = rb.monitor(model, table.drop(columns="patient_id"))
        assert "every row counts as a patient" in " ".join(found.summary["notes"])


class TestTrainingCasesGivenAgain:
    def test_they_are_known_by_their_values_and_no_label_counts(self, folder, tmp_path):
        table = cohort(0, 300).sample(frac=1, random_state=1)
        table["patient_id"] = [f"N{i}" for i in range(300)]
        with pytest.warns(TrainingDataReused, match="nothing can have changed"):
            done = run(folder, table, tmp_path / "out", "--target", "osteoporosis", "--fail-on", "watch")
        assert done.exit_code == 3, done.output + str(done.exception)
        assert done.output.startswith("These are the training cases")
        assert "AUC" not in done.output
        summary = json.loads((tmp_path / "out" / "monitor.json").read_text())
        assert (summary["training_again"], summary["outcome"]) == (True, None)
        page = (tmp_path / "out" / "monitor.html").read_text()
        assert "These are the training cases" in page
        assert "what happened is what was predicted" not in page
        assert "nested cross-validation" not in page

    def test_one_other_value_makes_them_others(self, model):
        table = cohort(0, 300)
        table.loc[table[COLUMNS[0]].idxmax(), COLUMNS[0]] += 1e-9
        assert not rb.monitor(model, table).summary["training_again"]


def test_the_auc_stands_beside_that_of_nested_cross_validation(model):
    found = rb.monitor(model, cohort(12, 200), target="osteoporosis").summary
    (line,) = (one for one in monitor_lines({**found, "internal_auc": {"mean": 0.7}}) if "AUC" in one)
    assert line.endswith("; 0.70 in nested cross-validation)")


class TestAnotherReference:
    def test_a_file_without_a_distribution_says_what_to_do(self, folder, tmp_path):
        with zipfile.ZipFile(folder / "m.rbm") as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        content = json.loads(parts["model.json"])
        del content["reference"], content["digest"]
        content["digest"] = content_digest(content)
        old = tmp_path / "old.rbm"
        with zipfile.ZipFile(old, "w") as archive:
            for name, data in {**parts, "model.json": json.dumps(content).encode()}.items():
                archive.writestr(name, data)
        with pytest.raises(errors.NoTrainingReference, match="--reference TABLE"):
            rb.monitor(old, cohort(23, 60))
        found = rb.monitor(old, cohort(23, 60), reference=folder / "train.csv")
        assert found.level == "fine"
        assert not found.summary["reference"]["own"]

    def test_cases_that_were_accepted_here(self, model):
        here, later = cohort(24, 150, shift=1.5), cohort(25, 100, shift=1.5)
        assert rb.monitor(model, later).level == "act"
        assert rb.monitor(model, later, reference=here).level == "fine"


class TestCommand:
    def test_it_writes_its_files_and_ends_as_asked(self, folder, tmp_path):
        table = cohort(26, 150, shift=1.5).assign(osteoporosis=lambda one: one["osteoporosis"])
        done = run(
            folder,
            table,
            tmp_path / "out",
            "--time",
            "scan_date",
            "--target",
            "osteoporosis",
            "--subgroups",
            "sex",
        )
        assert done.exit_code == 0, done.output + str(done.exception)
        assert done.output.startswith("Stop using the scores")
        for name in ("monitor.json", "drift.csv", "windows.csv", "monitor.html"):
            assert (tmp_path / "out" / name).is_file()
        assert len(pd.read_csv(tmp_path / "out" / "drift.csv")) == 7
        assert run(folder, table, tmp_path / "out", "--fail-on", "act").exit_code == 3
        assert not (tmp_path / "out" / "windows.csv").exists()

    def test_no_id_is_written_and_names_stay_text(self, folder, tmp_path):
        table = cohort(28, 60).assign(kernel=HOSTILE, sex=lambda one: one["sex"].replace("F", HOSTILE))
        done = run(
            folder,
            table,
            tmp_path / "out",
            "--batch",
            "sex",
            "--target",
            "osteoporosis",
            "--subgroups",
            "sex",
        )
        assert done.exit_code == 0, done.output + str(done.exception)
        page = (tmp_path / "out" / "monitor.html").read_text()
        assert "<script>alert" not in page
        assert not re.search(r'(src|href)="https?://', page)
        assert "default-src &#39;none&#39;" in page
        assert "style=" not in page.partition("<body>")[2]
        for path in (tmp_path / "out").iterdir():
            assert "P28-" not in path.read_text()

    def test_a_refused_run_leaves_nothing(self, folder, tmp_path):
        done = run(folder, cohort(29, 20).drop(columns=COLUMNS[:2]), tmp_path / "out")
        assert isinstance(done.exception, errors.FeatureMismatch)
        assert list((tmp_path / "out").iterdir()) == []

    def test_another_kind_of_folder_is_left_alone(self, folder, tmp_path):
        (tmp_path / "features.parquet").write_bytes(b"")
        done = run(folder, cohort(29, 20), tmp_path)
        assert isinstance(done.exception, errors.OutputTaken)


@pytest.mark.long
@pytest.mark.slow
def test_numbers_and_ordered_classes(folder):
    table = cohort(30, 200)
    number = table[COLUMNS[0]] + np.random.default_rng(1).normal(size=200)
    grade = pd.cut(number, [-9, -0.5, 0.5, 9], labels=["1", "2", "3"]).astype(str)
    for target, task, model in (
        (number.rename("tscore"), "number", {"ridge": {"alpha": [1.0]}}),
        (grade.rename("grade"), "ordinal", {"proportional_odds": {"C": [1.0]}}),
    ):
        pipeline = {**SPEC, "models": [model], "task": task}
        fitted = rb.fit(table[COLUMNS], target, groups=table["patient_id"], pipeline=pipeline)
        later = cohort(31, 120).assign(**{target.name: target[:120].to_numpy()})
        found = rb.monitor(fitted, later, target=str(target.name), batch="sex")
        assert found.level in ("fine", "watch")
        assert found.summary["outcome"]["all"]["n"] == 120
        assert "<svg" in found.report(folder / "graded.html").read_text()


def test_limits_can_be_changed(model):
    table = cohort(5, 200, shift=1.0, of=(3,))
    assert (
        rb.monitor(model, table, limits=Limits(watch_psi=5, act_psi=9, watch_share=0.9, act_share=0.95)).level
        == "fine"
    )


def test_a_manifest_is_told_from_features(model, tmp_path):
    (tmp_path / "new.csv").write_text("patient_id,image,mask\na,a.nii.gz,m.nii.gz\n")
    with pytest.raises(errors.NotATable, match=r"radiobone extract .*new\.csv"):
        rb.monitor(model, tmp_path / "new.csv")
