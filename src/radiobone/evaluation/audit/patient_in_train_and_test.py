"""A patient on both sides of a division that the table itself makes."""

from __future__ import annotations

import numpy as np

from radiobone.cohort.cohort import Cohort
from radiobone.evaluation.audit.finding import Finding

CODE = "PatientInTrainAndTest"
SHOWN = 3


def patient_in_train_and_test(cohort: Cohort) -> list[Finding]:
    """Look at the external cohort, and at columns that say train and test."""
    findings: list[Finding] = []
    both: list[str] = []
    if cohort.external is not None:
        both = sorted(
            set(cohort.groups[cohort.external].tolist()) & set(cohort.groups[~cohort.external].tolist())
        )
        if both:
            n_rows = int((np.isin(cohort.groups, both) & ~cohort.external).sum())
            message = (
                f"{len(both)} patient(s) of the external cohort have rows outside it as well: {_some(both)}. It is not as external as "
                f"it is called. 'evaluate --outer external' tests them and leaves their {n_rows} other row(s) out of training; a tool "
                "that divides by row would learn from them."
            )
            findings.append(Finding(CODE, "warning", message))
    parted = cohort.provenance.get("columns", {}).get("parted", {})
    for column, patients in parted.items():
        if patients == both:  # the marks of the external cohort themselves
            continue
        message = (
            f"The column '{column}' puts {len(patients)} patient(s) in train and test at once: {_some(patients)}. Scores that were "
            "made with it are too high. It is not used here: patients are kept whole. Make the division anew, by patient."
        )
        findings.append(Finding(CODE, "warning", message))
    return findings


def _some(names: list[str]) -> str:
    return ", ".join(names[:SHOWN]) + (", …" if len(names) > SHOWN else "")
