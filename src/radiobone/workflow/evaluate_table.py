"""A table or an extract folder becomes a result folder."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from radiobone.cohort.readers import read_cohort
from radiobone.core.folder_kinds import EVALUATION, FOLD_CACHE
from radiobone.core.folders import prepare_folder_of
from radiobone.core.output_lock import holds_outputs
from radiobone.core.outputs import writing
from radiobone.core.run_record import begin, warn_if_unfinished
from radiobone.evaluation.audit.tell import warn_of_unknown_patients
from radiobone.evaluation.blocks.ablation import ablate, baseline_column
from radiobone.evaluation.blocks.ablation_table import forget_ablation
from radiobone.evaluation.blocks.resolve import joins_files, named_blocks, with_fusion
from radiobone.evaluation.contrast import CONTRAST_FILE
from radiobone.evaluation.spec import with_outer
from radiobone.evaluation.splits.file import SplitSource
from radiobone.evaluation.subgroups import SubgroupRequest
from radiobone.report.voxel_maps import forget_voxel_maps
from radiobone.workflow.announce import described
from radiobone.workflow.beside import wanted_beside
from radiobone.workflow.controls import Controls
from radiobone.workflow.evaluated import Evaluation
from radiobone.workflow.feature_table import listed_pictures, read_features
from radiobone.workflow.pipelines import PipelineSource, SearchSource, TaskSource, resolve_pipeline
from radiobone.workflow.repeats_beside import with_repeats_beside
from radiobone.workflow.study import evaluate_cohort

CASES = "cases.csv"
ABLATION_STORE = "ablation"
PICTURE_INDEX = Path("pictures") / "index.json"


@holds_outputs
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
    explain: bool = True,
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
    outer, splits, blocks, fusion, pool, null_control, optimism_meter, subgroups, bootstrap_optimism, task, order, search, explain
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
    path, folder = Path(source), prepare_folder_of(EVALUATION, output, inputs=[source])
    spec = with_fusion(
        with_outer(resolve_pipeline(pipeline, task, order, search), outer), blocks, fusion, pool
    )
    spec = with_repeats_beside(spec, path, say)
    controls = Controls(null_control, optimism_meter)
    controls.check(spec)
    warn_if_unfinished(path, "extraction")
    cohort = read_cohort(path, **roles, task=spec.task, more_follow=joins_files(spec))
    for line in described(cohort):
        say(line)
    beside = wanted_beside(subgroups, bootstrap_optimism, cohort, read_features(path))
    warn_of_unknown_patients(cohort)
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
        explain=explain,
    )
    _carry_along(path, folder)
    forget_ablation(folder)
    (folder / CONTRAST_FILE).unlink(missing_ok=True)
    if ablation:
        compared = ablate(
            cohort, spec, baseline=baseline, seed=seed, jobs=jobs, show_progress=show_progress, splits=splits,
            cache=folder / FOLD_CACHE / ABLATION_STORE, audit=False,
        )  # fmt: skip
        compared.save(folder)
    evaluation.save(folder)
    return evaluation


def _carry_along(source: Path, folder: Path) -> None:
    """Copy the pictures and cases of an extract folder; what an earlier run left in ``folder`` goes."""
    with writing(folder, "The pictures and cases of the extraction are not all there."):
        _forget(folder)
        forget_voxel_maps(folder)
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
