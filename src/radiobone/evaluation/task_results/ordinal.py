"""Ordered classes: agreement, the confusion table, and what lies beyond each boundary."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from radiobone.cohort.cohort import Cohort
from radiobone.evaluation.estimate import Estimate
from radiobone.evaluation.estimates import fold_estimates, fold_numbers, units
from radiobone.evaluation.fold import FoldOutcome
from radiobone.evaluation.graded_intervals import FloatArray, Held, Rows, graded_intervals
from radiobone.evaluation.ordinal_metrics import (
    agreement,
    beyond_probability,
    confusion_table,
    predicted_class,
    quadratic_kappa,
    weighted_tables,
)
from radiobone.evaluation.sample_bounds import wilson
from radiobone.evaluation.task_results.base import Columns, FoldMeasure, PartMeasures, TaskResults, as_of_rows
from radiobone.evaluation.task_results.boundaries import View, boundary_entry, boundary_estimates
from radiobone.evaluation.validation.performance import MODEL_KEPT

LEFT_OUT = (
    {"part": "threshold", "why": "the most probable class is predicted"},
    {"part": "calibration", "why": "the models' own probabilities are used; no calibration of several classes is fitted"},
    {"part": "decision curve", "why": "it weighs two decisions, and there are more classes"},
)  # fmt: skip


def probabilities(predictions: pd.DataFrame, levels: Sequence[str]) -> FloatArray:
    """Return the probability of each class, shape (n_rows, n_classes)."""
    return predictions[[f"probability_{level}" for level in levels]].to_numpy(float)


def _columns(cohort: Cohort, fit: FoldOutcome) -> Columns:
    each = {f"probability_{level}": fit.output[:, code] for code, level in enumerate(cohort.levels)}
    return {"y": cohort.y[fit.test], **each, "predicted": predicted_class(fit.output)}


def _fold(cohort: Cohort, fit: FoldOutcome) -> dict[str, Any]:
    score = quadratic_kappa(cohort.y[fit.test], predicted_class(fit.output), len(cohort.levels))
    return {"inner_score": fit.inner_score, "score": score}


def _agreement(
    table: pd.DataFrame, n_classes: int, rows: Rows, drawn: FloatArray
) -> Mapping[str, FloatArray]:
    y, called = table["y"].to_numpy(np.int64)[rows], table["predicted"].to_numpy(np.int64)[rows]
    return agreement(weighted_tables(y, called, drawn, n_classes))


def _one(name: str, n_classes: int, block: pd.DataFrame) -> float | None:
    found = _agreement(block, n_classes, np.arange(len(block)), np.ones((1, len(block))))
    return float(found[name][0]) if np.isfinite(found[name][0]) else None


def _ranges(n_classes: int) -> dict[str, tuple[float, float]]:
    return {
        "quadratic_kappa": (-1.0, 1.0),
        "accuracy": (0.0, 1.0),
        "balanced_accuracy": (0.0, 1.0),
        "off_by": (0.0, float(n_classes - 1)),
    }


def _estimates(
    cohort: Cohort, fits: Sequence[FoldOutcome] | None, predictions: pd.DataFrame, seed: int, method: str
) -> dict[str, Estimate]:
    n, unit = len(cohort.levels), units(predictions, cohort)
    kind = np.zeros(unit.max() + 1, dtype=np.int64)
    np.maximum.at(kind, unit, predictions["y"].to_numpy(np.int64))
    held = Held(unit, fold_numbers(predictions), kind)
    bounds = graded_intervals(held, partial(_agreement, predictions, n), seed=seed)
    ranges = _ranges(n)
    measures = {name: partial(_one, name, n) for name in ranges}
    found = fold_estimates(predictions, fits, measures, bounds, ranges, dict.fromkeys(ranges, method))
    return {**found, "accuracy": _not_too_narrow(found["accuracy"], len(kind))}


def _not_too_narrow(accuracy: Estimate, n_patients: int) -> Estimate:
    """Widen the interval of a share to Wilson's: the bootstrap has no width where no error was seen."""
    if accuracy.mean is None or accuracy.low is None or accuracy.high is None:
        return accuracy
    low, high = wilson(accuracy.mean, n_patients)
    method = f"{accuracy.method}; never narrower than Wilson's bounds from the number of patients"
    return replace(
        accuracy, low=min(accuracy.low, float(low)), high=max(accuracy.high, float(high)), method=method
    )


def _views(predictions: pd.DataFrame, levels: Sequence[str]) -> list[View]:
    """See the classes as two, once per boundary: what lies beyond it, with what probability, and what was called so."""
    y, called = (predictions[name].to_numpy(np.int64) for name in ("y", "predicted"))
    beyond = beyond_probability(probabilities(predictions, levels))
    return [(y > code, beyond[:, code], called > code) for code in range(len(levels) - 1)]


def _summary(
    cohort: Cohort, fits: Sequence[FoldOutcome], predictions: pd.DataFrame, seed: int, method: str
) -> dict[str, Any]:
    levels, counts = cohort.levels, np.bincount(cohort.y, minlength=len(cohort.levels))
    y, called = (predictions[name].to_numpy(np.int64) for name in ("y", "predicted"))
    boundaries = [
        boundary_entry(
            " or ".join(levels[code + 1 :]) if len(levels) - code < 4 else f"{levels[code + 1]} or beyond",
            predictions, view, cohort, fits, seed, method,
        )
        for code, view in enumerate(_views(predictions, levels))
    ]  # fmt: skip
    return {
        "headline": "quadratic_kappa",
        "levels": [{"name": name, "n": int(n)} for name, n in zip(levels, counts, strict=True)],
        "confusion": confusion_table(y, called, len(levels)).tolist(),
        "confusion_counts": "rows, summed over repeats; a line per true class",
        "boundaries": boundaries,
        "left_out": list(LEFT_OUT),
    }


def _measures(about: Mapping[str, Any]) -> dict[str, FoldMeasure]:
    n = len(about["levels"])
    return {name: FoldMeasure(partial(_one, name, n), limits) for name, limits in _ranges(n).items()}


def _parts(cohort: Cohort, predictions: pd.DataFrame, seed: int) -> dict[str, Estimate]:
    """Agreement, and the AUC of lying beyond each boundary (``auc_beyond_1``, …)."""
    found = _estimates(cohort, None, predictions, seed, MODEL_KEPT)
    beyond = [
        boundary_estimates(predictions, view, cohort, None, seed, MODEL_KEPT)["auc"]
        for view in _views(predictions, cohort.levels)
    ]
    return {**found, **{f"auc_beyond_{number}": one for number, one in enumerate(beyond, start=1)}}


def _counted(rows: pd.DataFrame, n_of_class: Sequence[int]) -> dict[str, Any]:
    return {"n_of_class": list(n_of_class)}


PARTS = PartMeasures(
    _parts,
    lambda cohort: range(len(cohort.levels)),
    _counted,
    "Kappa depends on how the classes are mixed in a group, and groups differ in that.",
)
ORDINAL = TaskResults(_columns, _fold, _estimates, _summary, as_of_rows(_summary), _measures, PARTS)
