"""The user's word on whose the rows are is obeyed; a column that speaks against it is a warning."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from radiobone.cohort.readers import read_cohort
from radiobone.core.warnings import PossiblePatients
from radiobone.evaluation.audit.registry import audit_cohort
from radiobone.evaluation.audit.tell import warn_of_table
from radiobone.workflow.evaluate_table import evaluate_table

RNG = np.random.default_rng(0)
N = 80
MRN = np.repeat(RNG.permutation(np.arange(10_000, 99_999))[: N // 2], 2)
PIPELINE = {"steps": ["impute", "scale"], "models": ["lr"], "outer": {"folds": 3, "repeats": 1},
            "inner": {"folds": 2}}  # fmt: skip


def saved(tmp_path: Path, **columns: object) -> Path:
    y = np.arange(N) // 2 % 2
    table = pd.DataFrame(RNG.normal(size=(N, 3)) + y[:, None], columns=["a", "b", "c"]).assign(y=y, **columns)
    table.to_excel(tmp_path / "t.xlsx", index=False)
    return tmp_path / "t.xlsx"


def messages(path: Path, **kwargs: object) -> list[str]:
    findings = audit_cohort(read_cohort(path, target="y", **kwargs))
    found = [finding for finding in findings if finding.code == "PossiblePatients"]
    assert all(finding.severity == "warning" for finding in found)
    return [finding.message for finding in found]


def test_rows_of_one_mrn_taken_as_patients_are_a_warning(tmp_path: Path) -> None:
    [message] = messages(saved(tmp_path, MRN=MRN, side=["L", "R"] * (N // 2)), id="row")
    assert "MRN has 40 values in 80 rows" in message
    assert "one patient is in training and test, and the AUC is too high. Say --groups MRN" in message
    assert "side" not in message


def test_an_id_per_row_beside_an_mrn_is_a_warning_too(tmp_path: Path) -> None:
    path = saved(tmp_path, MRN=MRN, scan=[f"s{i}" for i in range(N)])
    assert "--groups MRN" in messages(path, id="scan")[0]


def test_few_patients_with_many_rows_are_a_warning(tmp_path: Path) -> None:
    [message] = messages(saved(tmp_path, patient_id=[f"p{i % 4}" for i in range(N)]), id="row")
    assert "patient_id has 4 values" in message


@pytest.mark.parametrize(
    "columns",
    [
        {"sex": ["F", "F", "M", "M"] * (N // 4)},
        {"side": ["L", "R"] * (N // 2)},
        {"patient": ["yes", "no"] * (N // 2)},
        {"PatientName": ["Anonymous"] * N},
        {"case": [1, 0] * (N // 2)},
        {"MRN": np.arange(N) + 5},
        {"MRN": [*range(20), *[None] * (N - 20)]},
        {"hospital": [f"h{i % 12}" for i in range(N)]},
    ],
)
def test_other_columns_are_none(tmp_path: Path, columns: dict[str, object]) -> None:
    assert messages(saved(tmp_path, **columns), id="row") == []


def test_patients_that_stay_whole_are_none(tmp_path: Path) -> None:
    path = saved(tmp_path, MRN=MRN, ward=[f"w{i // 8}" for i in range(N)])
    assert messages(path, groups="MRN") == []
    assert messages(path, id="row", groups="MRN") == []
    assert messages(path, id="row", groups="ward") == []


def test_it_is_shown_and_makes_the_verdict_amber(tmp_path: Path) -> None:
    path = saved(tmp_path, MRN=MRN)
    with pytest.warns(PossiblePatients, match="--groups MRN"):
        evaluation = evaluate_table(
            path, tmp_path / "out", pipeline=PIPELINE, target="y", id="row", show_progress=False
        )
    page = evaluation.report(tmp_path / "report.html").read_text()
    assert "The audit warns" in page
    assert "PossiblePatients" in page
    with pytest.warns(PossiblePatients):
        warn_of_table(audit_cohort(read_cohort(path, target="y", id="row")))
