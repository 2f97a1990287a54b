"""Nested cross-validation: an honest estimate of how a pipeline does on patients it has not seen."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from radiobone.cohort.cohort import Cohort
from radiobone.core.cluster import active_cluster
from radiobone.core.progress import progress
from radiobone.evaluation.audit.finding import Finding
from radiobone.evaluation.audit.registry import audit_cohort
from radiobone.evaluation.audit.tell import warn_of
from radiobone.evaluation.blocks.late import learn
from radiobone.evaluation.blocks.resolve import settle_blocks
from radiobone.evaluation.fold import FoldFit
from radiobone.evaluation.idle_steps import warn_of_idle_steps
from radiobone.evaluation.parallel import processes, run_all
from radiobone.evaluation.pooling import is_pooled, patient_cut
from radiobone.evaluation.result import Result
from radiobone.evaluation.row_metadata import NO_METADATA, RawRows, RowMetadata, raw_rows
from radiobone.evaluation.site_checks import check_sites
from radiobone.evaluation.spec import PipelineSpec
from radiobone.evaluation.splits import Split, check_groups_whole
from radiobone.evaluation.splits.file import SplitSource, resolve_splits
from radiobone.evaluation.splits.outer import outer_splits
from radiobone.evaluation.splits.split import check_derived
from radiobone.evaluation.summary import make_result
from radiobone.evaluation.tasks.same import check_same_task

T = TypeVar("T")
FoldTask = tuple[
    pd.DataFrame,
    npt.NDArray[Any],
    npt.NDArray[np.str_],
    RawRows,
    Split,
    PipelineSpec,
    int,
    npt.NDArray[np.bool_] | None,
    npt.NDArray[np.str_],
    RowMetadata,
    int,
]


@dataclass(frozen=True, eq=False)
class Plan:
    """What the audit found, the outer folds to come, and whether patients are reported beside rows."""

    findings: tuple[Finding, ...]
    splits: tuple[Split, ...]
    pooled: bool = False


@dataclass(frozen=True, eq=False)
class NestedRun:
    """The result, and the fitted pipelines of all outer folds."""

    result: Result
    fits: tuple[FoldFit, ...]


def nested_cv(
    cohort: Cohort,
    pipeline: PipelineSpec,
    *,
    seed: int = 0,
    jobs: int = 1,
    show_progress: bool = True,
    splits: SplitSource | None = None,
) -> NestedRun:
    """Estimate how the pipeline does on patients it has not seen, and keep what each fold fitted.

    ``radiobone.workflow.judging.judge`` plans, fits and sums up by the same functions, and also explains and keeps folds.

    In every outer fold the inner folds choose the model and its parameters; calibration and threshold
    are learned from inner held-out rows that were never resampled; the choice is fitted anew on all
    training rows and predicts the test rows. Nothing of the test rows is passed to what learns.

    Parameters
    ----------
    cohort : Cohort
        Rows to learn from and test on.
    pipeline : PipelineSpec
        Steps, models, search and folds.
    seed : int
        The same seed gives the same bits, whatever ``jobs``.
    jobs : int
        Processes.
    show_progress : bool
        Whether to show progress.
    splits : path, mapping or sequence of Split, optional
        Outer folds fixed beforehand, as ``splits.json`` of a result has them; made as the pipeline says if not given.

    Raises
    ------
    TooFewPerClass
        If a class has fewer patients than folds.
    SplitsMismatch, PatientInTrainAndTest, DerivedRow
        If folds that were given are of other rows, or have a patient or a copy of a tested row in training.
    BadSetting
        If a model refuses a parameter, or values are missing and no step fills them in.
    WorkerDied
        If the system ended a process.
    """
    cohort, pipeline = settle_blocks(cohort, pipeline)
    plan = plan_folds(cohort, pipeline, seed=seed, splits=splits)
    n_folds = len(plan.splits)
    tasks = (
        (fold_task(cohort, split, pipeline, seed, jobs=jobs_within(number, n_folds, jobs)),)
        for number, split in enumerate(plan.splits)
    )
    fits = tuple(each_fold(_fit_only, tasks, n_folds, jobs=jobs, show_progress=show_progress))
    return NestedRun(make_result(cohort, pipeline, fits, plan.findings, seed=seed, pooled=plan.pooled), fits)


def _fit_only(to_fit: FoldTask) -> FoldFit:
    return fit_fold(*to_fit)


def each_fold(
    work: Callable[..., T], tasks: Iterable[tuple[Any, ...]], n_tasks: int, *, jobs: int, show_progress: bool
) -> list[T]:
    """Do the work of each outer fold, in processes and with progress; what it returns is in the order of the tasks.

    A last fold that would be alone while other processes wait has them all for its inner folds (``jobs_within``).
    """
    side_by_side, coming = n_tasks - _left_over(n_tasks, jobs), iter(tasks)
    with progress("Nested cross-validation", n_tasks, show=show_progress) as advance:
        done = run_all(work, islice(coming, side_by_side), n_tasks=side_by_side, jobs=jobs, advance=advance)
        return done + run_all(work, coming, n_tasks=n_tasks - side_by_side, advance=advance)


def jobs_within(number: int, n_tasks: int, jobs: int) -> int:
    """Return the processes for the inner folds of one of the tasks that ``each_fold`` is given."""
    return jobs if number >= n_tasks - _left_over(n_tasks, jobs) else 1


def _left_over(n_tasks: int, jobs: int) -> int:
    if active_cluster() is not None:
        return 0
    n_processes = processes(jobs)
    return int(n_processes > 1 and n_tasks % n_processes == 1)


def plan_folds(
    cohort: Cohort,
    pipeline: PipelineSpec,
    *,
    seed: int,
    splits: SplitSource | None = None,
    audit: bool = True,
) -> Plan:
    """Audit the cohort, warn of what is found, and make the outer folds unless they are given.

    ``audit`` is False where an evaluation of the same cohort has just told what there is.

    Raises
    ------
    StudyError, SettingError, BadTime
    """
    check_same_task(cohort, pipeline)
    warn_of_idle_steps(pipeline)
    findings = audit_cohort(cohort) if audit else []
    warn_of(findings, stacklevel=4)
    planned = resolve_splits(splits, cohort) or outer_splits(cohort, pipeline.outer, seed=seed)
    check_groups_whole(planned, cohort.groups)
    check_derived(planned, cohort.parent)
    check_sites(cohort, pipeline, planned, seed=seed)
    return Plan(tuple(findings), planned, is_pooled(cohort, pipeline.pool))


def fold_task(cohort: Cohort, split: Split, pipeline: PipelineSpec, seed: int, *, jobs: int = 1) -> FoldTask:
    """Return what ``fit_fold`` is given for one fold; the classes of the test rows are left behind."""
    rows, train = raw_rows(cohort), split.train
    derived = None if cohort.derived is None else cohort.derived[train]
    learned = rows.take(train)
    return (
        learned.X, cohort.y[train], cohort.groups[train], rows.take(split.test), split, pipeline, seed, derived,
        cohort.patient[train], learned.metadata, jobs,
    )  # fmt: skip


def fit_fold(
    X_train: pd.DataFrame,
    y_train: npt.NDArray[Any],
    groups_train: npt.NDArray[np.str_],
    tested: RawRows,
    split: Split,
    pipeline: PipelineSpec,
    seed: int,
    derived: npt.NDArray[np.bool_] | None = None,
    patient_train: npt.NDArray[np.str_] | None = None,
    metadata: RowMetadata = NO_METADATA,
    jobs: int = 1,
) -> FoldFit:
    """Learn from the training rows of one outer fold, then predict its test rows."""
    key = ("repeat", split.repeat, "fold", split.fold)
    fitted = learn(
        X_train, y_train, groups_train, pipeline, seed=seed, key=key, derived=derived, metadata=metadata, jobs=jobs
    )  # fmt: skip
    return FoldFit(
        repeat=split.repeat, fold=split.fold, train=split.train, test=split.test, steps=fitted.steps,
        model=fitted.model, calibrator=fitted.calibrator, threshold=fitted.threshold, features=fitted.features,
        model_name=fitted.model_name, params=fitted.params, inner_score=fitted.inner_score,
        inner_folds=fitted.inner_folds, output=fitted.predict(tested), name=split.name,
        patient_threshold=patient_cut(fitted, y_train, patient_train, pipeline), task=fitted.task,
    )  # fmt: skip
