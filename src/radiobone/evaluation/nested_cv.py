"""Nested cross-validation: an honest estimate of how a pipeline does on patients it has not seen."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from sklearn.pipeline import Pipeline

from radiobone.cohort.cohort import Cohort
from radiobone.core.progress import progress
from radiobone.core.warnings import SiteConfounded, SuspectedLeak
from radiobone.evaluation.audit.finding import Finding
from radiobone.evaluation.audit.registry import audit_cohort
from radiobone.evaluation.calibration import SigmoidCalibrator
from radiobone.evaluation.fitting import fit_rows
from radiobone.evaluation.parallel import run_all
from radiobone.evaluation.result import Result
from radiobone.evaluation.spec import PipelineSpec, Scalar
from radiobone.evaluation.splits import Split, check_groups_whole, make_splits
from radiobone.evaluation.summary import make_result

WARNINGS = {kind.code: kind for kind in (SuspectedLeak, SiteConfounded)}


@dataclass(frozen=True, eq=False)
class FoldFit:
    """What was learned in one outer fold, and the rows it was and was not learned from.

    Attributes
    ----------
    repeat, fold : int
        From 0.
    train, test : numpy.ndarray of int
        Row positions in the cohort.
    steps : sklearn.pipeline.Pipeline
        From the raw table to the model's columns.
    model : fitted classifier
        Not calibrated.
    calibrator : SigmoidCalibrator or None
        From ``scores.raw_scores`` to probabilities.
    threshold : float
        Probability from which a row counts as positive.
    features : tuple of str
        Columns that reach the model, in its order.
    model_name : str
        Model family.
    params : dict
        What the inner search chose.
    inner_score : float
        Mean inner score of the choice.
    inner_folds : int
        Inner folds used.
    probability : numpy.ndarray of float, shape (n_test,)
        Of the positive class, for the test rows.
    """

    repeat: int
    fold: int
    train: npt.NDArray[np.int64]
    test: npt.NDArray[np.int64]
    steps: Pipeline
    model: Any
    calibrator: SigmoidCalibrator | None
    threshold: float
    features: tuple[str, ...]
    model_name: str
    params: dict[str, Scalar]
    inner_score: float
    inner_folds: int
    probability: npt.NDArray[np.float64]


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
    splits: Sequence[Split] | None = None,
) -> NestedRun:
    """Estimate how the pipeline does on patients it has not seen.

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
    splits : sequence of Split, optional
        Outer folds fixed beforehand; drawn from the seed if not given.

    Raises
    ------
    TooFewPerClass
        If a class has fewer patients than folds.
    PatientInTrainAndTest
        If a patient is on both sides of a split that was given.
    BadSetting
        If a model refuses a parameter, or values are missing and no step fills them in.
    WorkerDied
        If the system ended a process.
    """
    findings = audit_cohort(cohort)
    _warn(findings)
    if splits is None:
        outer = pipeline.outer
        splits = make_splits(
            cohort.y, cohort.groups, folds=outer.folds, repeats=outer.repeats, seed=seed, key="outer"
        )
    check_groups_whole(splits, cohort.groups)
    tasks = ((*_sides(cohort, split), split, pipeline, seed) for split in splits)
    with progress("Nested cross-validation", len(splits), show=show_progress) as advance:
        fits = tuple(run_all(fit_fold, tasks, n_tasks=len(splits), jobs=jobs, advance=advance))
    return NestedRun(make_result(cohort, pipeline, fits, findings, seed=seed), fits)


def _sides(
    cohort: Cohort, split: Split
) -> tuple[pd.DataFrame, npt.NDArray[np.int64], npt.NDArray[np.str_], pd.DataFrame]:
    """Training features, classes and groups, and test features; test classes are left behind."""
    train = split.train
    return cohort.X.iloc[train], cohort.y[train], cohort.groups[train], cohort.X.iloc[split.test]


def fit_fold(
    X_train: pd.DataFrame,
    y_train: npt.NDArray[np.int64],
    groups_train: npt.NDArray[np.str_],
    X_test: pd.DataFrame,
    split: Split,
    pipeline: PipelineSpec,
    seed: int,
) -> FoldFit:
    """Learn from the training rows of one outer fold, then predict its test rows."""
    key = ("repeat", split.repeat, "fold", split.fold)
    fitted = fit_rows(X_train, y_train, groups_train, pipeline, seed=seed, key=key)
    return FoldFit(
        split.repeat, split.fold, split.train, split.test, fitted.steps, fitted.model, fitted.calibrator,
        fitted.threshold, fitted.features, fitted.model_name, fitted.params, fitted.inner_score,
        fitted.inner_folds, fitted.predict(X_test),
    )  # fmt: skip


def _warn(findings: Sequence[Finding]) -> None:
    for finding in findings:
        if finding.code in WARNINGS:
            warnings.warn(WARNINGS[finding.code](finding.message), stacklevel=3)
