"""What is told beside nested cross-validation: sample size, subgroups, and optimism by the bootstrap."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from radiobone.cohort.cohort import Cohort
from radiobone.core.errors import BadSetting
from radiobone.evaluation.adequacy import development_adequacy
from radiobone.evaluation.blocks.resolve import settle_blocks
from radiobone.evaluation.pipeline_optimism import STORE, check_can_bootstrap, pipeline_optimism
from radiobone.evaluation.result import Result
from radiobone.evaluation.spec import PipelineSpec
from radiobone.evaluation.subgroup_summary import subgroup_summary
from radiobone.evaluation.subgroups import Subgroup, SubgroupRequest, wanted_subgroups

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
    if n_bootstrap is not None:
        _check_two_classes(cohort)
        check_can_bootstrap(cohort, n_bootstrap)
    wanted = wanted_subgroups(subgroups, table.iloc[list(cohort.provenance["order"])])
    request, groups = (None, ()) if wanted is None else wanted
    return Beside(request, groups, n_bootstrap)


def _check_two_classes(cohort: Cohort) -> None:
    if cohort.task.kind != "binary":
        raise BadSetting(
            f"Harrell's optimism is of the AUC of two classes, and the task is '{cohort.task.kind}'. Leave it out: nested "
            "cross-validation needs no correction."
        )


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

    Finished fits of the bootstrap are kept below ``cache``. The adequacy and the optimism are of two classes alone.
    """
    more: dict[str, Any] = {}
    if cohort.task.kind == "binary":
        learned = ~cohort.external if spec.outer.kind == "external" and cohort.external is not None else None
        auc = result.metrics["auc"].mean
        joined, _ = settle_blocks(cohort, spec)  # columns of files are parameters too
        more["sample_size"] = development_adequacy(joined, auc=auc, learned=learned)
    if beside.request is not None:
        more["subgroups"] = subgroup_summary(
            beside.groups, cohort, result.predictions, beside.request, seed=seed, pooled=POOLED
        )
    if beside.n_bootstrap is not None:
        more["bootstrap_optimism"] = pipeline_optimism(
            cohort, spec, n_resamples=beside.n_bootstrap, seed=seed, jobs=jobs, show_progress=show_progress,
            cache=None if cache is None else cache / STORE,
        )  # fmt: skip
    return replace(result, summary={**result.summary, **more})
