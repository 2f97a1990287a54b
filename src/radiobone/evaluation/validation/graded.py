"""All that is told of a frozen model of ordered classes, or of a number, on one labelled cohort, as plain data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from radiobone.cohort.cohort import Cohort
from radiobone.evaluation.blocks.settings import Pooling
from radiobone.evaluation.fold import FoldOutcome
from radiobone.evaluation.graded_intervals import Held, graded_intervals
from radiobone.evaluation.model import Model
from radiobone.evaluation.ordinal_metrics import beyond_probability
from radiobone.evaluation.pooling import as_patients, is_pooled, mixed_patients, once_each
from radiobone.evaluation.summary import predictions_table as told_rows
from radiobone.evaluation.task_results.registry import TASK_RESULTS
from radiobone.evaluation.tasks.registry import TASKS
from radiobone.evaluation.validation.assessment import Assessment, model_record
from radiobone.evaluation.validation.linear_recalibration import KINDS, line_entry, refitted_entry
from radiobone.evaluation.validation.performance import MODEL_KEPT, plain
from radiobone.evaluation.validation.ranges import range_entry

FloatArray = npt.NDArray[np.float64]
More = Callable[[Cohort, FoldOutcome, int], dict[str, Any]]


def assess_ordinal(model: Model, table: pd.DataFrame, cohort: Cohort, *, seed: int) -> Assessment:
    """Score the rows with the model as it is, and judge the classes; parameters as for ``assess``.

    Raises
    ------
    FeatureMismatch, NotNumeric, NonFiniteFeature
    """
    scores = model.predict(table, sites=cohort.site)
    names = [f"probability_{level}" for level in model.about["levels"]]
    return _assessed(model, table, cohort, scores, scores[names].to_numpy(float), _at_boundaries, seed)


def assess_number(model: Model, table: pd.DataFrame, cohort: Cohort, *, seed: int) -> Assessment:
    """Score the rows with the model as it is, and judge the numbers; parameters as for ``assess``.

    Raises
    ------
    FeatureMismatch, NotNumeric, NonFiniteFeature
    """
    scores = model.predict(table, sites=cohort.site)
    return _assessed(model, table, cohort, scores, scores["predicted"].to_numpy(float), _refitted, seed)


def _assessed(
    model: Model, table: pd.DataFrame, cohort: Cohort, scores: pd.DataFrame, output: FloatArray, more: More, seed: int
) -> Assessment:  # fmt: skip
    fold = frozen_fold(cohort, output)
    told, rows = TASK_RESULTS[cohort.task.kind], told_rows(cohort, [fold])
    entry = {
        "model": model_record(model),
        "metrics": _metrics(cohort, fold, rows, seed),
        **told.summary(cohort, [fold], rows, seed, MODEL_KEPT),
        **more(cohort, fold, seed),
        "ranges": range_entry(model.needed_values(table), model.ranges),
    }
    rule = model.about.get("pooling")
    if rule is not None and is_pooled(cohort, Pooling(**rule)):
        entry["patients"] = _patients(cohort, fold, Pooling(**rule), seed)
    return Assessment(scores, entry)


def frozen_fold(cohort: Cohort, output: FloatArray) -> FoldOutcome:
    """Return a scored cohort as one fold whose training rows are elsewhere.

    Parameters
    ----------
    cohort : Cohort
    output : numpy.ndarray of float, shape (n_rows,) or (n_rows, n_classes)
        What the frozen model puts out.
    """
    rows = np.arange(cohort.n_rows, dtype=np.int64)
    return FoldOutcome(
        repeat=0, fold=0, train=rows[:0], test=rows, threshold=None, features=(), model_name="frozen", params={},
        inner_score=float("nan"), inner_folds=0, output=output,
    )  # fmt: skip


def _metrics(cohort: Cohort, fold: FoldOutcome, rows: pd.DataFrame, seed: int) -> dict[str, dict[str, Any]]:
    return plain(TASK_RESULTS[cohort.task.kind].estimates(cohort, [fold], rows, seed, MODEL_KEPT))


def _patients(cohort: Cohort, fold: FoldOutcome, pooling: Pooling, seed: int) -> dict[str, Any]:
    """Patients, with the rows of each pooled by the model's own rule."""
    people, folds = as_patients(cohort, [fold], pooling)
    once, rows = once_each(people, folds), told_rows(people, folds)
    return {
        "rule": pooling.rule,
        "n_patients": once.n_rows,
        "n_mixed": len(mixed_patients(cohort)),
        "metrics": _metrics(people, folds[0], rows, seed),
        **TASK_RESULTS[cohort.task.kind].of_patients(once, folds, rows, seed, MODEL_KEPT),
    }


