"""A wrong output is refused before any work, with one message and exit code 2; nothing is written over."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from radiobone.cli.app import app
from radiobone.core.errors import FileMissing, FileUnreadable, OutputNotWritable, OutputTaken
from radiobone.core.folder_kinds import EXTRACTION
from radiobone.core.run_record import begin
from radiobone.core.warnings import UnfinishedRun
from radiobone.report.build import write_report
from radiobone.workflow.dry_run import dry_run
from radiobone.workflow.evaluate_table import evaluate_table
from radiobone.workflow.extract import extract
from radiobone.workflow.study import evaluate
from small_cohort import QUICK, SmallCohort

FAST = {
    "steps": ["impute", "constant", "scale", {"mannwhitney": {"max_features": 3}}],
    "models": ["lr"],
    "outer": {"folds": 2, "repeats": 1},
    "inner": {"folds": 2},
}
MEAN = {"imageType": {"Original": {}}, "featureClass": {"firstorder": ["Mean", "Median"]}}


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """Make a small table, a study on it, and a file in the place of every output."""
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(24, 4)), columns=[f"original_firstorder_F{i}" for i in range(4)])
    table.insert(0, "y", np.arange(24) % 2)
    table.to_csv(tmp_path / "t.csv", index=False)
    study = {"table": "t.csv", "target": "y", "pipeline": FAST}
    (tmp_path / "study.yaml").write_text(json.dumps(study))
    (tmp_path / "fast.yaml").write_text(json.dumps(FAST))
    (tmp_path / "taken").write_text("mine")
    (tmp_path / "m.csv").write_text("patient_id,image,mask\np1,a.nii,b.nii\n")
    for name in ("images", "masks"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "p1.nii.gz").write_bytes(b"")
    return tmp_path


def refused(*arguments: str | Path) -> Any:
    answer = CliRunner().invoke(app, [str(one) for one in arguments])
    assert isinstance(answer.exception, OutputNotWritable | OutputTaken), answer.exception
    return answer.exception


def no_work(*_args: object, **_kwargs: object) -> None:
    raise AssertionError("work was done before the output was tried")


@pytest.fixture
def without_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every kind of work fail the test."""
    for name in (
        "workflow.evaluate_table.evaluate_cohort", "workflow.measured.case_keys", "workflow.score.fit_model", "report.build.render",
        "workflow.demo.write_demo_cohort", "workflow.pair.pair_folders", "workflow.score.score_source",
    ):  # fmt: skip
        monkeypatch.setattr(f"radiobone.{name}", no_work)


