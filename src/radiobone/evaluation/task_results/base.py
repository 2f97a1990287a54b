"""What a result asks of a task."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from radiobone.cohort.cohort import Cohort
from radiobone.evaluation.estimate import Estimate
from radiobone.evaluation.fold import FoldOutcome

Columns = dict[str, Any]
Estimator = Callable[[Cohort, Sequence[FoldOutcome], pd.DataFrame, int], dict[str, Estimate]]
Summary = Callable[[Cohort, Sequence[FoldOutcome], pd.DataFrame, int], dict[str, Any]]


@dataclass(frozen=True, eq=False)
class TaskResults:
    """How the predictions of a task are reported.

    Attributes
    ----------
    columns : callable
        From a cohort and a fold to columns of the table of predictions, for the fold's test rows.
    fold : callable
        From a cohort and a fold to its scores, for ``folds.json``.
    estimates : callable
        From cohort, folds, predictions and seed to the measures.
    summary : callable
        From the same to the rest of ``metrics.json``.
    """

    columns: Callable[[Cohort, FoldOutcome], Columns]
    fold: Callable[[Cohort, FoldOutcome], Mapping[str, Any]]
    estimates: Estimator
    summary: Summary


def rows_not_pooled(cohort: Cohort) -> list[dict[str, str]]:
    """Say that patients are not reported, where they have several rows and the task pools none."""
    if cohort.n_rows == cohort.n_patients:
        return []
    why = "rows are pooled for two classes alone; every figure is of rows, with intervals that keep a patient's rows together"
    return [{"part": "patients", "why": why}]
