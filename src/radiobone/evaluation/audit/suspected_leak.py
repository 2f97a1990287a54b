"""A feature that is the target, or nearly."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from radiobone.cohort.cohort import Cohort
from radiobone.evaluation.audit.finding import Finding
from radiobone.evaluation.audit.separation import chance_of_best
from radiobone.evaluation.audit.units import means_of, units_of

LIMIT = 0.99
MIN_PER_CLASS = 5
CHANCE = 0.01

FOREIGN = (
    "That is what a column looks like that was made from the target, or after it was known. "
    "Find out how it came about; if it would not be known for a new patient, leave it out."
)
EXTRACTED = (
    "radiobone measured them on the images, so they are no copy of the answer. Likely the classes differ in scanner, "
    "protocol, kernel, or in how and by whom the masks were drawn, and a model would learn that. Compare these between "
    "the classes; if that is the question asked (a positive control), all is well."
)


def suspected_leak(cohort: Cohort) -> list[Finding]:
    """Find features that tell the classes apart almost without error, alone, and not by the chance of looking at many.

    Columns of two values are held against their own number: a copy of the target is one of few such, also where
    hundreds of continuous features make a perfect one likely by chance.
    """
    extracted = cohort.provenance.get("extraction") is not None
    clinical = set(cohort.clinical)
    measured: list[str] = []
    told: list[str] = []
    for area, name in sorted(_separating(cohort), reverse=True):
        (measured if extracted and name not in clinical else told).append(f"{name} (AUC {area:.3f})")
    findings = [(measured, EXTRACTED), (told, FOREIGN)]
    return [_finding(names, cohort.target, meaning) for names, meaning in findings if names]


def _finding(names: Sequence[str], target: str, meaning: str) -> Finding:
    shown = ", ".join(names[:3]) + (", …" if len(names) > 3 else "")
    message = (
        f"{'1 feature tells' if len(names) == 1 else f'{len(names)} features tell'} the classes of '{target}' apart almost without "
        f"error, alone: {shown}. "
        f"With this many patients and features, chance does so in less than {CHANCE:.0%} of studies. {meaning}"
    )
    return Finding("SuspectedLeak", "serious", message)


def _separating(cohort: Cohort) -> list[tuple[float, str]]:
    values = cohort.X.to_numpy(dtype=float)
    two_valued = np.array([_has_two_values(column) for column in values.T], dtype=bool)
    n_alike = np.where(two_valued, two_valued.sum(), (~two_valued).sum())
    found = []
    for position in np.flatnonzero(_areas(values, cohort.y) >= LIMIT).tolist():
        there = np.isfinite(values[:, position])
        column, y, groups = values[there, position], cohort.y[there], cohort.groups[there]
        number, classes = units_of(y, groups)
        means = means_of(column, number)
        n_positive, n_negative = _per_class(classes)
        area = float(_areas(means[:, None], classes)[0])
        if chance_of_best(area, n_positive, n_negative, int(n_alike[position])) <= CHANCE:
            found.append((float(_areas(column[:, None], y)[0]), str(cohort.X.columns[position])))
    return found


def _has_two_values(column: npt.NDArray[np.float64]) -> bool:
    there = column[np.isfinite(column)]
    return len(there) > 0 and bool(((there == there.min()) | (there == there.max())).all())


def _per_class(y: npt.NDArray[np.int64]) -> tuple[int, int]:
    return int(y.sum()), int(len(y) - y.sum())


def _areas(values: npt.NDArray[np.float64], y: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """AUC of each column in its better direction, over the rows that have a value; 0 where a class has too few."""
    areas = np.zeros(values.shape[1])
    complete = np.isfinite(values).all(axis=0)
    for position in np.flatnonzero(~complete):
        there = np.isfinite(values[:, position])
        areas[position] = _areas(values[there, position, None], y[there])[0]
    n_positive, n_negative = _per_class(y)
    if min(n_positive, n_negative) >= MIN_PER_CLASS and complete.any():
        ranks = rankdata(values[:, complete], axis=0)
        above = ranks[y == 1].sum(axis=0) - n_positive * (n_positive + 1) / 2
        areas[complete] = 0.5 + np.abs(above / (n_positive * n_negative) - 0.5)
    return areas
