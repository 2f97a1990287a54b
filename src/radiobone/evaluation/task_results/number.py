"""A number: errors, agreement by Bland and Altman, and the classes that it implies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from radiobone.cohort.cohort import Cohort
from radiobone.cohort.task import Boundary, Number, codes_of
from radiobone.evaluation.estimate import Estimate
from radiobone.evaluation.estimates import fold_estimates, fold_numbers, units
from radiobone.evaluation.fold import FoldOutcome
from radiobone.evaluation.fold_score import R2, RANK_CORRELATION
from radiobone.evaluation.graded_intervals import (
    FloatArray,
    Held,
    Measures,
    Rows,
    graded_intervals,
)
from radiobone.evaluation.number_metrics import bland_altman, of_errors, weighted_errors
from radiobone.evaluation.ordinal_metrics import agreement, confusion_table, weighted_tables
from radiobone.evaluation.task_results.base import Columns, FoldMeasure, PartMeasures, TaskResults, as_of_rows
from radiobone.evaluation.task_results.boundaries import boundary_entry
from radiobone.evaluation.validation.performance import MODEL_KEPT

LEFT_OUT = (
    {"part": "threshold", "why": "a number is predicted, not a class"},
    {"part": "calibration", "why": "there are no probabilities; the Bland–Altman plot shows bias"},
    {"part": "decision curve", "why": "there are no probabilities"},
)
RANGES = {"mae": (0.0, np.inf), "rmse": (0.0, np.inf), "r2": (-np.inf, 1.0)}


def _columns(cohort: Cohort, fit: FoldOutcome) -> Columns:
    return {"y": cohort.y[fit.test], "predicted": fit.output}


def _fold(cohort: Cohort, fit: FoldOutcome) -> dict[str, Any]:
    y = cohort.y[fit.test]
    return {
        "inner_score": fit.inner_score,
        "score": of_errors("mae", y, fit.output),
        **{score.in_folds: score.of(y, fit.output) for score in (R2, RANK_CORRELATION)},
    }


def _pairs(predictions: pd.DataFrame) -> tuple[FloatArray, FloatArray]:
    return predictions["y"].to_numpy(float), predictions["predicted"].to_numpy(float)


def _errors(y: FloatArray, predicted: FloatArray, rows: Rows, drawn: FloatArray) -> Mapping[str, FloatArray]:
    return weighted_errors(y[rows], predicted[rows], drawn)


def _one(name: str, block: pd.DataFrame) -> float | None:
    return of_errors(name, *_pairs(block))


def _estimates(
    cohort: Cohort, fits: Sequence[FoldOutcome] | None, predictions: pd.DataFrame, seed: int, method: str
) -> dict[str, Estimate]:
    held = _held(predictions, cohort, fold_numbers(predictions))
    bounds = graded_intervals(held, partial(_errors, *_pairs(predictions)), seed=seed)
    measures = {name: partial(_one, name) for name in RANGES}
    return fold_estimates(predictions, fits, measures, bounds, RANGES, dict.fromkeys(RANGES, method))


def _held(predictions: pd.DataFrame, cohort: Cohort, part: Rows) -> Held:
    unit = units(predictions, cohort)
    return Held(unit, part, np.zeros(unit.max() + 1, dtype=np.int64))


def _pooled(held: Held, measures: Measures, seed: int) -> dict[str, Any]:
    """Measures of all predictions of a repeat together, mean over repeats, with intervals, as plain data."""
    bounds = graded_intervals(held, measures, seed=seed)
    parts = [np.flatnonzero(held.part == part) for part in np.unique(held.part)]
    each = [measures(rows, np.ones((1, len(rows)))) for rows in parts]
    values = {name: float(np.mean([one[name][0] for one in each])) for name in bounds}
    return {
        name: {
            "value": value if np.isfinite(value) else None,
            "low": bounds[name][0],
            "high": bounds[name][1],
        }
        for name, value in values.items()
    }


def _bland_altman(predictions: pd.DataFrame, held: Held, seed: int, method: str) -> dict[str, Any]:
    y, predicted = _pairs(predictions)

    def measures(rows: Rows, drawn: FloatArray) -> Mapping[str, FloatArray]:
        return bland_altman(y[rows], predicted[rows], drawn)

    return {
        **_pooled(held, measures, seed),
        "difference": "predicted less measured",
        "method": f"bias ± 1.96 standard deviations of all rows of a repeat, mean over repeats; {method}",
    }


def _implied(
    cohort: Cohort,
    boundaries: Sequence[Boundary],
    predictions: pd.DataFrame,
    held: Held,
    fits: Sequence[FoldOutcome],
    seed: int,
    method: str,
) -> dict[str, Any]:
    """Agreement of the classes that measured and predicted numbers imply."""
    y, predicted = _pairs(predictions)
    n, used = len(boundaries) + 1, tuple(boundaries)
    truth, called = codes_of(y, used), codes_of(predicted, used)

    def measures(rows: Rows, drawn: FloatArray) -> Mapping[str, FloatArray]:
        return agreement(weighted_tables(truth[rows], called[rows], drawn, n))

    found = _pooled(held, measures, seed)
    return {
        "classes": class_names(boundaries),
        "confusion": confusion_table(truth, called, n).tolist(),
        "quadratic_kappa": found["quadratic_kappa"],
        "accuracy": found["accuracy"],
        "boundaries": [
            boundary_entry(
                one.text,
                predictions,
                (one.beyond(y), -predicted, one.beyond(predicted)),
                cohort,
                fits,
                seed,
                method,
            )
            for one in boundaries
        ],
    }


def class_names(boundaries: Sequence[Boundary]) -> list[str]:
    """Name the classes between boundaries, the highest numbers first: ``>= -1``, ``< -1 and > -2.5``, ``<= -2.5``."""
    above = [f"{'>' if one.including else '>='} {one.value:g}" for one in boundaries]
    below = [one.text for one in boundaries]
    between = [f"{low} and {high}" for low, high in zip(below[:-1], above[1:], strict=True)]
    return [above[0], *between, below[-1]] if boundaries else []


def _summary(
    cohort: Cohort, fits: Sequence[FoldOutcome], predictions: pd.DataFrame, seed: int, method: str
) -> dict[str, Any]:
    assert isinstance(cohort.task, Number)
    held = _held(predictions, cohort, predictions["repeat"].to_numpy(np.int64))
    asked = cohort.task.boundaries
    crossed = [one for one in asked if 0 < int(one.beyond(cohort.y).sum()) < cohort.n_rows]
    least, median, greatest = np.quantile(cohort.y, [0.0, 0.5, 1.0])
    uncrossed = [
        {"part": f"boundary {one.text}", "why": f"all values of '{cohort.target}' lie on one side of it"}
        for one in asked
        if one not in crossed
    ]
    return {
        "headline": "r2",
        "values": {
            "least": float(least), "median": float(median), "greatest": float(greatest),
            "mean": float(cohort.y.mean()), "sd": float(cohort.y.std(ddof=1)),
        },
        "bland_altman": _bland_altman(predictions, held, seed, method),
        "implied": _implied(cohort, crossed, predictions, held, fits, seed, method) if crossed else None,
        "left_out": [*LEFT_OUT, *uncrossed],
    }  # fmt: skip


def _measures(about: Mapping[str, Any]) -> dict[str, FoldMeasure]:
    return {name: FoldMeasure(partial(_one, name), limits) for name, limits in RANGES.items()}


def _parts(cohort: Cohort, predictions: pd.DataFrame, seed: int) -> dict[str, Estimate]:
    """Errors, and the bias: predicted less measured."""
    held = _held(predictions, cohort, predictions["repeat"].to_numpy(np.int64))
    bias = _bland_altman(predictions, held, seed, MODEL_KEPT)["bias"]
    n_repeats = predictions["repeat"].nunique()
    return {
        **_estimates(cohort, None, predictions, seed, MODEL_KEPT),
        "bias": Estimate(
            bias["value"], bias["low"], bias["high"], bias["value"], None, n_repeats, MODEL_KEPT
        ),
    }


def _counted(rows: pd.DataFrame, n_of_class: Sequence[int]) -> dict[str, Any]:
    y = rows["y"]
    return {"mean": float(y.mean()) if len(y) else None, "sd": float(y.std(ddof=1)) if len(y) > 1 else None}


PARTS = PartMeasures(
    _parts,
    lambda cohort: (),
    _counted,
    "R² depends on how much the values vary in a group: compare groups by the mean absolute error and the bias (predicted "
    "less measured).",
)
NUMBER = TaskResults(_columns, _fold, _estimates, _summary, as_of_rows(_summary), _measures, PARTS)
