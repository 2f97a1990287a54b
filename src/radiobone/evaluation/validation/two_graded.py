"""Two frozen models of ordered classes, or of a number, on the same rows of another cohort."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from radiobone.cohort.cohort import Cohort
from radiobone.core.errors import BadSetting, OneClass, TooFewPerClass
from radiobone.evaluation.delong import auc_covariance, auc_difference
from radiobone.evaluation.graded_intervals import FloatArray, Held, Rows, graded_intervals
from radiobone.evaluation.intervals import N_RESAMPLES
from radiobone.evaluation.model import Model
from radiobone.evaluation.number_metrics import weighted_errors
from radiobone.evaluation.ordinal_metrics import agreement, beyond_probability, weighted_tables
from radiobone.evaluation.tasks.registry import TASKS
from radiobone.evaluation.validation.assessment import Assessment
from radiobone.evaluation.validation.two_models import DELONG_TEST, OBUCHOWSKI_TEST

Weighted = Callable[[Cohort, pd.DataFrame, Rows, FloatArray], Mapping[str, FloatArray]]
METHOD = f"95 % percentile bootstrap of patients, {N_RESAMPLES} resamples, both models kept, and the same patients drawn for both"
CAUTION = (
    "Several measures are compared at once, and an interval that holds 0 is no proof that the models are equally good. A model "
    "that was chosen because it came out best here is to be judged anew on other patients."
)


def _errors(cohort: Cohort, scores: pd.DataFrame, rows: Rows, drawn: FloatArray) -> Mapping[str, FloatArray]:
    return weighted_errors(cohort.y[rows], scores["predicted"].to_numpy(float)[rows], drawn)


def _agreement(
    cohort: Cohort, scores: pd.DataFrame, rows: Rows, drawn: FloatArray
) -> Mapping[str, FloatArray]:
    called = scores["predicted"].to_numpy(np.int64)[rows]
    return agreement(weighted_tables(cohort.y[rows], called, drawn, len(cohort.levels)))


WEIGHTED: Mapping[str, Weighted] = {"ordinal": _agreement, "number": _errors}


def check_comparable(models: Sequence[Model]) -> None:
    """Refuse models that have no score in common.

    Raises
    ------
    BadSetting
        If they predict other kinds of targets, or other ordered classes.
    """
    first, *others = models
    for other in others:
        kinds = [model.task.name for model in (first, other)]
        if kinds[0] != kinds[1]:
            raise BadSetting(
                f"The model is of task '{kinds[0]}' and the one against it of '{kinds[1]}': they are judged by other scores, and a "
                "difference of two scores of different kinds means nothing. Validate each alone."
            )
        orders = [[str(level) for level in model.about.get("levels") or ()] for model in (first, other)]
        if [name.casefold() for name in orders[0]] != [name.casefold() for name in orders[1]]:
            raise BadSetting(
                f"The model predicts {' < '.join(orders[0])} and the one against it {' < '.join(orders[1])}: agreement with other "
                "classes is another question, so that the difference means nothing. Validate each alone."
            )


def compare_graded(cohort: Cohort, new: Assessment, old: Assessment, *, seed: int) -> dict[str, Any]:
    """Compare two models that were fixed before the cohort was seen; new less old, as plain data.

    Parameters
    ----------
    cohort : Cohort
        Of ordered classes or of a number.
    new, old : Assessment
    seed : int
        Of the bootstrap.

    Returns
    -------
    dict
        ``differences`` of every measure of the task, ``boundaries`` with the difference of the AUCs beyond each (ordered
        classes), ``headline`` and how it was made.
    """
    task = cohort.task.kind
    bounds = graded_intervals(_held(cohort), partial(_differences, cohort, new, old), seed=seed)
    everyone = np.arange(cohort.n_rows, dtype=np.int64)
    values = _differences(cohort, new, old, everyone, np.ones((1, cohort.n_rows)))
    return {
        "headline": TASKS[task].headline.key,
        "differences": {
            name: {"value": _finite(values[name][0]), "low": low, "high": high}
            for name, (low, high) in bounds.items()
        },
        "boundaries": _boundaries(cohort, new, old) if task == "ordinal" else [],
        "method": METHOD,
        "caution": CAUTION,
    }


def _differences(
    cohort: Cohort, new: Assessment, old: Assessment, rows: Rows, drawn: FloatArray
) -> dict[str, FloatArray]:
    first, second = (WEIGHTED[cohort.task.kind](cohort, one.scores, rows, drawn) for one in (new, old))
    return {name: np.asarray(first[name] - second[name], dtype=float) for name in first}


def _held(cohort: Cohort) -> Held:
    """Return whose the rows are; patients of ordered classes are drawn within their highest class."""
    _, unit = np.unique(cohort.groups, return_inverse=True)
    kind = np.zeros(unit.max() + 1, dtype=np.int64)
    if cohort.task.kind == "ordinal":
        np.maximum.at(kind, unit, cohort.y)
    return Held(unit.astype(np.int64), np.zeros(cohort.n_rows, dtype=np.int64), kind)


def _boundaries(cohort: Cohort, new: Assessment, old: Assessment) -> list[dict[str, Any]]:
    """Difference of the AUCs of lying beyond each boundary; none where this cohort cannot tell it."""
    beyond = [beyond_probability(_probabilities(cohort, one)) for one in (new, old)]
    return [
        {"name": one["name"], **_auc_difference(cohort, cohort.y > code, [each[:, code] for each in beyond])}
        for code, one in enumerate(new.entry["boundaries"])
    ]


def _probabilities(cohort: Cohort, assessment: Assessment) -> FloatArray:
    columns = [name for name in assessment.scores.columns if name.startswith("probability_")]
    return assessment.scores[columns[: len(cohort.levels)]].to_numpy(dtype=float)


def _auc_difference(
    cohort: Cohort, beyond: npt.NDArray[np.bool_], scores: list[FloatArray]
) -> dict[str, Any]:
    clustered = len(np.unique(cohort.groups)) < cohort.n_rows
    try:
        found = auc_covariance(beyond.astype(np.int64), scores, cohort.groups if clustered else None)
    except (OneClass, TooFewPerClass):
        return {"auc": None, "note": "fewer than two patients lie on one side"}
    method = OBUCHOWSKI_TEST if clustered else DELONG_TEST
    return {"auc": {**asdict(auc_difference(found)), "method": method}, "note": ""}


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
