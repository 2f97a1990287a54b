"""The audit says when each row was taken as one patient, and how sure that is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from radiobone.cohort.readers import cohort_from_arrays, read_cohort
from radiobone.evaluation.audit.no_patient_ids import no_patient_ids


def table(**columns: object) -> pd.DataFrame:
    rng = np.random.default_rng(0)
    return pd.DataFrame(rng.normal(size=(40, 3)), columns=["a", "b", "c"]).assign(
        y=np.arange(40) // 2 % 2, **columns
    )


def found(tmp_path: Path, frame: pd.DataFrame, **kwargs: object) -> list[tuple[str, str]]:
    frame.to_csv(tmp_path / "t.csv", index=False)
    findings = no_patient_ids(read_cohort(tmp_path / "t.csv", target="y", **kwargs))
    return [(finding.severity, finding.message) for finding in findings]


def test_rows_without_ids_are_a_warning(tmp_path: Path) -> None:
    [(severity, message)] = found(tmp_path, table())
    assert severity == "warning"
    assert "each row was taken as one patient" in message


def test_the_users_word_is_a_note(tmp_path: Path) -> None:
    [(severity, message)] = found(tmp_path, table(), id="row")
    assert severity == "note"
    assert "each row was taken as one patient" in message


def test_a_column_that_repeats_beside_the_id_is_a_warning(tmp_path: Path) -> None:
    frame = table(ID=range(40), wer=[f"x{i // 2}" for i in range(40)])
    [(severity, message)] = found(tmp_path, frame)
    assert severity == "warning"
    assert "--groups wer" in message


def test_known_patients_are_no_finding(tmp_path: Path) -> None:
    assert found(tmp_path, table(MRN=range(40))) == []
    assert found(tmp_path, table(MRN=np.arange(40) // 2), groups="MRN") == []
    X = np.random.default_rng(0).normal(size=(40, 3))
    assert no_patient_ids(cohort_from_arrays(X, np.arange(40) % 2, groups=np.arange(40))) == []
    assert [one.severity for one in no_patient_ids(cohort_from_arrays(X, np.arange(40) % 2))] == ["warning"]
