"""A feature that is the target, or nearly."""

from __future__ import annotations

import numpy as np
from scipy.stats import rankdata

from radiobone.cohort.cohort import Cohort
from radiobone.evaluation.audit.finding import Finding

LIMIT = 0.99
MIN_PER_CLASS = 5


def suspected_leak(cohort: Cohort) -> list[Finding]:
    """Find features that tell the classes apart almost without error, alone."""
    found = []
    for position, name in enumerate(cohort.X.columns):
        values = cohort.X.iloc[:, position].to_numpy()
        there = np.isfinite(values)
        y = cohort.y[there]
        n_positive = int(y.sum())
        if min(n_positive, len(y) - n_positive) < MIN_PER_CLASS:
            continue
        above = rankdata(values[there])[y == 1].sum() - n_positive * (n_positive + 1) / 2
        area = above / (n_positive * (len(y) - n_positive))
        if max(area, 1 - area) >= LIMIT:
            found.append((max(area, 1 - area), str(name)))
    if not found:
        return []
    found.sort(reverse=True)
    shown = ", ".join(f"{name} (AUC {area:.3f})" for area, name in found[:3]) + (
        ", …" if len(found) > 3 else ""
    )
    message = (
        f"{len(found)} feature(s) tell the classes of '{cohort.target}' apart almost without error, alone: {shown}. "
        "That is what a column looks like that was made from the target, or after it was known. "
        "Find out how it came about; if it would not be known for a new patient, leave it out."
    )
    return [Finding("SuspectedLeak", "serious", message)]
