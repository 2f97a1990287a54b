"""A table that does not say, or says doubtfully, which rows belong to one patient."""

from __future__ import annotations

from radiobone.cohort.canonical import told_names
from radiobone.cohort.cohort import Cohort
from radiobone.cohort.identity import EACH_ROW
from radiobone.evaluation.audit.finding import Finding


def no_patient_ids(cohort: Cohort) -> list[Finding]:
    """Tell that every row was taken for a patient of its own."""
    columns = cohort.provenance.get("columns", {})
    suspects = columns.get("suspects", ())
    if columns.get("id") == EACH_ROW:
        message = (
            f"As you said, each row was taken as one patient: {cohort.n_rows} rows, {cohort.n_rows} patients."
        )
        return [Finding("NoPatientIds", "note", message)]
    if suspects:
        message = (
            f"Each row was taken as one patient, since '{columns.get('id')}' differs in every row; but {_listed(suspects)} "
            "repeats its values as a patient's would. If it tells patients apart, their rows are in training and test "
            f"at once and the scores are too high: say --groups {suspects[0]}."
        )
        return [Finding("NoPatientIds", "warning", message)]
    if told_names(cohort, cohort.patient) != [str(name) for name in cohort.X.index]:
        return []
    if not all(str(name).startswith("row") for name in cohort.X.index):
        return []
    message = (
        "Rows came without patient ids, so each row was taken as one patient. If a patient has several rows, "
        "they are in training and test at once and the scores are too high. Give the patient's column with --id or "
        "--groups, or say --id row if it is so (in Python groups=patients, or groups=range(len(X)))."
    )
    return [Finding("NoPatientIds", "warning", message)]


def _listed(names: list[str]) -> str:
    return ", ".join(map(repr, names[:3])) + (", …" if len(names) > 3 else "")
