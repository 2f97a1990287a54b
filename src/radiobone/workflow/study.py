"""The table half: features and labels become an honest estimate, with its explanation."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from radiobone.cohort.arrays import gather
from radiobone.cohort.cohort import Cohort
from radiobone.cohort.duplicates import Duplicates
from radiobone.cohort.readers import cohort_from_arrays, read_cohort
from radiobone.cohort.task import AnyTask, parse_task
from radiobone.core.folders import (
    EVALUATION,
    FOLD_CACHE,
    begin,
    finish,
    prepare_result_folder,
    warn_if_unfinished,
)
from radiobone.core.outputs import prepare_file, writing
from radiobone.evaluation.audit.registry import audit_cohort
from radiobone.evaluation.audit.tell import warn_of_table
from radiobone.evaluation.blocks.ablation import ablate, baseline_column, check_can_ablate, forget_ablation
from radiobone.evaluation.blocks.resolve import named_blocks, with_fusion
from radiobone.evaluation.final_model import Model, fit_model
from radiobone.evaluation.patient_level import PatientLevel
from radiobone.evaluation.result import Estimate, Result
from radiobone.evaluation.spec import PipelineSpec, load_pipeline, with_outer
from radiobone.evaluation.splits.file import SplitSource
from radiobone.evaluation.subgroups import SubgroupRequest
from radiobone.evaluation.tasks.registry import TASKS
from radiobone.evaluation.trials import check_optuna_is_there
from radiobone.explain.explanation import Explanation
from radiobone.report.build import write_report
from radiobone.workflow.announce import described
from radiobone.workflow.beside import Beside, told_beside, wanted_beside
from radiobone.workflow.controls import Controls, with_controls
from radiobone.workflow.feature_table import listed_pictures, read_features
from radiobone.workflow.judging import judge

PipelineSource = str | Path | Mapping[str, Any] | PipelineSpec
TaskSource = str | Mapping[str, Any] | AnyTask | None
SearchSource = str | Mapping[str, Any] | None
CASES = "cases.csv"
PICTURE_INDEX = Path("pictures") / "index.json"


@dataclass(frozen=True, eq=False)
class Evaluation:
    """A result and its explanation.

    Attributes
    ----------
    result : Result
        Predictions, selections, metrics, audit, provenance.
    explanation : Explanation
        SHAP values on held-out rows.
    """

    result: Result
    explanation: Explanation

    @property
    def metrics(self) -> Mapping[str, Estimate]:
        """AUC and the others, each with ``mean``, ``low``, ``high``."""
        return self.result.metrics

    @property
    def patients(self) -> PatientLevel | None:
        """Metrics and predictions of patients, where several rows of each were pooled."""
        return self.result.patients

    @property
    def predictions(self) -> Any:
        """Out-of-fold predictions, one row per row and repeat."""
        return self.result.predictions

    @property
    def selected(self) -> Any:
        """Which features reached the model, per fold."""
        return self.result.selected

    def save(self, folder: str | Path) -> Path:
        """Write everything that the report needs into ``folder``.

        Raises
        ------
        OutputTaken
            If it holds an extraction.
        OutputNotWritable, DiskFull
        """
        where = prepare_result_folder(folder)
        self.result.save(where)
        self.explanation.save(where)
        finish(where, EVALUATION)
        return where

    def report(self, path: str | Path) -> Path:
        """Write the HTML report, and return where it is.

        Parameters
        ----------
        path : path
            A file that ends in ``.html``, which is all that is written then; or a folder, which also gets
            everything that ``save`` writes.

        Raises
        ------
        OutputTaken
            If the folder holds an extraction, or files of others that would be replaced.
        OutputNotWritable, DiskFull
        """
        target = Path(path)
        if target.suffix.lower() != ".html":
            return write_report(self.save(target))
        prepare_file(target, example="report.html")
        with tempfile.TemporaryDirectory() as folder:
            return write_report(self.save(folder), target)

    def __repr__(self) -> str:
        return f"Evaluation({self.result.in_brief()})"

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{name}</td><td>{_shown(one.mean)}</td><td>{_shown(one.low)} to {_shown(one.high)}</td></tr>"
            for name, one in self.metrics.items()
        )
        head = "<tr><th>metric</th><th>mean over folds</th><th>95 % interval</th></tr>"
        return f"<table>{head}{rows}</table>"


def _shown(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


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
        Rows of different patients that agree in nearly all features: kept on one side of every split, or an error.
    blocks : mapping of str to pattern, list of columns, or mapping, optional
        Named sets of columns, as in a pipeline file: ``{"texture": "*_glcm_*", "clinical": ["age", "sex"]}``. Clinical
        columns that no block names are the block ``clinical``, all others ``radiomics``.
    fusion : str or mapping, optional
        ``"early"`` (one model of all columns), ``"late"`` (a model per block, combined by their mean probability) or
        ``"late-stack"`` (combined by weights learned in the inner folds).
    null_control : int, optional
        Shuffle the labels so often between patients, 20 times at least, and run the same pipeline on each: an honest one
        gives 0.5 on average. In ``.result.summary["null_control"]``; a serious finding if it does not.
    optimism_meter : bool
        Also run the leaky twin (every step fitted on all rows before the folds) on the same folds, to see what the wrong way
        would have reported. In ``.result.summary["optimism_meter"]``, never among the metrics.
    pool : str or mapping, optional
        How the probabilities of a patient's rows become one: ``"mean"`` (the default), ``"median"``, ``"max"``, ``"min"``, or
        ``"none"``. Patients with rows of both classes are an error, or with ``"max-any"`` positive; where nothing is said
        they are a warning, and rows alone are reported.
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
        times=times, external=external, parents=parents, duplicates=duplicates, task=spec.task,
    )  # fmt: skip
    warn_of_table(audit_cohort(cohort), serious=False)
    table = gather(X, y, groups=groups, sites=sites, clinical=clinical).table
    return evaluate_cohort(
        cohort, spec, seed=seed, jobs=jobs, show_progress=show_progress, splits=splits, controls=controls,
        beside=wanted_beside(subgroups, bootstrap_optimism, cohort, table),
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
    controls: Controls = Controls(),  # noqa: B008 - it is frozen
    beside: Beside = Beside(),  # noqa: B008 - it is frozen
) -> Evaluation:
    """Judge a pipeline on a cohort; ``origin`` joins the provenance, finished folds are kept in ``cache``."""
    spec = resolve_pipeline(pipeline)
    controls.check(spec)
    result, explanation = judge(
        cohort, spec, seed=seed, jobs=jobs, show_progress=show_progress, cache=cache, splits=splits
    )
    result = with_controls(
        result, cohort, spec, controls, seed=seed, jobs=jobs, show_progress=show_progress, cache=cache,
        folds_given=splits is not None,
    )  # fmt: skip
    folds = {"folds_given": splits is not None}
    result = told_beside(result, cohort, spec, beside, seed=seed, jobs=jobs, show_progress=show_progress)
    named = replace(result, provenance={**result.provenance, **folds, **(origin or {})})
    return Evaluation(named, explanation)


def resolve_pipeline(
    pipeline: PipelineSource,
    task: TaskSource = None,
    order: str | Sequence[str] | None = None,
    search: SearchSource = None,
) -> PipelineSpec:
    """Return the pipeline that a name, a path or a mapping stands for; ``default`` is that of the task.

    Raises
    ------
    BadConfig, BadSetting, FileMissing, MissingExtra
    """
    if task is not None and isinstance(pipeline, str) and pipeline == "default":
        pipeline = TASKS[parse_task(task).kind].default_pipeline
    spec = load_pipeline(pipeline, task, order, search)
    check_optuna_is_there(spec)
    return spec


def evaluate_table(
    source: str | Path,
    output: str | Path,
    *,
    pipeline: PipelineSource = "default",
    seed: int = 0,
    jobs: int = 1,
    show_progress: bool = True,
    command: str | None = None,
    title: str | None = None,
    say: Callable[[str], None] = lambda _line: None,
    outer: str | Mapping[str, Any] | None = None,
    splits: SplitSource | None = None,
    blocks: Mapping[str, Any] | Sequence[str] | None = None,
    fusion: str | None = None,
    null_control: int | None = None,
    optimism_meter: bool = False,
    pool: str | None = None,
    subgroups: SubgroupRequest | str | None = None,
    bootstrap_optimism: int | None = None,
    ablation: bool = False,
    baseline: str | None = None,
    task: TaskSource = None,
    order: str | Sequence[str] | None = None,
    search: SearchSource = None,
    **roles: Any,
) -> Evaluation:
    """Judge a pipeline on a table or an extract folder, and write the result folder.

    Parameters
    ----------
    source : path
        A folder made by ``extract``, or a table of features from elsewhere.
    output : path
        The result folder; pictures and ``cases.csv`` of the source are carried along. Finished folds are kept
        below it: after an interruption the same call does the rest, and gives the same bytes.
    command, title : str, optional
        For the report: what was typed, and the question in the user's words.
    say : callable
        Told, line by line and before anything is computed, which column was taken for what.
    outer, splits, blocks, fusion, pool, null_control, optimism_meter, subgroups, bootstrap_optimism, task, order, search
        As ``evaluate`` takes them; blocks also as ``NAME=PATTERN``.
    ablation : bool
        Also judge each block alone, all together, and ``baseline`` alone (see ``radiobone.ablation``), on the same outer
        folds, into ``ablation.csv`` and ``ablation.json``.
    baseline : str, optional
        Column of the simple baseline; default the mean of the original image.
    **roles
        As ``radiobone.cohort.readers.read_cohort`` takes them: ``target``, ``positive``, ``id``, ``groups``,
        ``site``, ``clinical``, ``features``, ``unit``, ``time``, ``external``, ``parent``,
        ``duplicates``.

    Raises
    ------
    TableError, StudyError, SettingError, PathError
        Among them ``OutputTaken`` if ``output`` holds an extraction, before anything is computed.
    """
    path, folder = Path(source), prepare_result_folder(output, inputs=[source])
    spec = with_fusion(
        with_outer(resolve_pipeline(pipeline, task, order, search), outer), blocks, fusion, pool
    )
    controls = Controls(null_control, optimism_meter)
    controls.check(spec)
    if ablation:
        check_can_ablate(spec)
    warn_if_unfinished(path, "extraction")
    cohort = read_cohort(path, **roles, task=spec.task)
    for line in described(cohort):
        say(line)
    beside = wanted_beside(subgroups, bootstrap_optimism, cohort, read_features(path))
    warn_of_table(audit_cohort(cohort), serious=False)
    if ablation:
        baseline_column(
            named_blocks(cohort, spec)[0], baseline
        )  # a wrong name is told before the work begins
    origin = {"command": command, "title": title}
    begin(folder, EVALUATION)
    evaluation = evaluate_cohort(
        cohort,
        spec,
        seed=seed,
        jobs=jobs,
        show_progress=show_progress,
        origin=origin,
        cache=folder / FOLD_CACHE,
        splits=splits,
        controls=controls,
        beside=beside,
    )
    _carry_along(path, folder)
    forget_ablation(folder)
    if ablation:
        compared = ablate(
            cohort, spec, baseline=baseline, seed=seed, jobs=jobs, show_progress=show_progress, splits=splits
        )
        compared.save(folder)
    evaluation.save(folder)
    return evaluation


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
        task=spec.task,
    )  # fmt: skip
    warn_of_table(audit_cohort(cohort), serious=True)
    result = None if evaluated is None else evaluated.result
    return fit_model(cohort, spec, seed=seed, jobs=jobs, evaluated=result)


def load_result(folder: str | Path) -> Result:
    """Read a result folder.

    Raises
    ------
    FileMissing, FileUnreadable
    """
    return Result.load(Path(folder))


def _carry_along(source: Path, folder: Path) -> None:
    """Copy the pictures and cases of an extract folder; what an earlier run left in ``folder`` goes."""
    with writing(folder, "The pictures and cases of the extraction are not all there."):
        _forget(folder)
        if (source / CASES).is_file():
            shutil.copyfile(source / CASES, folder / CASES)
        if (source / PICTURE_INDEX).is_file():
            shutil.copytree(source / PICTURE_INDEX.parent, folder / PICTURE_INDEX.parent, dirs_exist_ok=True)


def _forget(folder: Path) -> None:
    (folder / CASES).unlink(missing_ok=True)
    index = folder / PICTURE_INDEX
    if index.is_file():
        for name in listed_pictures(index):
            (index.parent / name).unlink(missing_ok=True)
        index.unlink()
