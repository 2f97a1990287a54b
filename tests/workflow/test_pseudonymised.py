"""``--pseudonymise``: from the manifest to the report no id, no path and no file name is left, and all still fits together."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

import radiobone as rb
from radiobone.cli.app import app
from seen_in import seen_in, seen_in_bytes
from small_cohort import SmallCohort

pytestmark = pytest.mark.filterwarnings(
    "ignore::radiobone.core.warnings.IdentifierLeftOut",
    "ignore::radiobone.core.warnings.KeyMade",
)
PRIVATE = ("KH-10", "Zwettler", "Johann", "ACC777", "clinic_of", "secret_cohort", "1940-0")
PIPELINE = "outer: {folds: 4}\ninner: {folds: 2}\nsteps: [impute, scale]\nmodels:\n  - lr: {C: [1.0]}\n"
SETTINGS = "imageType:\n  Original: {}\nfeatureClass:\n  firstorder:\nsetting:\n  binWidth: 25\n"


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("base") / "secret_cohort"
    made = SmallCohort(folder)
    for number in range(16):
        name = f"KH-{1000 + number}_Zwettler"
        told = {"sick": "yes" if number % 2 else "no", "age": 50 + number, "site": "AB"[number % 3 == 0]}
        own = {
            "surname": "Johann",
            "birthdate": "1940-01-02",
            "remark": f"as {name}",
            "AccessionNumber": f"ACC777{number}",
        }
        made.add(name, shape=number, **told, **own, scan_file=f"images/{name}.nii.gz")
    made.rows[4] = dict(made.rows[4], image="images/clinic_of_KH-1004.nii.gz")
    (folder / "images" / "KH-1007_Zwettler.nii.gz").write_bytes(b"\x1f\x8b broken")
    pd.DataFrame(
        {"patient_id": [row["patient_id"] for row in made.rows], "bmi": [20 + n % 7 for n in range(16)]}
    ).to_csv(folder / "clinical.csv", index=False)
    (folder / "settings.yaml").write_text(SETTINGS)
    (folder / "pipeline.yaml").write_text(PIPELINE)
    assert made.manifest.is_file()
    return folder


def call(*words: object, code: int = 0) -> str:
    answer = CliRunner().invoke(app, [str(word) for word in words])
    assert answer.exit_code == code, (answer.output, answer.exception)
    return answer.output


def extracted(cohort: Path, folder: Path, *more: object) -> str:
    options = (
        "-o",
        folder,
        "-s",
        cohort / "settings.yaml",
        "-j",
        1,
        "--pseudonymise",
        folder.parent / "key",
        *more,
    )
    return call("extract", cohort / "manifest.csv", *options, code=3)


@pytest.mark.slow
def test_nothing_of_a_patient_is_left_from_manifest_to_report(cohort: Path, tmp_path: Path) -> None:
    said = extracted(cohort, tmp_path / "f", "--perturb", 1, "--linking-table", tmp_path / "links.csv")
    own = ("--pipeline", cohort / "pipeline.yaml")
    result = ("--target", "sick", "--positive", "yes", *own, "--pseudonymise", tmp_path / "key")
    joined = ("--block", f"clinical={cohort / 'clinical.csv'}", "--subgroups", "site", "--no-shap")
    said += call("evaluate", tmp_path / "f", *result, *joined, "-o", tmp_path / "r", "-j", 1, "-q")
    said += call("report", tmp_path / "r")
    said += call("fit", tmp_path / "f", *result, "-o", tmp_path / "model.rbm", "-j", 1)
    links = (tmp_path / "links.csv").read_bytes()
    (tmp_path / "links.csv").unlink()
    assert seen_in(tmp_path, PRIVATE) == []
    assert seen_in_bytes("terminal", said.encode(), PRIVATE) == []
    assert seen_in_bytes(
        "links", links, ("KH-1004_Zwettler", "ACC7777")
    )  # the search does find what is there
    cases = pd.read_csv(tmp_path / "f" / "cases.csv")
    failed = cases[cases["status"] == "failed"].set_index("code")["message"]
    assert "No image at <image>" in failed["FileMissing"]
    assert "<image>" in failed["UnreadableImage"]
    assert (tmp_path / "key").read_text().split()[-1] not in "".join(
        path.read_text(errors="replace")
        for path in tmp_path.rglob("*")
        if path.is_file() and path.name != "key"
    )


def test_a_second_run_keeps_what_was_computed_and_an_open_one_shares_nothing(
    cohort: Path, tmp_path: Path
) -> None:
    extracted(cohort, tmp_path / "f")
    first = pd.read_parquet(tmp_path / "f" / "features.parquet")
    kept = {
        path: path.stat().st_mtime_ns for path in (tmp_path / "f" / "cache").rglob("*.*") if path.is_file()
    }
    said = extracted(cohort, tmp_path / "f")
    assert "14 of 16 cases are unchanged" in said
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "f" / "features.parquet"), first)
    assert kept == {path: path.stat().st_mtime_ns for path in kept}
    elsewhere = extracted(cohort, tmp_path / "g")
    assert elsewhere.count("P-") == said.count("P-")
    assert (
        json.loads((tmp_path / "g" / "provenance.json").read_text())["pseudonyms"]["method"] == "HMAC-SHA256"
    )


def test_numbers_are_those_without_pseudonyms(cohort: Path, tmp_path: Path) -> None:
    settings = cohort / "settings.yaml"
    plain = rb.extract(cohort / "manifest.csv", settings=settings, show_progress=False)
    with rb.pseudonymising(tmp_path / "key"):
        hidden = rb.extract(cohort / "manifest.csv", settings=settings, show_progress=False)
    names = rb.pseudonymise(plain.table["patient_id"], tmp_path / "key")
    features = list(plain.feature_columns)
    expected = plain.table.assign(patient_id=names).sort_values("patient_id", ignore_index=True)
    pd.testing.assert_frame_equal(
        hidden.table[["patient_id", *features]], expected[["patient_id", *features]]
    )
    assert list(hidden.table.columns[:7]) == [
        "patient_id",
        "roi",
        "sick",
        "age",
        "site",
        "remark",
        "AccessionNumber",
    ]


def test_a_column_of_ids_that_only_the_user_knows_is_replaced_too(cohort: Path, tmp_path: Path) -> None:
    with rb.pseudonymising(tmp_path / "key"):
        table = rb.extract(
            cohort / "manifest.csv", settings=cohort / "settings.yaml", show_progress=False
        ).table
    table = table.drop(columns=["remark", "AccessionNumber"])
    table["Kürzel"] = [f"Zwettler{number}" for number in range(len(table))]
    table.drop(columns=["patient_id", "roi"]).to_csv(tmp_path / "t.csv", index=False)
    words = (
        "--target",
        "sick",
        "--positive",
        "yes",
        "--features",
        "original*",
        "--id",
        "Kürzel",
        "--no-shap",
        "-j",
        1,
        "-q",
    )
    call("evaluate", tmp_path / "t.csv", *words, "--pseudonymise", tmp_path / "key", "-o", tmp_path / "r")
    assert seen_in(tmp_path / "r", ["Zwettler"]) == []


def test_a_linking_table_without_a_key_is_refused(cohort: Path, tmp_path: Path) -> None:
    said = call(
        "extract",
        cohort / "manifest.csv",
        "-o",
        tmp_path / "f",
        "--linking-table",
        tmp_path / "l.csv",
        code=2,
    )
    assert "goes with --pseudonymise alone" in " ".join(said.replace("│", " ").split())


@pytest.mark.parametrize("option", ["--sr", "--fhir"])
def test_reports_that_carry_an_identity_go_without_pseudonyms(tmp_path: Path, option: str) -> None:
    named = ("score", tmp_path / "m.rbm", tmp_path / "i", tmp_path / "m", option, tmp_path / "out.json")
    said = call(*named, "--pseudonymise", tmp_path / "key", code=2)
    assert "would hide nothing" in " ".join(said.replace("│", " ").split())
    assert not (tmp_path / "key").exists()


def test_bone_names_neither_patients_nor_files(cohort: Path, tmp_path: Path) -> None:
    pd.read_csv(cohort / "manifest.csv").iloc[3:9].to_csv(cohort / "six.csv", index=False)
    measured = ("-o", tmp_path / "b", "--level", "L1", "-M", "volume", "-j", 1)
    said = call("bone", cohort / "six.csv", *measured, "--pseudonymise", tmp_path / "key", code=3)
    assert seen_in(tmp_path / "b", PRIVATE) == []
    assert seen_in_bytes("terminal", said.encode(), PRIVATE) == []
    inputs = json.loads((tmp_path / "b" / "provenance.json").read_text())["inputs"]
    assert [one["image"]["name"] for one in inputs] == [""] * 6
