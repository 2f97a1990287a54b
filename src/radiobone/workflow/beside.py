"""What is told beside nested cross-validation: sample size, subgroups, and optimism by the bootstrap."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from radiobone.cohort.cohort import Cohort
from radiobone.core.errors import BadSetting
from radiobone.evaluation.adequacy import development_adequacy
from radiobone.evaluation.pipeline_optimism import STORE, check_can_bootstrap, pipeline_optimism
from radiobone.evaluation.result import Result
from radiobone.evaluation.spec import PipelineSpec
from radiobone.evaluation.subgroups import Subgroup, SubgroupRequest, subgroup_summary, wanted_subgroups
from radiobone.evaluation.weighted import HeldOut

POOLED = "all folds of a repeat pooled, repeats averaged; "


@dataclass(frozen=True, eq=False)
class Beside:
    """What is wanted beside nested cross-validation.

    Attributes
    ----------
    request : SubgroupRequest or None
        Subgroups to report.
    groups : tuple of Subgroup
        The rows of each; found before anything is computed, so that a wrong column costs no time.
    n_bootstrap : int or None
        Resamples for Harrell's optimism.
    """

    request: SubgroupRequest | None = None
    groups: tuple[Subgroup, ...] = ()
    n_bootstrap: int | None = None


NOTHING_BESIDE = Beside()


def wanted_beside(
    subgroups: SubgroupRequest | str | None, n_bootstrap: int | None, cohort: Cohort, table: pd.DataFrame
) -> Beside:
    """Find what is asked for in the table that the cohort was read from.

    Parameters
    ----------
    subgroups : SubgroupRequest or str, optional
        ``sex,age:65``.
    n_bootstrap : int, optional
        Resamples for Harrell's optimism.
    cohort : Cohort
        Read from the table.
    table : pandas.DataFrame
        Every column, rows as they were read.

    Raises
    ------
    MissingColumn, BadSetting
    """
    if cohort.task.kind != "binary" and (subgroups is not None or n_bootstrap is not None):
        raise BadSetting(
            f"Subgroups and Harrell's optimism are figures of two classes, and the task is '{cohort.task.kind}'. Leave them out."
        )
    if n_bootstrap is not None:
        check_can_bootstrap(cohort, n_bootstrap)
    wanted = wanted_subgroups(subgroups, table.iloc[list(cohort.provenance["order"])])
    request, groups = (None, ()) if wanted is None else wanted
    return Beside(request, groups, n_bootstrap)


def told_beside(
    result: Result,
    cohort: Cohort,
    spec: PipelineSpec,
    beside: Beside,
    *,
    seed: int,
    jobs: int,
    show_progress: bool,
    cache: Path | None = None,
) -> Result:
    """Return the result with the adequacy of the sample size, and what was asked for, in its summary.

    Finished fits of the bootstrap are kept below ``cache``. All of it is of two classes: ``wanted_beside`` refuses to ask for it of another target, which has nothing beside it.
    """
    if result.summary["task"] != "binary":
        return result
    more: dict[str, Any] = {
        "sample_size": development_adequacy(cohort, auc=result.metrics["auc"].mean),
    }
    if beside.request is not None:
        rows, position = _pooled(result, cohort)
        more["subgroups"] = subgroup_summary(
            beside.groups, rows, position, beside.request, seed=seed, pooled=POOLED
        )
    if beside.n_bootstrap is not None:
        more["bootstrap_optimism"] = pipeline_optimism(
            cohort, spec, n_resamples=beside.n_bootstrap, seed=seed, jobs=jobs, show_progress=show_progress,
            cache=None if cache is None else cache / STORE,
        )  # fmt: skip
    return replace(result, summary={**result.summary, **more})


def _pooled(result: Result, cohort: Cohort) -> tuple[HeldOut, Any]:
    """Held-out rows with all folds of a repeat together, and the row of the cohort that each is of."""
    table = result.predictions
    place = {str(name): row for row, name in enumerate(cohort.X.index)}
    position = np.array([place[str(name)] for name in table["row_id"]], dtype=np.int64)
    _, patient = np.unique(cohort.groups[position], return_inverse=True)
    columns = (table[name].to_numpy() for name in ("y", "probability", "predicted", "repeat"))
    y, probability, predicted, repeat = columns
    rows = HeldOut(
        y.astype(np.int64), probability.astype(float), predicted.astype(np.int64), patient.astype(np.int64),
        repeat.astype(np.int64),
    )  # fmt: skip
    return rows, position
