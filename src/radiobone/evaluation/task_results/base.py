"""What a result asks of a task."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from radiobone.cohort.cohort import Cohort
from radiobone.evaluation.estimate import Estimate
from radiobone.evaluation.estimates import Measure, Range
from radiobone.evaluation.fold import FoldOutcome

Columns = dict[str, Any]
Estimator = Callable[[Cohort, Sequence[FoldOutcome] | None, pd.DataFrame, int, str], dict[str, Estimate]]


@dataclass(frozen=True, eq=False)
class FoldMeasure:
    """A measure of the rows of one fold.

    Attributes
    ----------
    of : callable
        From the rows of a fold in the table of predictions to the measure; None if it cannot be computed.
    limits : tuple of float
        Between which values it lies.
    """

    of: Measure
    limits: Range


FoldMeasures = Callable[[Mapping[str, Any]], Mapping[str, FoldMeasure]]
Summary = Callable[[Cohort, Sequence[FoldOutcome], pd.DataFrame, int, str], dict[str, Any]]


@dataclass(frozen=True, eq=False)
class PartMeasures:
    """What is told of a part of the rows, such as a subgroup.

    Attributes
    ----------
    estimates : callable
        From cohort, predictions of the part with all folds of a repeat together, and seed to the measures; intervals are of
        patients drawn while the models are kept.
    codes : callable
        From the cohort to the classes of which a part must hold patients; empty for a task without classes.
    counted : callable
        From the predictions of the part, a row each, and the number of patients of each class to what is told of its target.
    caution : str
        What a reader must know besides.
    """

    estimates: Callable[[Cohort, pd.DataFrame, int], dict[str, Estimate]]
    codes: Callable[[Cohort], Sequence[int]]
    counted: Callable[[pd.DataFrame, Sequence[int]], dict[str, Any]]
    caution: str = ""


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
        From cohort, folds (None for parts that are no folds), predictions, seed, and how intervals are made (what is kept while patients are drawn), in words, to
        the measures.
    summary : callable
        From the same to the rest of ``metrics.json``.
    of_patients : callable
        Likewise to what is told of patients beside the measures, where their rows were pooled; the cohort has a row per
        patient.
    measures : callable
        From ``metrics.json`` to what can be measured in a fold, by name.
    parts : PartMeasures
        What is told of subgroups.
    """

    columns: Callable[[Cohort, FoldOutcome], Columns]
    fold: Callable[[Cohort, FoldOutcome], Mapping[str, Any]]
    estimates: Estimator
    summary: Summary
    of_patients: Summary
    measures: FoldMeasures
    parts: PartMeasures


def as_of_rows(summary: Summary) -> Summary:
    """Return what tells of patients all that is told of rows, but for what is left out and what comes first."""

    def told(
        cohort: Cohort, fits: Sequence[FoldOutcome], predictions: pd.DataFrame, seed: int, method: str
    ) -> dict[str, Any]:
        found = summary(cohort, fits, predictions, seed, method)
        return {name: one for name, one in found.items() if name not in ("headline", "left_out")}

    return told
