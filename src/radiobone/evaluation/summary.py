"""Fitted folds into a result: tables, scores, counts, provenance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from radiobone.cohort.cohort import Cohort
from radiobone.core.provenance import made_now
from radiobone.evaluation.audit.finding import Finding
from radiobone.evaluation.blocks.settings import Pooling
from radiobone.evaluation.fold import FoldOutcome
from radiobone.evaluation.intervals import FOLDS_KEPT
from radiobone.evaluation.patient_level import PatientLevel
from radiobone.evaluation.pooling import as_patients, mixed_patients, once_each
from radiobone.evaluation.result import Result
from radiobone.evaluation.result_statistics import stability_entry
from radiobone.evaluation.spec import PipelineSpec
from radiobone.evaluation.splits.file import splits_content
from radiobone.evaluation.task_results.registry import TASK_RESULTS

ROWS_ALONE = {
    "part": "patients",
    "why": "their rows were not pooled (--pool); every figure is of rows, with intervals that keep a patient's rows together",
}


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
        predictions, selected, [_fold_entry(cohort, fit) for fit in fits],
        TASK_RESULTS[cohort.task.kind].estimates(cohort, fits, predictions, seed, FOLDS_KEPT),
        _summary(cohort, fits, predictions, seed, pooled), [asdict(finding) for finding in findings],
        provenance(cohort, pipeline, seed=seed), splits_content(fits, cohort),
        _patient_level(cohort, pipeline.pool, fits, seed) if pooled and pipeline.pool else None,
    )  # fmt: skip


def _patient_level(cohort: Cohort, pooling: Pooling, fits: Sequence[FoldOutcome], seed: int) -> PatientLevel:
    """Score patients: each is one row, with the pooled prediction of its rows."""
    people, folds = as_patients(cohort, fits, pooling)
    predictions, told = predictions_table(people, folds), TASK_RESULTS[cohort.task.kind]
    once = once_each(people, folds)
    return PatientLevel(
        rule=pooling.rule, n_patients=once.n_rows, n_mixed=len(mixed_patients(cohort)),
        metrics=told.estimates(people, folds, predictions, seed, FOLDS_KEPT), figures=told.of_patients(once, folds, predictions, seed, FOLDS_KEPT),
        predictions=predictions.drop(columns=["roi", "row_id"]),
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
            **TASK_RESULTS[cohort.task.kind].columns(cohort, fit),
            "model": fit.model_name,
        }
    )


def _fold_entry(cohort: Cohort, fit: FoldOutcome) -> dict[str, Any]:
    return {
        "repeat": fit.repeat,
        "fold": fit.fold,
        "name": fit.name,
        "model": fit.model_name,
        "params": fit.params,
        **TASK_RESULTS[cohort.task.kind].fold(cohort, fit),
        "inner_folds": fit.inner_folds,
        "n_train": len(fit.train),
        "n_test": len(fit.test),
        "features": list(fit.features),
    }


def _summary(
    cohort: Cohort, fits: Sequence[FoldOutcome], predictions: pd.DataFrame, seed: int, pooled: bool
) -> dict[str, Any]:
    repeats = sorted({fit.repeat for fit in fits})
    told = TASK_RESULTS[cohort.task.kind].summary(cohort, fits, predictions, seed, FOLDS_KEPT)
    if "left_out" in told and not pooled and cohort.n_rows > cohort.n_patients:
        told["left_out"] = [*told["left_out"], ROWS_ALONE]
    return {
        "task": cohort.task.kind,
        "target": cohort.target,
        "n_rows": cohort.n_rows,
        "n_patients": cohort.n_patients,
        "n_features": cohort.X.shape[1],
        "n_folds": len(fits) // len(repeats),
        "n_repeats": len(repeats),
        "n_rows_derived": 0 if cohort.derived is None else int(cohort.derived.sum()),
        "seed": seed,
        "models": dict(sorted(Counter(fit.model_name for fit in fits).items())),
        "selection_stability": stability_entry(fits, cohort.X.shape[1]),
        **told,
    }


def provenance(cohort: Cohort, pipeline: PipelineSpec, *, seed: int) -> dict[str, Any]:
    """Say what was run on what, as plain data."""
    origin = cohort.provenance
    return {
        **made_now(),
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
        "n_rows_derived": 0 if cohort.derived is None else int(cohort.derived.sum()),
        "n_patients": cohort.n_patients,
        "rows_dropped": origin.get("rows_dropped", 0),
        "target": cohort.target,
        **_classes(cohort),
        "sites": dict(origin.get("sites", {})),
        "clinical": list(cohort.clinical),
        "feature_pattern": origin.get("feature_pattern"),
        "n_features": cohort.X.shape[1],
        "n_missing": int(cohort.X.isna().to_numpy().sum()),
        "columns": dict(origin.get("columns", {})),
        "notes": list(cohort.notes),
    }


def _classes(cohort: Cohort) -> dict[str, Any]:
    if cohort.task.kind == "binary":
        return {"positive": cohort.positive, "negative": cohort.negative}
    return {"levels": list(cohort.levels)} if cohort.levels else {}