@pytest.mark.usefixtures("without_work")
@pytest.mark.parametrize("output", ["taken", "taken/deep"])
@pytest.mark.parametrize(
    "command",
    [
        ["evaluate", "t.csv", "--target", "y"],
        ["extract", "m.csv"],
        ["extract", "m.csv", "--dry-run"],
        ["run", "study.yaml"],
        ["demo"],
    ],
    ids=" ".join,
)
def test_a_file_as_output_folder(
    here: Path, command: list[str], output: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(here)
    error = refused(*command, "-o", output)
    assert "taken" in str(error)
    assert "-o" in str(error)
    assert (here / "taken").read_text() == "mine"


@pytest.mark.usefixtures("without_work")
@pytest.mark.parametrize("output", ["images", "taken/deep.x"])
@pytest.mark.parametrize(
    "command",
    [
        ["fit", "t.csv", "--target", "y"],
        ["manifest", "images", "masks"],
        ["report", "."],
        ["score", "model.rbm", "t.csv"],
    ],
    ids=" ".join,
)
def test_a_folder_as_output_file(
    here: Path, command: list[str], output: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(here)
    if command[0] == "report":
        monkeypatch.setattr("radiobone.report.build.read_folder", lambda _folder, _beside: None)
    assert "-o" in str(refused(*command, "-o", output))


def test_the_terminal_shows_one_message_and_code_2(here: Path) -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "radiobone", "evaluate", "t.csv", "--target", "y", "-o", "taken"],
        cwd=here, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert answer.returncode == 2
    assert answer.stderr.count("OutputNotWritable:") == 1
    assert "Traceback" not in answer.stderr


@pytest.fixture(scope="module")
def extracted_once(tmp_path_factory: pytest.TempPathFactory) -> SmallCohort:
    """Extract twenty patients, with a column of numbers that is no feature; nobody writes here."""
    folder = tmp_path_factory.mktemp("extracted")
    (folder / "cohort").mkdir()
    cohort = SmallCohort(folder / "cohort")
    for number in range(20):
        cohort.add(f"p{number:02d}", osteoporosis="yes" if number % 2 else "no", kvp=100 + number)
    extract(cohort.manifest, settings=MEAN, output=folder / "features", show_progress=False)
    return cohort


@pytest.fixture
def extracted(extracted_once: SmallCohort, cohort: SmallCohort, tmp_path: Path) -> Path:
    """Return an extraction of one's own, and fill ``cohort`` with its images."""
    shutil.copytree(extracted_once.folder, cohort.folder, dirs_exist_ok=True)
    cohort.rows = list(extracted_once.rows)
    return shutil.copytree(extracted_once.folder.parent / "features", tmp_path / "features")


def judged(source: Path, output: Path) -> Any:
    return evaluate_table(
        source, output, pipeline=FAST, target="osteoporosis", positive="yes", show_progress=False
    )


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_an_evaluation_never_goes_into_an_extraction(extracted: Path, tmp_path: Path) -> None:
    before = content(extracted)
    (tmp_path / "link").symlink_to(extracted)
    for output in (extracted, tmp_path / "link", extracted / ".." / extracted.name):
        with pytest.raises(OutputTaken, match="holds an extraction"):
            judged(extracted, output)
    with pytest.raises(OutputTaken):
        judged(extracted / "features.parquet", extracted)
    evaluation = judged(extracted, tmp_path / "result")
    with pytest.raises(OutputTaken):
        evaluation.save(extracted)
    assert content(extracted) == before
    evaluation.report(extracted / "report.html")  # a file of its own, and nothing beside it
    assert set(content(extracted)) == {*before, "report.html"}
    assert json.loads((tmp_path / "result" / "metrics.json").read_text())["n_features"] == 2


def test_an_evaluation_never_goes_into_an_unfinished_extraction(extracted: Path) -> None:
    for name in ("features.parquet", "provenance.json", "cases.csv"):
        (extracted / name).unlink()
    with pytest.raises(OutputTaken, match="cache/"):
        evaluate(
            np.random.default_rng(0).normal(size=(20, 2)),
            np.arange(20) % 2,
            groups=range(20),
            pipeline=FAST,
            show_progress=False,
        ).save(extracted)


def test_an_extraction_never_goes_into_an_evaluation(
    extracted: Path, cohort: SmallCohort, tmp_path: Path
) -> None:
    result = tmp_path / "result"
    judged(extracted, result)
    before = content(result)
    for work in (extract, dry_run):
        with pytest.raises(OutputTaken, match="holds an evaluation"):
            work(cohort.manifest, output=result, show_progress=False)
    assert content(result) == before


def test_a_study_stays_out_of_an_extraction_and_may_be_run_twice(
    extracted: Path, cohort: SmallCohort, tmp_path: Path
) -> None:
    study = {
        "manifest": cohort.manifest.name, "settings": MEAN, "target": "osteoporosis", "positive": "yes",
        "pipeline": FAST,
    }  # fmt: skip
    path = cohort.folder / "study.yaml"
    path.write_text(json.dumps(study))
    assert "holds an extraction" in str(refused("run", path, "-o", extracted))
    assert not (extracted / "features").exists()
    assert isinstance(refused("demo", "-o", extracted), OutputTaken)
    assert not (extracted / "cohort").exists()
    for _ in range(2):
        answer = CliRunner().invoke(app, ["run", str(path), "-o", str(tmp_path / "out"), "-q", "-j", "1"])
        assert answer.exit_code == 0, answer.output


def test_a_spoiled_or_stopped_extraction_is_never_taken_for_features(extracted: Path, tmp_path: Path) -> None:
    record = extracted / "provenance.json"
    record.write_text(json.dumps({"radiobone": "0.1.0", "cohort": {}, "pipeline": {}}))  # as an evaluation's
    for source in (extracted, extracted / "features.parquet"):
        with pytest.raises(FileUnreadable, match="written over"):
            judged(source, tmp_path / "result")
    record.unlink()
    with pytest.raises(FileMissing, match="which of its columns are features"):
        judged(extracted, tmp_path / "result")


def test_provenance_is_written_last_and_goes_first(
    extracted: Path, cohort: SmallCohort, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_args: object, **_kwargs: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("radiobone.workflow.feature_table.save_cases", stopped)
    with pytest.raises(KeyboardInterrupt):
        extract(cohort.manifest, settings=QUICK, output=extracted, show_progress=False)
    assert (extracted / "features.parquet").is_file()
    assert not (extracted / "provenance.json").exists()


@pytest.mark.parametrize("name", ["cases.csv", "provenance.json", "features.csv", "pictures/0001.png"])
def test_files_of_others_are_not_replaced_by_an_extraction(
    cohort: SmallCohort, tmp_path: Path, name: str
) -> None:
    mine = tmp_path / "out" / name
    mine.parent.mkdir(parents=True, exist_ok=True)
    mine.write_text("{}")
    with pytest.raises(OutputTaken, match=f"{name.split('/')[0]} would be replaced"):
        extract(cohort.manifest, settings=MEAN, output=tmp_path / "out", show_progress=False)
    assert list(content(tmp_path / "out")) == [name]


@pytest.mark.parametrize(
    "name", ["cases.csv", "provenance.json", "predictions.parquet", "pictures/index.json"]
)
def test_files_of_others_are_not_replaced_by_an_evaluation(here: Path, name: str) -> None:
    mine = here / "out" / name
    mine.parent.mkdir(parents=True, exist_ok=True)
    mine.write_text("[]")
    with pytest.raises(OutputTaken):
        evaluate_table(here / "t.csv", here / "out", target="y", pipeline=FAST, id="row", show_progress=False)
    assert list(content(here / "out")) == [name]


def test_what_is_read_is_not_replaced(cohort: SmallCohort, extracted: Path) -> None:
    manifest = extracted / "cases.csv"
    manifest.write_bytes(cohort.manifest.read_bytes())
    with pytest.raises(OutputTaken, match="is read and would be lost"):
        extract(manifest, root=cohort.folder, settings=MEAN, output=extracted, show_progress=False)
    assert manifest.read_bytes() == cohort.manifest.read_bytes()


def test_only_pictures_of_the_run_before_are_removed(cohort: SmallCohort, extracted: Path) -> None:
    mine = extracted / "pictures" / "1377.png"
    mine.write_bytes(b"mine")
    extract(cohort.manifest, settings=MEAN, output=extracted, show_progress=False)
    assert mine.read_bytes() == b"mine"


def test_a_dry_run_makes_room_for_the_extraction(
    cohort: SmallCohort, extracted: Path, tmp_path: Path
) -> None:
    assert extracted.is_dir()  # the fixture fills the cohort
    dry_run(cohort.manifest, output=tmp_path / "out", show_progress=False)
    extract(cohort.manifest, settings=MEAN, output=tmp_path / "out", show_progress=False)
    assert json.loads((tmp_path / "out" / "run.json").read_text()) == {"finished": True, "kind": "extraction"}


def test_an_unfinished_evaluation_is_told(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {"target": "y", "pipeline": FAST, "id": "row", "show_progress": False}
    evaluate_table(here / "t.csv", here / "out", **asked)
    write_report(here / "out")
    monkeypatch.setattr("radiobone.workflow.study.judge", no_work)
    with pytest.raises(AssertionError):
        evaluate_table(here / "t.csv", here / "out", **{**asked, "seed": 5})
    with pytest.warns(UnfinishedRun, match="of the run before"):
        write_report(here / "out")


def test_an_unfinished_extraction_is_told(extracted: Path, tmp_path: Path) -> None:
    begin(extracted, EXTRACTION)
    with pytest.warns(UnfinishedRun, match="last extraction"):
        judged(extracted, tmp_path / "result")


def test_a_manifest_that_is_there_stays(here: Path) -> None:
    message = str(refused("manifest", here / "images", here / "masks", "-o", here / "m.csv"))
    assert "--overwrite" in message
    assert (here / "m.csv").read_text().endswith("a.nii,b.nii\n")
    answer = CliRunner().invoke(
        app, ["manifest", str(here / "images"), str(here / "masks"), "-o", str(here / "m.csv"), "--overwrite"]
    )
    assert answer.exit_code == 0, answer.output


def test_names_say_what_is_written(here: Path) -> None:
    (here / "keep.xlsx").write_text("mine")
    for arguments in (
        ("manifest", here / "images", here / "masks", "-o", here / "keep.xlsx"),
        ("score", here / "m.rbm", here / "t.csv", "-o", here / "keep.xlsx"),
        ("fit", here / "t.csv", "--target", "y", "-o", here / "keep.xlsx"),
    ):
        assert "should end in" in str(refused(*arguments))
    assert (here / "keep.xlsx").read_text() == "mine"


def test_features_that_are_scored_are_not_replaced(here: Path, extracted: Path) -> None:
    before = content(extracted)
    refused("score", here / "m.rbm", extracted, "-o", extracted / "features.csv")
    assert content(extracted) == before
