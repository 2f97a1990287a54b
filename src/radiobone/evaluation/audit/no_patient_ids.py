"""A table that does not say which rows belong to one patient."""

from __future__ import annotations

from radiobone.cohort.cohort import Cohort
from radiobone.evaluation.audit.finding import Finding


def no_patient_ids(cohort: Cohort) -> list[Finding]:
    """Tell that every row was taken for a patient of its own."""
    if cohort.patient.tolist() != [str(name) for name in cohort.X.index]:
        return []
    if not all(str(name).startswith("row") for name in cohort.X.index):
        return []
    message = (
        "Rows came without patient ids, so each counts as a patient of its own. If a patient has several rows, "
        "they can be in training and test at once and the scores are too high. Give the column with --id."
    )
    return [Finding("NoPatientIds", "note", message)]
