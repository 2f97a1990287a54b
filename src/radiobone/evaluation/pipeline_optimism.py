"""Harrell's optimism of a whole pipeline, as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy.typing as npt

from radiobone.cohort.cohort import Cohort
from radiobone.core.errors import BadSetting
from radiobone.core.progress import progress
from radiobone.evaluation.blocks.late import learn
from radiobone.evaluation.blocks.resolve import settle_blocks
from radiobone.evaluation.metrics import auc
from radiobone.evaluation.optimism import FitPredict, bootstrap_optimism
from radiobone.evaluation.parallel import run_all
from radiobone.evaluation.row_metadata import RawRows, raw_rows
from radiobone.evaluation.spec import PipelineSpec
from radiobone.evaluation.weighted import FloatArray, IntArray

FEWEST = 10
NOTE = (
    "Shown beside nested cross-validation, which is the figure to report: with many more features than patients, and with "
    "models that learn rows by heart, the bootstrap corrects too little."
)


def check_can_bootstrap(cohort: Cohort, n_resamples: int) -> None:
    """Refuse what the bootstrap cannot tell, before anything is computed.

    Raises
    ------
    BadSetting
    """
    if n_resamples < FEWEST:
        raise BadSetting(
            f"--bootstrap-optimism {n_resamples}: a mean over so few resamples says nothing. Ask for 200."
        )
    if cohort.derived is not None and cohort.derived.any():
        raise BadSetting(
            "--bootstrap-optimism: the table has rows made from other rows (--parent), and a resample would test on them. "
            "Leave them out, or leave the bootstrap to nested cross-validation."
        )


def pipeline_optimism(
    cohort: Cohort, spec: PipelineSpec, *, n_resamples: int, seed: int, jobs: int, show_progress: bool
) -> dict[str, Any]:
    """Fit the whole pipeline, search and selection included, on resamples of the patients.

    Parameters
    ----------
    cohort, spec
        As for ``nested_cv``.
    n_resamples : int
        Resamples.
    seed : int
        The same seed gives the same numbers, whatever ``jobs``.
    jobs : int
        Processes.
    show_progress : bool
        Count the fits as they are finished.

    Raises
    ------
    TooFewPerClass
        If a class has fewer than two patients in a resample.
    """
    cohort, spec = settle_blocks(cohort, spec)

    def fit_predict(rows: IntArray) -> FloatArray:
        return _fit_predict(raw_rows(cohort), cohort.y, cohort.groups, spec, seed, rows)

    def in_processes(_fit: FitPredict, drawings: Sequence[IntArray]) -> list[FloatArray]:
        tasks = ((raw_rows(cohort), cohort.y, cohort.groups, spec, seed, rows) for rows in drawings)
        with progress("Bootstrap optimism", len(drawings), show=show_progress) as advance:
            return run_all(_fit_predict, tasks, n_tasks=len(drawings), jobs=jobs, advance=advance)

    found = bootstrap_optimism(
        fit_predict, auc, cohort.y, cohort.groups, seed=seed, n_resamples=n_resamples, each=in_processes
    )
    return {**asdict(found), "metric": "auc", "asked": n_resamples, "note": NOTE}


def _fit_predict(
    cohort_rows: RawRows, y: IntArray, groups: npt.NDArray[Any], spec: PipelineSpec, seed: int, rows: IntArray
) -> FloatArray:
    """Fit on the rows drawn, copies of a patient kept together in the inner folds, and predict all."""
    drawn = cohort_rows.take(rows)
    fitted = learn(
        drawn.X, y[rows], groups[rows], spec, seed=seed, key=("optimism",), metadata=drawn.metadata
    )
    return fitted.predict(cohort_rows)
