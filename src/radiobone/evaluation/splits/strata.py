"""What folds are balanced by: the classes, or bins of a number."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from radiobone.cohort.cohort import Cohort
from radiobone.evaluation.tasks.base import Strata
from radiobone.evaluation.tasks.registry import TASKS


def strata_of(cohort: Cohort, folds: int) -> Strata:
    """Return the strata of a cohort for a number of folds; for 0, those that every set of training rows must hold."""
    own = np.ones(cohort.n_rows, dtype=bool) if cohort.derived is None else ~cohort.derived
    found = TASKS[cohort.task.kind].strata(cohort.y, cohort.groups, folds, own)
    return replace(found, names=tuple(map(_called, cohort.levels))) if cohort.levels else found


def _called(level: str) -> str:
    """Name a class so that a count of patients can stand before it."""
    return level if any(letter.isalpha() for letter in level) else f"of class {level}"
