"""Findings as warnings, for whoever is at the keyboard."""

from __future__ import annotations

from collections.abc import Iterable

from radiobone.cohort.cohort import Cohort
from radiobone.core.warnings import (
    AcquisitionConfounded,
    DuplicateRows,
    MissingnessLeak,
    NoPatientIds,
    PossiblePatients,
    RadioboneWarning,
    SiteConfounded,
    StepOutsideFold,
    SuspectedLeak,
    warn,
)
from radiobone.evaluation.audit.finding import Finding
from radiobone.evaluation.audit.no_patient_ids import no_patient_ids
from radiobone.evaluation.audit.possible_patients import possible_patients

WHOSE: tuple[type[RadioboneWarning], ...] = (NoPatientIds, PossiblePatients)
SERIOUS: tuple[type[RadioboneWarning], ...] = (
    SuspectedLeak,
    SiteConfounded,
    AcquisitionConfounded,
    MissingnessLeak,
    StepOutsideFold,
    DuplicateRows,
)


def warn_of(
    findings: Iterable[Finding], kinds: Iterable[type[RadioboneWarning]] = SERIOUS, *, stacklevel: int = 3
) -> None:
    """Give findings of these kinds as warnings; mere notes stay in the report."""
    known = {kind.code: kind for kind in kinds}
    for finding in findings:
        if finding.code in known and finding.severity != "note":
            warn(known[finding.code](finding.message), stacklevel=stacklevel)


def warn_of_table(findings: Iterable[Finding]) -> None:
    """Warn of serious findings, and where a table does not say whose its rows are."""
    warn_of(findings, (*WHOSE, *SERIOUS), stacklevel=4)


def warn_of_unknown_patients(cohort: Cohort) -> None:
    """Warn where a table does not say whose its rows are; whoever audits it tells the rest."""
    warn_of([*no_patient_ids(cohort), *possible_patients(cohort)], WHOSE, stacklevel=4)
