"""Findings as warnings, for whoever is at the keyboard."""

from __future__ import annotations

import warnings
from collections.abc import Iterable

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
)
from radiobone.evaluation.audit.finding import Finding

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
            warnings.warn(known[finding.code](finding.message), stacklevel=stacklevel)


def warn_of_table(findings: Iterable[Finding], *, serious: bool) -> None:
    """Warn where a table does not say whose its rows are, and of serious findings if nobody else does."""
    warn_of(findings, (NoPatientIds, PossiblePatients, *(SERIOUS if serious else ())), stacklevel=4)
