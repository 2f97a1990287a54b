"""One case under two patient ids."""

from __future__ import annotations

import numpy as np

from radiobone.cohort.cohort import Cohort
from radiobone.cohort.duplicates import RECORD
from radiobone.cohort.near_duplicates import near_duplicates
from radiobone.evaluation.audit.finding import Finding


def duplicate_rows(cohort: Cohort) -> list[Finding]:
    """Find rows of different patients whose image features agree in every value, or in nearly all."""
    findings = []
    near = _near(cohort)
    together = {pair for pair in near if cohort.groups[pair[0]] == cohort.groups[pair[1]]}
    parted = sorted((set(near) | set(_equal(cohort))) - together)
    parted = [pair for pair in parted if cohort.groups[pair[0]] != cohort.groups[pair[1]]]
    if parted:
        message = (
            f"{len(parted)} pair(s) of rows of different patients agree in every feature, or nearly, {_such(cohort, parted)}. "
            "If it is one case under two ids, it can be in training and test at once. Remove the copy or use one id."
        )
        findings.append(Finding("DuplicateRows", "serious", message))
    if together:
        message = (
            f"{len(together)} pair(s) of rows of different patients agree in nearly all features, "
            f"{_such(cohort, sorted(together))}. They were kept on one side of every split, so that nothing leaks; but if it is "
            "one case under two ids, it counts twice. Remove the copy or use one id."
        )
        findings.append(Finding("DuplicateRows", "warning", message))
    return findings


def _such(cohort: Cohort, pairs: list[tuple[int, int]]) -> str:
    return f"such as {cohort.X.index[pairs[0][0]]} and {cohort.X.index[pairs[0][1]]}"


def _near(cohort: Cohort) -> list[tuple[int, int]]:
    """Near-duplicates of different patients, as reading the table found them or anew."""
    recorded = cohort.provenance.get(RECORD)
    if recorded is not None:
        place = {str(name): row for row, name in enumerate(cohort.X.index)}
        return [(place[one], place[other]) for one, other in recorded if {one, other} <= place.keys()]
    pairs = near_duplicates(cohort.X.drop(columns=list(cohort.clinical)).to_numpy(dtype=float))
    return [pair for pair in pairs if cohort.patient[pair[0]] != cohort.patient[pair[1]]]


def _equal(cohort: Cohort) -> list[tuple[int, int]]:
    image = cohort.X.drop(columns=list(cohort.clinical)).to_numpy()
    if image.shape[1] == 0:
        return []
    seen: dict[bytes, int] = {}
    pairs = []
    for row, values in enumerate(np.nan_to_num(image, nan=np.inf) + 0.0):
        first = seen.setdefault(values.tobytes(), row)
        if first != row:
            pairs.append((first, row))
    return pairs
