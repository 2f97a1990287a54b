"""Harrell's optimism of a whole pipeline, as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from radiobone.cohort.cohort import Cohort
from radiobone.core.errors import BadSetting
from radiobone.core.files import content_digest
from radiobone.evaluation.blocks.late import learn
from radiobone.evaluation.blocks.resolve import settle_blocks
from radiobone.evaluation.fold_keys import fold_keys
from radiobone.evaluation.kept_work import Pieces
from radiobone.evaluation.metrics import auc
from radiobone.evaluation.optimism import FitPredict, bootstrap_optimism
from radiobone.evaluation.plain_fold import packed, unpacked
from radiobone.evaluation.row_metadata import RawRows, raw_rows
from radiobone.evaluation.spec import PipelineSpec
from radiobone.evaluation.splits import Split
from radiobone.evaluation.weighted import FloatArray, IntArray

FEWEST = 10
STORE = "bootstrap_optimism"
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
    cohort: Cohort,
    spec: PipelineSpec,
    *,
    n_resamples: int,
    seed: int,
    jobs: int,
    show_progress: bool,
    cache: Path | None = None,
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
    cache : Path, optional
        Folder where each finished fit is written as soon as it is done, and found by the next run.

    Raises
    ------
    TooFewPerClass
        If a class has fewer than two patients in a resample.
    Interrupted
        If the user stops it and there is a cache.
    """
    cohort, spec = settle_blocks(cohort, spec)

    def fit_predict(rows: IntArray) -> FloatArray:
        return _fit_predict(raw_rows(cohort), cohort.y, cohort.groups, spec, seed, rows)

    everyone = np.arange(cohort.n_rows)

    def in_processes(_fit: FitPredict, drawings: Sequence[IntArray]) -> list[FloatArray]:
        resamples = [Split(0, number, rows, everyone) for number, rows in enumerate(drawings)]
        keys = [content_digest([STORE, key]) for key in fold_keys(cohort, resamples, spec, seed)]
        pieces = Pieces("Bootstrap optimism", "fits", cache)

        def task(at: int) -> tuple[Any, ...]:
            return raw_rows(cohort), cohort.y, cohort.groups, spec, seed, drawings[at]

        plain = pieces.done(_plain_predictions, task, keys, jobs=jobs, show_progress=show_progress)
        return [unpacked(text, (cohort.n_rows,)) for text in plain]

    found = bootstrap_optimism(
        fit_predict, auc, cohort.y, cohort.groups, seed=seed, n_resamples=n_resamples, each=in_processes
    )
    return {**asdict(found), "metric": "auc", "asked": n_resamples, "note": NOTE}


def _plain_predictions(*task: Any) -> str:
    return packed(_fit_predict(*task))


def _fit_predict(
    cohort_rows: RawRows, y: IntArray, groups: npt.NDArray[Any], spec: PipelineSpec, seed: int, rows: IntArray
) -> FloatArray:
    """Fit on the rows drawn, copies of a patient kept together in the inner folds, and predict all."""
    drawn = cohort_rows.take(rows)
    fitted = learn(
        drawn.X, y[rows], groups[rows], spec, seed=seed, key=("optimism",), metadata=drawn.metadata
    )
    return fitted.predict(cohort_rows)
