"""One case under two patient ids."""

from __future__ import annotations

import numpy as np

from radiobone.cohort.alike_rows import Pair
from radiobone.cohort.cohort import Cohort
from radiobone.cohort.duplicates import DOUBTFUL, RECORD, copied_rows, recorded_pairs, such_as
from radiobone.core.counting import counted
from radiobone.evaluation.audit.finding import Finding


def duplicate_rows(cohort: Cohort) -> list[Finding]:
    """Find rows of different patients whose image features agree in nearly all values, or are closer than by chance."""
    copies, doubtful = _found(cohort)
    together = {pair for pair in copies if _same_group(cohort, pair)}
    parted = [pair for pair in sorted({*copies, *_equal(cohort)}) if not _same_group(cohort, pair)]
    unsure = [pair for pair in doubtful if not _same_group(cohort, pair) and pair not in parted]
    findings = []
    if parted:
        message = (
            f"{counted(len(parted), 'pair')} of rows of different patients alike in every feature, or nearly, {such_as(cohort, parted)}. "
            "If it is one case under two ids, it can be in training and test at once. Remove the copy or use one id."
        )
        findings.append(Finding("DuplicateRows", "serious", message))
    if together:
        message = (
            f"{counted(len(together), 'pair')} of rows of different patients alike in nearly all features, or so close that chance "
            f"gives fewer than one such pair in 1,000 tables, {such_as(cohort, sorted(together))}. They were kept on one side of "
            "every split; but if it is one case under two ids, it counts twice. Remove the copy or use one id."
        )
        findings.append(Finding("DuplicateRows", "warning", message))
    if unsure:
        message = (
            f"{counted(len(unsure), 'pair')} of rows of different patients so close that chance gives fewer than one such pair in 50 "
            f"tables, {such_as(cohort, unsure)}. They may be one case under two ids, changed a little, and were not kept together. "
            "Look at them: if it is one case, remove one or use one id; if not, nothing is to be done."
        )
        findings.append(Finding("DuplicateRows", "warning", message))
    return findings


def _found(cohort: Cohort) -> tuple[list[Pair], list[Pair]]:
    """Return copies and doubtful pairs, as reading the table found them or anew."""
    copies, doubtful = recorded_pairs(cohort, RECORD), recorded_pairs(cohort, DOUBTFUL)
    return copied_rows(cohort) if copies is None or doubtful is None else (copies, doubtful)


def _same_group(cohort: Cohort, pair: Pair) -> bool:
    return bool(cohort.groups[pair[0]] == cohort.groups[pair[1]])


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
