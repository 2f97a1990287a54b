"""Fitted folds into a result: tables, scores, counts, provenance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pandas as pd

from radiobone.cohort.cohort import Cohort
from radiobone.core.provenance import machine, versions
from radiobone.evaluation.audit.finding import Finding
from radiobone.evaluation.blocks.settings import Pooling
from radiobone.evaluation.fold import FoldOutcome
from radiobone.evaluation.intervals import intervals, method_of
from radiobone.evaluation.metrics import LOWEST, METRICS, Scored, auc, confusion
from radiobone.evaluation.patient_level import PatientLevel
from radiobone.evaluation.pooling import as_patients
from radiobone.evaluation.resampled_t import corrected_t
from radiobone.evaluation.result import Estimate, Result
from radiobone.evaluation.result_statistics import calibration_entry, decision_curve_entry, stability_entry
from radiobone.evaluation.spec import PipelineSpec
from radiobone.evaluation.splits.file import splits_content
from radiobone.evaluation.weighted import HeldOut


def make_result(
    cohort: Cohort,
    pipeline: PipelineSpec,
    fits: Sequence[FoldOutcome],
    findings: Sequence[Finding],
    *,
    seed: int,
    pooled: bool = False,
) -> Result:
    """Put the result together from the fitted folds; ``pooled`` adds the level of patients."""
    predictions = predictions_table(cohort, fits)
    rows = [(fit.repeat, fit.fold, name) for fit in fits for name in fit.features]
    selected = pd.DataFrame(rows, columns=["repeat", "fold", "feature"])
    return Result(
        predictions, selected, [_fold_entry(cohort, fit) for fit in fits], estimates(predictions, cohort, fits, seed=seed),
        _summary(cohort, fits, predictions, seed), [asdict(finding) for finding in findings],
        provenance(cohort, pipeline, seed=seed), splits_content(fits, cohort),
        _patient_level(cohort, pipeline.pool, fits, seed) if pooled and pipeline.pool else None,
    )  # fmt: skip


def _patient_level(cohort: Cohort, pooling: Pooling, fits: Sequence[FoldOutcome], seed: int) -> PatientLevel:
    """Score patients: each is one row, with the pooled probability of its rows."""
    people, folds = as_patients(cohort, fits, pooling)
    predictions = predictions_table(people, folds)
    once = predictions.drop_duplicates("patient_id")
    return PatientLevel(
        rule=pooling.rule, n_patients=len(once), n_positive=int(once["y"].sum()),
        n_mixed=len(set(cohort.patient[people.y != cohort.y].tolist())), confusion=confusion(scored(predictions)),
        metrics=estimates(predictions, people, folds, seed=seed), predictions=predictions.drop(columns=["roi", "row_id"]),
    )  # fmt: skip


def predictions_table(cohort: Cohort, fits: Sequence[FoldOutcome]) -> pd.DataFrame:
    """One row per held-out row and repeat."""
    blocks = [_predictions(cohort, fit) for fit in fits]
    return pd.concat(blocks, ignore_index=True)


def _predictions(cohort: Cohort, fit: FoldOutcome) -> pd.DataFrame:
    site = np.full(len(fit.test), "") if cohort.site is None else cohort.site[fit.test]
    return pd.DataFrame(
        {
            "row_id": cohort.X.index[fit.test].astype(str),
            "patient_id": cohort.patient[fit.test],
            "roi": cohort.roi[fit.test],
            "site": site,
            "repeat": fit.repeat,
            "fold": fit.fold,
            "y": cohort.y[fit.test],
            "probability": fit.probability,
            "threshold": fit.threshold,
            "predicted": (fit.probability >= fit.threshold).astype(np.int64),
            "model": fit.model_name,
        }
    )


def scored(table: pd.DataFrame) -> Scored:
    """Return the columns of a table of predictions that metrics need."""
    return Scored(
        table["y"].to_numpy(np.int64),
        table["probability"].to_numpy(float),
        table["predicted"].to_numpy(np.int64),
    )


def estimates(
    predictions: pd.DataFrame, cohort: Cohort, fits: Sequence[FoldOutcome], *, seed: int
) -> dict[str, Estimate]:
    """Mean over folds with its intervals, and the pooled value, of every metric."""
    in_order = sorted(fits, key=lambda fit: (fit.repeat, fit.fold))
    n_train, n_test = [len(fit.train) for fit in in_order], [len(fit.test) for fit in in_order]
    folds = [scored(block) for _, block in predictions.groupby(["repeat", "fold"], sort=True)]
    repeats = [scored(block) for _, block in predictions.groupby("repeat", sort=True)]
    bounds = intervals(_held_out(predictions, cohort), seed=seed)
    found = {}
    for name, metric in METRICS.items():
        values = [metric(fold) for fold in folds]
        there = [value for value in values if value is not None]
        pooled = [value for value in map(metric, repeats) if value is not None]
        spread = float(np.std(there, ddof=1)) if len(there) > 1 else None
        by_t = corrected_t(values, n_train, n_test)
        found[name] = Estimate(
            by_t.mean, *bounds[name], _mean(pooled), spread, len(there), method_of(name),
            _within(name, by_t.low), _within(name, by_t.high),
        )  # fmt: skip
    return found


def _within(name: str, bound: float | None) -> float | None:
    """Cut a bound to the range of the metric."""
    return None if bound is None else min(max(bound, LOWEST.get(name, 0.0)), 1.0)


def _held_out(predictions: pd.DataFrame, cohort: Cohort) -> HeldOut:
    rows = scored(predictions)
    group_of_row = dict(zip(cohort.X.index.astype(str), cohort.groups.tolist(), strict=True))
    _, unit = np.unique([group_of_row[row] for row in predictions["row_id"]], return_inverse=True)
    fold = predictions.groupby(["repeat", "fold"], sort=True).ngroup().to_numpy().astype(np.int64)
    return HeldOut(rows.y, rows.probability, rows.predicted, unit.astype(np.int64), fold)


def _mean(values: Sequence[float]) -> float | None:
    return float(np.mean(values)) if len(values) else None


def _fold_entry(cohort: Cohort, fit: FoldOutcome) -> dict[str, Any]:
    return {
        "repeat": fit.repeat,
        "fold": fit.fold,
        "name": fit.name,
        "model": fit.model_name,
        "params": fit.params,
        "threshold": fit.threshold,
        "inner_auc": fit.inner_score,
        "inner_folds": fit.inner_folds,
        "auc": auc(cohort.y[fit.test], fit.probability),
        "n_train": len(fit.train),
        "n_test": len(fit.test),
        "features": list(fit.features),
    }


def _summary(
    cohort: Cohort, fits: Sequence[FoldOutcome], predictions: pd.DataFrame, seed: int
) -> dict[str, Any]:
    repeats = sorted({fit.repeat for fit in fits})
    rows, repeat = _held_out(predictions, cohort), predictions["repeat"].to_numpy(np.int64)
    return {
        "task": "binary",
        "target": cohort.target,
        "positive": cohort.positive,
        "negative": cohort.negative,
        "n_rows": cohort.n_rows,
        "n_patients": cohort.n_patients,
        "n_positive": int(cohort.y.sum()),
        "n_negative": int((1 - cohort.y).sum()),
        "n_features": cohort.X.shape[1],
        "n_folds": len(fits) // len(repeats),
        "n_repeats": len(repeats),
        "n_folds_without_auc": sum(len(set(cohort.y[fit.test].tolist())) < 2 for fit in fits),
        "n_rows_derived": 0 if cohort.derived is None else int(cohort.derived.sum()),
        "seed": seed,
        "confusion": confusion(scored(predictions)),
        "confusion_counts": "rows, summed over repeats",
        "models": dict(sorted(Counter(fit.model_name for fit in fits).items())),
        "calibration": calibration_entry(rows, repeat, seed=seed),
        "decision_curve": decision_curve_entry(rows, repeat, seed=seed),
        "selection_stability": stability_entry(fits, cohort.X.shape[1]),
    }


def provenance(cohort: Cohort, pipeline: PipelineSpec, *, seed: int) -> dict[str, Any]:
    """Say what was run on what, as plain data."""
    origin = cohort.provenance
    found = versions()
    return {
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "radiobone": found.get("radiobone"),
        "versions": found,
        "machine": machine(),
        "seed": seed,
        "pipeline": pipeline.model_dump(mode="json"),
        "command": None,
        "extraction": origin.get("extraction"),
        "cohort": cohort_record(cohort),
    }


def cohort_record(cohort: Cohort) -> dict[str, Any]:
    """Say what the cohort is and where it came from, as plain data."""
    origin = cohort.provenance
    return {
        "source": origin.get("source"),
        "digest": origin.get("digest"),
        "n_rows": cohort.n_rows,
        "n_patients": cohort.n_patients,
        "rows_dropped": origin.get("rows_dropped", 0),
        "target": cohort.target,
        "positive": cohort.positive,
        "negative": cohort.negative,
        "sites": dict(origin.get("sites", {})),
        "clinical": list(cohort.clinical),
        "feature_pattern": origin.get("feature_pattern"),
        "n_features": cohort.X.shape[1],
        "columns": dict(origin.get("columns", {})),
        "notes": list(cohort.notes),
    }
