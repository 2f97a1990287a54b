"""How frozen models are judged, by the names of their tasks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from radiobone.cohort.cohort import Cohort
from radiobone.evaluation.validation.assessment import (
    Assessment,
    assess,
    comparison_entry,
    predictions_table,
    summary_entry,
)
from radiobone.evaluation.validation.graded import (
    assess_number,
    assess_ordinal,
    graded_predictions,
    graded_summary,
)
from radiobone.evaluation.validation.two_graded import compare_graded


@dataclass(frozen=True, eq=False)
class TaskValidation:
    """How frozen models of a task are judged.

    Attributes
    ----------
    assess : callable
        From model, table, cohort and seed to the assessment.
    predictions : callable
        From cohort, assessment and that of another model, or None, to one row per row of the cohort.
    summary : callable
        From cohort, seed and notes to what the cohort is.
    compare : callable
        From cohort, the assessments of two models, and seed to their differences, the first less the second; ``cuts`` of
        probabilities too where ``takes_cuts``.
    takes_cuts : bool
        Whether there is one probability, which cut-offs divide.
    """

    assess: Callable[..., Assessment]
    predictions: Callable[[Cohort, Assessment, Assessment | None], pd.DataFrame]
    summary: Callable[..., Mapping[str, Any]]
    compare: Callable[..., dict[str, Any]]
    takes_cuts: bool = False


VALIDATIONS: dict[str, TaskValidation] = {
    "binary": TaskValidation(assess, predictions_table, summary_entry, comparison_entry, takes_cuts=True),
    "ordinal": TaskValidation(assess_ordinal, graded_predictions, graded_summary, compare_graded),
    "number": TaskValidation(assess_number, graded_predictions, graded_summary, compare_graded),
}
