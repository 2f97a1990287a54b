"""A study file, from table or images to the report."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from radiobone.cli.app import app
from radiobone.core.errors import BadConfig, BadSetting, FileMissing, MissingColumn, OneClass
from radiobone.core.folder_kinds import EVALUATION
from radiobone.core.run_record import begin
from radiobone.workflow.study_dry_run import dry_run_study
from radiobone.workflow.study_file import read_study, run_study
from small_cohort import QUICK, SmallCohort

FAST = {
    "name": "fast",
    "title": "For tests",
    "steps": ["impute", "constant", "scale", {"mannwhitney": {"max_features": 5}}],
    "models": ["lr"],
    "outer": {"folds": 3, "repeats": 1},
    "inner": {"folds": 2},
}


def write_study(folder: Path, **content: object) -> Path:
    path = folder / "study.yaml"
    path.write_text(json.dumps({"target": "Target", "pipeline": FAST, **content}))  # JSON is YAML
    return path


def planted_table(folder: Path, n: int = 60) -> Path:
    rng = np.random.default_rng(0)
    y = np.arange(n) % 2
    X = rng.normal(size=(n, 12))
    X[:, 0] += 1.5 * y
    table = pd.DataFrame(X, columns=[f"original_firstorder_F{i}" for i in range(12)])
    table.insert(0, "Target", y)
    table.insert(0, "ID", [f"p{i:03d}" for i in range(n)])
    table.to_csv(folder / "table.csv", index=False)
    return folder / "table.csv"


def test_a_table_becomes_a_report_whose_numbers_agree(tmp_path: Path) -> None:
    planted_table(tmp_path)
    study = write_study(tmp_path, table="table.csv", id="ID")
    extracted, evaluation = run_study(study, tmp_path / "out", show_progress=False)
    assert extracted is None
    metrics = json.loads((tmp_path / "out" / "metrics.json").read_text())
    assert metrics["metrics"]["auc"]["mean"] == pytest.approx(evaluation.metrics["auc"].mean)
    assert 0.7 < evaluation.metrics["auc"].mean <= 1
    html = (tmp_path / "out" / "report.html").read_text()
    assert f"{metrics['metrics']['auc']['mean']:.2f}" in html


def test_images_become_a_report_with_pictures(cohort: SmallCohort, tmp_path: Path) -> None:
    for number in range(18):
        cohort.add(f"p{number:02d}", shape=number, osteoporosis="yes" if number % 3 == 0 else "no")
    cohort.rows.append({**cohort.rows[0], "patient_id": "lost", "image": "images/lost.nii.gz"})
    study = write_study(
        cohort.folder, manifest=cohort.manifest.name, settings=QUICK, target="osteoporosis", positive="yes"
    )
    answer = CliRunner().invoke(
        app, ["run", str(study), "-o", str(tmp_path / "out"), "--quiet", "--jobs", "1"]
    )
    assert answer.exit_code == 3, answer.output
    assert "lost: FileMissing" in answer.output
    out = tmp_path / "out"
    for name in (
        "report.html",
        "metrics.json",
        "cases.csv",
        "pictures/index.json",
        "features/features.parquet",
    ):
        assert (out / name).is_file(), name
    assert "lost" in (out / "report.html").read_text()


def test_a_study_without_positive_cases_is_named(tmp_path: Path) -> None:
    table = pd.read_csv(planted_table(tmp_path))
    table.assign(Target=0).to_csv(tmp_path / "table.csv", index=False)
    with pytest.raises(OneClass):
        run_study(write_study(tmp_path, table="table.csv", id="ID"), tmp_path / "out", show_progress=False)


def test_a_cohort_where_everything_fails_stops_before_evaluation(cohort: SmallCohort, tmp_path: Path) -> None:
    cohort.add("p1", osteoporosis="yes")
    cohort.rows[0] = {**cohort.rows[0], "image": "images/none.nii.gz"}
    study = write_study(cohort.folder, manifest=cohort.manifest.name, target="osteoporosis")
    with pytest.raises(BadConfig, match="FileMissing"):
        run_study(study, tmp_path / "out", show_progress=False)


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        ({}, BadSetting, "either 'manifest'"),
        ({"table": "t.csv", "manifest": "m.csv"}, BadSetting, "either 'manifest'"),
        ({"table": "t.csv", "tabel": 1}, BadConfig, "'tabel' is not a known key"),
        ({"table": "t.csv", "modality": "pet"}, BadSetting, "modality"),
    ],
)
def test_a_doubtful_study_file_is_refused(
    tmp_path: Path, content: dict, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        read_study(write_study(tmp_path, **content))


def test_a_missing_study_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileMissing):
        read_study(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    "path", sorted((Path(__file__).parents[2] / "examples").glob("*.yaml")), ids=lambda p: p.stem
)
def test_the_examples_are_valid(path: Path) -> None:
    assert read_study(path).title


def test_pictures_of_an_earlier_run_do_not_stay_in_a_tables_report(tmp_path: Path) -> None:
    planted_table(tmp_path)
    out = tmp_path / "out"
    (out / "pictures").mkdir(parents=True)
    (out / "pictures" / "0000.png").write_bytes(b"old")
    (out / "pictures" / "mine.png").write_bytes(b"the user's own")
    (out / "pictures" / "index.json").write_text('[{"file": "0000.png"}]')
    (out / "cases.csv").write_text("patient_id\n")
    begin(out, EVALUATION)
    run_study(write_study(tmp_path, table="table.csv", id="ID"), out, show_progress=False)
    assert [path.name for path in (out / "pictures").iterdir()] == ["mine.png"]
    assert not (out / "cases.csv").exists()


def test_a_positive_yes_without_quotes_is_understood(tmp_path: Path) -> None:
    table = pd.read_csv(planted_table(tmp_path))
    table.assign(Target=table["Target"].map({0: "no", 1: "yes"})).to_csv(tmp_path / "table.csv", index=False)
    study = write_study(tmp_path, table="table.csv", id="ID")
    study.write_text(study.read_text().rstrip("}") + ', "positive": yes}')
    _, evaluation = run_study(study, tmp_path / "out", show_progress=False)
    assert evaluation.result.summary["positive"] == "yes"


def test_a_dry_run_looks_at_images_and_evaluates_nothing(cohort: SmallCohort, tmp_path: Path) -> None:
    for number in range(3):
        cohort.add(f"p{number:02d}", shape=number, osteoporosis="yes" if number else "no")
    cohort.rows.append({**cohort.rows[0], "patient_id": "lost", "image": "images/lost.nii.gz"})
    study = write_study(
        cohort.folder, manifest=cohort.manifest.name, settings=QUICK, target="osteoporosis", positive="yes"
    )
    out = tmp_path / "out"
    answer = CliRunner().invoke(
        app, ["run", str(study), "-o", str(out), "--dry-run", "--quiet", "--jobs", "1"]
    )
    assert answer.exit_code == 3, answer.output
    assert "lost: FileMissing" in answer.output
    assert "3 ready" in answer.output
    assert "A real run takes about" in answer.output
    assert (out / "features" / "cases.csv").is_file()
    assert not list(out.rglob("features.parquet")) + list(out.rglob("metrics.json"))


def test_a_dry_run_looks_at_a_table(tmp_path: Path) -> None:
    planted_table(tmp_path)
    out = tmp_path / "out"
    study = write_study(tmp_path, table="table.csv", id="ID")
    answer = CliRunner().invoke(app, ["run", str(study), "-o", str(out), "--dry-run"])
    assert answer.exit_code == 0, answer.output
    assert "30 rows 1, 30 0" in answer.output
    assert not (out / "metrics.json").exists()
    wrong = write_study(tmp_path, table="table.csv", id="ID", target="Nothing")
    answer = CliRunner().invoke(app, ["run", str(wrong), "-o", str(out), "--dry-run"])
    assert isinstance(answer.exception, MissingColumn)


def test_a_study_of_dxa_has_no_dry_run(tmp_path: Path) -> None:
    study = write_study(
        tmp_path, manifest="m.csv", dxa={"calibration": {"kind": "line", "slope": 1, "intercept": 0}}
    )
    with pytest.raises(BadSetting, match="extract MANIFEST --modality dxa --dry-run"):
        dry_run_study(study, tmp_path / "out")