def _refitted(cohort: Cohort, fold: FoldOutcome, seed: int) -> dict[str, Any]:
    """Line of the measured over the predicted numbers, and what refitting to this cohort would give."""
    return {
        "line": {**line_entry(cohort, fold.output, seed=seed), "method": MODEL_KEPT},
        "recalibrated": {kind: refitted_entry(cohort, fold, kind, seed=seed) for kind in KINDS},
    }


def _at_boundaries(cohort: Cohort, fold: FoldOutcome, seed: int) -> dict[str, Any]:
    """Mean probability of lying beyond each boundary less the share that does: calibration in the large."""
    expected = beyond_probability(fold.output)
    observed = (cohort.y[:, np.newaxis] > np.arange(expected.shape[1])).astype(float)
    _, unit = np.unique(cohort.groups, return_inverse=True)
    held = Held(unit.astype(np.int64), np.zeros(cohort.n_rows, dtype=np.int64), _highest(cohort.y, unit))
    excess = expected - observed

    def means(rows: npt.NDArray[np.int64], drawn: FloatArray) -> Mapping[str, FloatArray]:
        weight = drawn.sum(axis=1)
        return {str(code): (drawn @ column[rows]) / weight for code, column in enumerate(excess.T)}

    bounds = graded_intervals(held, means, seed=seed)
    return {
        "in_the_large": [
            {
                "expected": float(expected[:, code].mean()),
                "observed": float(observed[:, code].mean()),
                "difference": {"value": float(excess[:, code].mean()), "low": low, "high": high},
            }
            for code, (low, high) in enumerate(bounds[str(code)] for code in range(expected.shape[1]))
        ]
    }


def _highest(y: npt.NDArray[np.int64], unit: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Highest class of each patient."""
    kind = np.zeros(unit.max() + 1, dtype=np.int64)
    np.maximum.at(kind, unit, y)
    return kind


def graded_predictions(
    cohort: Cohort, assessment: Assessment, other: Assessment | None = None
) -> pd.DataFrame:
    """One row per row of the cohort: whose it is, its target, and what the frozen model says, and another if there is one."""
    scores, said = assessment.scores, _said(assessment)
    against = {} if other is None else {name: other.scores[name].to_numpy() for name in _said(other)}
    return pd.DataFrame(
        {
            "row_id": cohort.X.index.astype(str),
            "patient_id": cohort.patient,
            "roi": cohort.roi,
            "site": np.full(cohort.n_rows, "") if cohort.site is None else cohort.site,
            "y": cohort.y,
            **{name: scores[name].to_numpy() for name in (*said, "outside_range", "warnings")},
            **{f"against_{name}": values for name, values in against.items()},
        }
    )


def _said(assessment: Assessment) -> list[str]:
    names = map(str, assessment.scores.columns)
    return [name for name in names if name.startswith("probability_") or name == "predicted"]


def graded_summary(cohort: Cohort, *, seed: int, notes: Sequence[str]) -> Mapping[str, Any]:
    """Return what the cohort is, beside what the model does on it."""
    return {
        "kind": "validation",
        "task": cohort.task.kind,
        "headline": TASKS[cohort.task.kind].headline.key,
        "target": cohort.target,
        "n_rows": cohort.n_rows,
        "n_patients": cohort.n_patients,
        "clustered": cohort.n_rows > len(np.unique(cohort.groups)),
        "seed": seed,
        "notes": list(notes),
    }
