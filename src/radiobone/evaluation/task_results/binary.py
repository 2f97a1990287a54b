"""Two classes: probabilities with their threshold, calibration and decision curve."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from radiobone.cohort.cohort import Cohort
from radiobone.evaluation.estimate import Estimate
from radiobone.evaluation.estimates import estimates, held_out, limits_of, of_block, scored
from radiobone.evaluation.fold import FoldOutcome
from radiobone.evaluation.metrics import METRICS, auc, confusion
from radiobone.evaluation.result_statistics import calibration_entry, decision_curve_entry
from radiobone.evaluation.task_results.base import Columns, FoldMeasure, PartMeasures, TaskResults
from radiobone.evaluation.validation.performance import estimates as kept_estimates


def _columns(cohort: Cohort, fit: FoldOutcome) -> Columns:
    assert fit.threshold is not None  # two classes have one
    return {
        "y": cohort.y[fit.test],
        "probability": fit.output,
        "threshold": fit.threshold,
        "predicted": (fit.output >= fit.threshold).astype(np.int64),
    }


def _fold(cohort: Cohort, fit: FoldOutcome) -> dict[str, Any]:
    return {
        "threshold": fit.threshold,
        "inner_auc": fit.inner_score,
        "auc": auc(cohort.y[fit.test], fit.output),
    }


def _estimates(
    cohort: Cohort, fits: Sequence[FoldOutcome] | None, predictions: pd.DataFrame, seed: int, method: str
) -> dict[str, Estimate]:
    return estimates(predictions, cohort, fits, seed=seed, method=method)


def _summary(
    cohort: Cohort, fits: Sequence[FoldOutcome], predictions: pd.DataFrame, seed: int, method: str
) -> dict[str, Any]:
    rows, repeat = held_out(predictions, cohort), predictions["repeat"].to_numpy(np.int64)
    return {
        "positive": cohort.positive,
        "negative": cohort.negative,
        "n_positive": int(cohort.y.sum()),
        "n_negative": int((1 - cohort.y).sum()),
        "n_folds_without_auc": sum(len(set(cohort.y[fit.test].tolist())) < 2 for fit in fits),
        "confusion": confusion(scored(predictions)),
        "confusion_counts": "rows, summed over repeats",
        "calibration": calibration_entry(rows, repeat, seed=seed),
        "decision_curve": decision_curve_entry(rows, repeat, seed=seed),
    }


def _of_patients(
    cohort: Cohort, fits: Sequence[FoldOutcome], predictions: pd.DataFrame, seed: int, method: str
) -> dict[str, Any]:
    return {"n_positive": int(cohort.y.sum()), "confusion": confusion(scored(predictions))}


def _measures(about: Mapping[str, Any]) -> dict[str, FoldMeasure]:
    return {name: FoldMeasure(of_block(metric), limits_of(name)) for name, metric in METRICS.items()}


def _parts(cohort: Cohort, predictions: pd.DataFrame, seed: int) -> dict[str, Estimate]:
    return kept_estimates(held_out(predictions, cohort), seed=seed)


def _counted(rows: pd.DataFrame, n_of_class: Sequence[int]) -> dict[str, Any]:
    return dict(zip(("n_events", "n_non_events"), n_of_class, strict=True))


PARTS = PartMeasures(_parts, lambda cohort: (1, 0), _counted)
BINARY = TaskResults(_columns, _fold, _estimates, _summary, _of_patients, _measures, PARTS)
