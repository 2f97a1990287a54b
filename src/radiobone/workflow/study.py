"""Features and labels become an honest estimate, with its explanation, or a model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from radiobone.cohort.arrays import gather
from radiobone.cohort.canonical import as_given
from radiobone.cohort.cohort import Cohort
from radiobone.cohort.duplicates import Duplicates
from radiobone.cohort.readers import cohort_from_arrays
from radiobone.evaluation.audit.registry import audit_cohort
from radiobone.evaluation.audit.tell import warn_of_table, warn_of_unknown_patients
from radiobone.evaluation.blocks.resolve import with_fusion
from radiobone.evaluation.final_model import Model, fit_model
from radiobone.evaluation.result import Result
from radiobone.evaluation.spec import with_outer
from radiobone.evaluation.splits.file import SplitSource
from radiobone.evaluation.subgroups import SubgroupRequest
from radiobone.workflow.beside import NOTHING_BESIDE, Beside, told_beside, wanted_beside
from radiobone.workflow.controls import NO_CONTROLS, Controls, with_controls
from radiobone.workflow.evaluated import Evaluation
from radiobone.workflow.judging import judge
from radiobone.workflow.pipelines import PipelineSource, SearchSource, TaskSource, resolve_pipeline


def evaluate(
    X: Any,
    y: Any,
    groups: Any = None,
    sites: Any = None,
    clinical: Any = None,
    pipeline: PipelineSource = "default",
    seed: int = 0,
    jobs: int = 1,
    *,
    positive: Any = None,
    show_progress: bool = True,
    outer: str | Mapping[str, Any] | None = None,
    splits: SplitSource | None = None,
    times: Any = None,
    external: Any = None,
    parents: Any = None,
    duplicates: Duplicates = "group",
    blocks: Mapping[str, Any] | None = None,
    fusion: str | Mapping[str, Any] | None = None,
    null_control: int | None = None,
    optimism_meter: bool = False,
    pool: str | Mapping[str, Any] | None = None,
    subgroups: SubgroupRequest | str | None = None,
    bootstrap_optimism: int | None = None,
    task: TaskSource = None,
    order: str | Sequence[str] | None = None,
    search: SearchSource = None,
    explain: bool = True,
) -> Evaluation:
    """Judge a pipeline by nested cross-validation on arrays or data frames.

    Pandas objects are paired by the labels of their rows (their index); arrays and lists by position.

    Parameters
    ----------
    X : array-like or DataFrame, shape (n_rows, n_features)
    y : array-like, shape (n_rows,)
        Two classes, unless ``task`` says otherwise.
    groups : array-like, shape (n_rows,), optional
        Patient of each row. Without it every row counts as a patient of its own, with a warning; if it is so, say
        ``groups=range(len(X))``.
    sites : array-like, shape (n_rows,), optional
    clinical : DataFrame, named Series, or names of columns of ``X``, optional
        Clinical variables that join the features.
    pipeline : name, path, mapping or PipelineSpec
        ``radiobone recipes`` lists the names.
    seed : int
    jobs : int
        Worker processes; the numbers do not depend on it.
    positive : object, optional
        The positive class; needed unless the classes are 0 and 1, or False and True.
    show_progress : bool
    outer : str or mapping, optional
        Outer folds instead of the pipeline's: ``"kfold"``, ``"site"`` (each site held out once), ``"temporal"`` (the later
        rows are tested), ``"external"``; or written out, ``{"kind": "temporal", "cuts": 3}``.
    splits : path, mapping or sequence of Split, optional
        Outer folds made before: a ``splits.json``, or ``.result.splits`` of another evaluation of the same rows.
    times : array-like, shape (n_rows,), optional
        Date or another value in order, for ``temporal``.
    external : array-like of bool, shape (n_rows,), optional
        Rows of the external cohort, for ``external``.
    parents : array-like, shape (n_rows,), optional
        Label of the row (index of ``X``, or position) that a row was made from by augmentation or synthesis, None where
        it was measured. Such rows are never tested, and are learned from only where their parent is.
    duplicates : {"group", "refuse"}
        Rows of different patients that agree in nearly all features, or are closer than chance brings rows of the table: kept
        on one side of every split, or an error.
    blocks : mapping of str to pattern, list of columns, or mapping, optional
        Named sets of columns, as in a pipeline file: ``{"texture": "*_glcm_*", "clinical": ["age", "sex"]}``. Clinical
        columns that no block names are the block ``clinical``, all others ``radiomics``.
    fusion : str or mapping, optional
        ``"early"`` (one model of all columns), ``"late"`` (a model per block, combined by their mean probability) or
        ``"late-stack"`` (combined by weights learned in the inner folds).
    null_control : int, optional
        Shuffle the labels so often between patients, 20 times at least, and run the same pipeline on each: an honest one
        gives 0.5 on average, or a quadratic kappa or rank correlation of 0 for ordered classes or numbers. In ``.result.summary["null_control"]``; a serious finding if it does not.
    optimism_meter : bool
        Also run leaky twins on the same folds, to see what the wrong way would have reported: every step fitted on all rows
        before the folds; of several models and settings the best on the test rows; a threshold chosen on the test rows. In ``.result.summary["optimism_meter"]``, never among the metrics.
    pool : str or mapping, optional
        How the probabilities of a patient's rows become one: ``"mean"`` (the default), ``"median"``, ``"max"``, ``"min"``, or
        ``"none"``. Patients whose rows differ in the target are an error, or with ``"max-any"`` positive (of ordered classes:
        of the highest), or with ``"mean-pooled"`` of the pooled number; where nothing is said they are a warning, and rows
        alone are reported.
    subgroups : str or SubgroupRequest, optional
        ``"sex,age:65"``: figures for each word of the column ``sex`` of ``X`` or ``clinical``, and below 65 and from 65 on.
    bootstrap_optimism : int, optional
        Resamples of Harrell's optimism beside nested cross-validation, each of which fits the whole pipeline; 200 are usual.
    task : str or mapping, optional
        ``"ordinal"`` for three or more ordered classes, ``"number"`` for a number; or written out,
        ``{"kind": "number", "boundaries": ["< -1", "<= -2.5"]}``. By default what the pipeline says: two classes.
    order : sequence of str or str, optional
        Ordered classes from the first to the last, or ``"who"`` for normal, osteopenia, osteoporosis; needed unless they
        are numbers.
    search : str or mapping, optional
        How the inner folds choose, instead of as the pipeline says: ``"grid"``, ``"random"``, ``"optuna"`` (needs the extra
        ``optuna``), or written out, ``{"kind": "optuna", "n_iter": 50}``.
    explain : bool
        Whether to compute SHAP values of held-out rows, which can take as long as the folds; every figure is the same without.

    Returns
    -------
    Evaluation
        ``.metrics["auc"].mean``, ``.predictions``, ``.selected``, ``.report(path)``.

    Raises
    ------
    TableError, StudyError, SettingError
    """
    spec = with_fusion(
        with_outer(resolve_pipeline(pipeline, task, order, search), outer), blocks, fusion, pool
    )
    controls = Controls(null_control, optimism_meter)
    controls.check(spec)
    cohort = cohort_from_arrays(
        X, y, groups=groups, sites=sites, clinical=clinical, positive=positive,
        times=times, external=external, parents=parents, duplicates=duplicates, task=spec.task, any_order=True
    )  # fmt: skip
    warn_of_unknown_patients(cohort)
    table = gather(X, y, groups=groups, sites=sites, clinical=clinical).table
    return evaluate_cohort(
        cohort, spec, seed=seed, jobs=jobs, show_progress=show_progress, splits=splits, controls=controls,
        beside=wanted_beside(subgroups, bootstrap_optimism, cohort, table), explain=explain,
    )  # fmt: skip


def evaluate_cohort(
    cohort: Cohort,
    pipeline: PipelineSource = "default",
    *,
    seed: int = 0,
    jobs: int = 1,
    show_progress: bool = True,
    origin: Mapping[str, Any] | None = None,
    cache: Path | None = None,
    splits: SplitSource | None = None,
    controls: Controls = NO_CONTROLS,
    beside: Beside = NOTHING_BESIDE,
    explain: bool = True,
) -> Evaluation:
    """Judge a pipeline on a cohort; ``origin`` joins the provenance, finished folds are kept in ``cache``."""
    spec = resolve_pipeline(pipeline)
    controls.check(spec)
    result, explanation = judge(
        cohort,
        spec,
        seed=seed,
        jobs=jobs,
        show_progress=show_progress,
        cache=cache,
        splits=splits,
        explain=explain,
    )
    result = with_controls(
        result, cohort, spec, controls, seed=seed, jobs=jobs, show_progress=show_progress, cache=cache,
        folds_given=splits is not None,
    )  # fmt: skip
    folds = {"folds_given": splits is not None, **({} if explain else {"explain": False})}
    result = told_beside(
        result, cohort, spec, beside, seed=seed, jobs=jobs, show_progress=show_progress, cache=cache
    )
    named = replace(
        result, predictions=as_given(result.predictions, cohort),
        provenance={**result.provenance, **folds, **(origin or {})},
    )  # fmt: skip
    return Evaluation(named, explanation)


def fit(
    X: Any,
    y: Any,
    groups: Any = None,
    sites: Any = None,
    clinical: Any = None,
    pipeline: PipelineSource = "default",
    seed: int = 0,
    jobs: int = 1,
    *,
    positive: Any = None,
    evaluated: Evaluation | None = None,
    blocks: Mapping[str, Any] | None = None,
    fusion: str | Mapping[str, Any] | None = None,
    pool: str | Mapping[str, Any] | None = None,
    task: TaskSource = None,
    order: str | Sequence[str] | None = None,
    parents: Any = None,
    duplicates: Duplicates = "group",
    search: SearchSource = None,
) -> Model:
    """Fit the final model on all rows; parameters as for ``evaluate``.

    ``evaluated`` is what ``evaluate`` returned for the same rows and pipeline: the model carries its figures, and
    ``validate`` shows them beside its own.
    """
    spec = with_fusion(resolve_pipeline(pipeline, task, order, search), blocks, fusion, pool)
    cohort = cohort_from_arrays(
        X, y, groups=groups, sites=sites, clinical=clinical, positive=positive, parents=parents, duplicates=duplicates,
        task=spec.task, any_order=True
    )  # fmt: skip
    warn_of_table(audit_cohort(cohort))
    result = None if evaluated is None else evaluated.result
    return fit_model(cohort, spec, seed=seed, jobs=jobs, evaluated=result)


def load_result(folder: str | Path) -> Result:
    """Read a result folder.

    Raises
    ------
    FileMissing, FileUnreadable
    """
    return Result.load(Path(folder))
