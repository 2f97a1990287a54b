"""A feature whose gaps tell the class."""

from __future__ import annotations

import numpy as np
from scipy.stats import fisher_exact

from radiobone.cohort.cohort import Cohort
from radiobone.core.counting import counted
from radiobone.evaluation.audit.finding import Finding
from radiobone.evaluation.audit.units import means_of, units_of

CHANCE = 0.01
NEARLY = 0.9  # share of patients whose class the gap tells, mean of both classes
SHOWN = 3


def missingness_leak(cohort: Cohort) -> list[Finding]:
    """Find features that are missing more often in one class than chance would have it among so many.

    Fisher's exact test over patients, times the number of different patterns of gaps (Bonferroni).
    """
    number, classes = units_of(cohort.y, cohort.groups)
    missing = means_of(cohort.X.isna().to_numpy(dtype=float), number) > 0
    some = np.flatnonzero(missing.any(axis=0) & ~missing.all(axis=0))
    if not len(some):
        return []
    patterns, which = np.unique(missing[:, some], axis=1, return_inverse=True)
    told = {}
    for pattern, gaps in enumerate(patterns.T):
        counts = [
            [int((gaps & (classes == label)).sum()), int((~gaps & (classes == label)).sum())]
            for label in (1, 0)
        ]
        if float(fisher_exact(counts)[1]) * patterns.shape[1] <= CHANCE:
            told[pattern] = (counts[0][0] / sum(counts[0]), counts[1][0] / sum(counts[1]))
    columns = [
        (some[place], told[pattern])
        for place, pattern in enumerate(which.ravel().tolist())
        if pattern in told
    ]
    if not columns:
        return []
    return [_finding(cohort, [(str(cohort.X.columns[column]), shares) for column, shares in columns])]


def _finding(cohort: Cohort, found: list[tuple[str, tuple[float, float]]]) -> Finding:
    worst_first = sorted(found, key=lambda one: (-abs(one[1][0] - one[1][1]), one[0]))
    shown = "; ".join(
        f"{name} in {of_positive:.0%} of {cohort.positive} and {of_negative:.0%} of {cohort.negative}"
        for name, (of_positive, of_negative) in worst_first[:SHOWN]
    )
    first = worst_first[0][1]
    nearly = 0.5 + abs(first[0] - first[1]) / 2 >= NEARLY
    message = (
        f"{counted(len(found), 'feature')} missing more often in one class of '{cohort.target}': {shown}"
        f"{'; …' if len(found) > SHOWN else ''}. A model can learn who was measured instead of what was measured: values "
        "filled in look alike. Find out why they are missing; if that would not be known for a new patient, leave them out."
    )
    return Finding("MissingnessLeak", "serious" if nearly else "warning", message)
