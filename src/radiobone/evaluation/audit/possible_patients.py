"""A column called like a patient's whose rows are not kept together."""

from __future__ import annotations

from radiobone.cohort.cohort import Cohort
from radiobone.evaluation.audit.finding import Finding

SHOWN = 3


def possible_patients(cohort: Cohort) -> list[Finding]:
    """Tell of columns named like a patient's whose values repeat over rows that a split may part."""
    found = cohort.provenance.get("columns", {}).get("possible_patients", {})
    if not found:
        return []
    counts = [f"{name} has {values} values in {rows} rows" for name, (values, rows) in found.items()]
    first = next(iter(found))
    message = (
        f"{'; '.join(counts[:SHOWN])}{'; …' if len(counts) > SHOWN else ''}: if it names patients, one patient is in "
        f"training and test, and the AUC is too high. Say --groups {first}. If it names something else, all is well."
    )
    return [Finding("PossiblePatients", "warning", message)]
