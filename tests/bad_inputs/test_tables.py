"""Tables and manifests with one thing wrong each, as a user evaluates or extracts them."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

import radiobone as rb
from bad_inputs import PLAIN, bad_inputs
from radiobone.cli.app import app
from radiobone.core.errors import RadioboneError, SameImageTwice
from radiobone.core.files import read_json
from radiobone.core.warnings import RadioboneWarning, collected
from radiobone.workflow.evaluate_table import evaluate_table

pytestmark = pytest.mark.shared_data
SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
QUICK: dict[str, Any] = {
    "steps": ["impute", "constant", "scale"],
    "models": [{"lr": {"C": [0.1]}}],
    "outer": {"folds": 5, "repeats": 1},
    "inner": {"folds": 2},
}


def cases(start: str) -> list[dict[str, Any]]:
    if not (SHARED / "bad_inputs").is_dir():
        return []
    return [one for one in bad_inputs(SHARED, "table") if one["id"].startswith(start) and "file" in one]


def told_by_evaluation(case: dict[str, Any], root: Path, folder: Path) -> tuple[set[str], str]:
    """Codes of warnings and findings, and that of the error."""
    site = "site" if "site" in pd.read_csv(root / "tab_site_confounded" / "table.csv", nrows=1) else None
    with collected() as told:
        try:
            evaluate_table(
                root / case["file"], folder, target="label", pipeline=QUICK, explain=False, show_progress=False,
                site=site if "site" in case["id"] else None,
            )  # fmt: skip
        except RadioboneError as error:
            return {one.code for one in told}, error.code
    findings = read_json(folder / "audit.json")["findings"]
    return {one.code for one in told} | {one["code"] for one in findings}, ""


@pytest.mark.parametrize("case", cases("tab_"), ids=lambda case: case["id"])
def test_what_is_due_for_a_table(shared_data, tmp_path, case):
    codes, error = told_by_evaluation(case, shared_data / "bad_inputs", tmp_path / "result")
    if case["expect"] == "error":
        assert error == case["code"]
        assert not (tmp_path / "result" / "metrics.json").exists()
        return
    assert error == ""
    if case["expect"] == "warn":
        assert case["code"] in codes
    assert case["expect"] == "warn" or not codes - {"SimilarIds", "FewEvents"}


def test_manifests_name_each_bad_row_and_measure_the_others(shared_data, tmp_path):
    root = shared_data / "bad_inputs"
    due = {
        "man_one_bad_of_five": {"B": "FileMissing", "D": "UnreadableImage"},
        "man_traversal": {"A": "PathOutsideRoot", "B": "PathOutsideRoot"},
        "man_url": {"A": "NotALocalPath", "B": "NotALocalPath"},
    }
    for name, failed in due.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RadioboneWarning)
            result = rb.extract(
                root / name / "manifest.csv", output=tmp_path / name, root=root, target="label", settings=PLAIN,
                modality="ct", show_progress=False,
            )  # fmt: skip
        cases = result.cases.set_index("patient_id")
        assert cases.loc[cases["status"] == "failed", "code"].to_dict() == failed
        assert set(result.table["patient_id"]) == set(cases.index) - set(failed)


def test_one_image_of_two_patients_is_told_and_never_learned_from(shared_data, tmp_path):
    root, folder = shared_data / "bad_inputs", tmp_path / "features"
    command = [
        "extract",
        str(root / "man_same_image_two_patients" / "manifest.csv"),
        "-o",
        str(folder),
        "--root",
        str(root),
    ]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RadioboneWarning)  # it is in the table of cases, and in the summary
        answer = CliRunner().invoke(app, [*command, "--target", "label", "--modality", "ct", "-q"])
    assert answer.exit_code == 3
    assert "SameImageTwice" in answer.output
    with pytest.raises(SameImageTwice, match="'A' and 'B'"):
        evaluate_table(folder, tmp_path / "result", target="label", pipeline=QUICK, show_progress=False)
