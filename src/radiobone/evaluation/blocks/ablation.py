"""What each block of columns adds: every block alone, all together, and one simple column, on the same outer folds."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from radiobone.cohort.cohort import Cohort
from radiobone.cohort.roles import missing_column
from radiobone.core.settings import validate
from radiobone.evaluation.blocks.ablation_table import Ablation, Level, Scores
from radiobone.evaluation.blocks.late import of_block
from radiobone.evaluation.blocks.resolve import columns_of, named_blocks, with_fusion
from radiobone.evaluation.blocks.settings import LateFusion
from radiobone.evaluation.fold import FoldOutcome
from radiobone.evaluation.fold_keys import fold_keys
from radiobone.evaluation.intervals import FOLDS_KEPT
from radiobone.evaluation.kept_work import Pieces
from radiobone.evaluation.nested_cv import FoldTask, fit_fold, fold_task, plan_folds
from radiobone.evaluation.plain_fold import outcome_from_plain, outcome_to_plain
from radiobone.evaluation.pooling import as_patients
from radiobone.evaluation.resampled_t import Comparison, compare_models
from radiobone.evaluation.spec import PipelineSpec
from radiobone.evaluation.splits import Split
from radiobone.evaluation.splits.file import SplitSource
from radiobone.evaluation.summary import predictions_table
from radiobone.evaluation.task_results.registry import TASK_RESULTS
from radiobone.evaluation.tasks.registry import TASKS

BASELINES = ("original_firstorder_Mean", "original_stat_mean")
EARLY, LATE = "all, early fusion", "all, late fusion"


@dataclass(frozen=True, eq=False)
class Variant:
    """One row of the table to come: what is learned from, and how."""

    name: str
    cohort: Cohort
    spec: PipelineSpec


def ablate(
    cohort: Cohort,
    pipeline: PipelineSpec,
    *,
    baseline: str | None = None,
    seed: int = 0,
    jobs: int = 1,
    show_progress: bool = True,
    splits: SplitSource | None = None,
    cache: Path | None = None,
    audit: bool = True,
) -> Ablation:
    """Judge every block alone, all blocks together by early and (of two classes) by late fusion, and the baseline.

    All by the headline of the task: AUC, quadratic kappa or R².

    Parameters
    ----------
    cohort : Cohort
    pipeline : PipelineSpec
        With or without blocks; without, the clinical columns are one and all others another.
    baseline : str, optional
        Column that a regression of its own (logistic, ordinal, linear) is made of; ``"none"`` for none. Default: the mean of the original
        image, where there is one.
    seed, jobs, show_progress, splits
        As for ``nested_cv``.
    cache : Path, optional
        Folder where each finished fold is written as soon as it is done, and found by the next run.
    audit : bool
        Whether to audit the cohort and warn of what is found; not beside an evaluation, which has done so.

    Raises
    ------
    MissingColumn
        If there is no column of the baseline's name.
    StudyError, SettingError
    Interrupted
        If the user stops it and there is a cache.
    """
    cohort, settled = named_blocks(cohort, pipeline)
    column = baseline_column(cohort, baseline)
    variants = _variants(cohort, settled, column)
    plan = plan_folds(cohort, settled, seed=seed, splits=splits, audit=audit)
    pieces = Pieces("Ablation table", folder=cache)
    found = _all_folds(pieces, variants, plan.splits, seed=seed, jobs=jobs, show_progress=show_progress)
    levels: dict[Level, tuple[Cohort, list[list[FoldOutcome]]]] = {"rows": (cohort, found)}
    if plan.pooled and settled.pool is not None:
        pooled = [as_patients(cohort, fits, settled.pool) for fits in found]
        levels["patients"] = (pooled[0][0], [fits for _, fits in pooled])
    return _gathered(variants, levels, has_baseline=column is not None, seed=seed)


def _all_folds(
    pieces: Pieces,
    variants: Sequence[Variant],
    splits: Sequence[Split],
    *,
    seed: int,
    jobs: int,
    show_progress: bool,
) -> list[list[FoldOutcome]]:
    """Fit every outer fold of every variant; a variant's own columns and pipeline are part of its folds' keys."""
    keys = [key for one in variants for key in fold_keys(one.cohort, splits, one.spec, seed)]
    places = list(itertools.product(variants, splits))

    def task(at: int) -> tuple[FoldTask]:
        one, split = places[at]
        return (fold_task(one.cohort, split, one.spec, seed),)

    plain = pieces.done(_outcome, task, keys, jobs=jobs, show_progress=show_progress)
    found = [outcome_from_plain(each, split) for each, (_, split) in zip(plain, places, strict=True)]
    return [found[start : start + len(splits)] for start in range(0, len(places), len(splits))]


def _gathered(
    variants: Sequence[Variant],
    levels: Mapping[Level, tuple[Cohort, list[list[FoldOutcome]]]],
    *,
    has_baseline: bool,
    seed: int,
) -> Ablation:
    """Score and compare the variants at each level."""
    names = [one.name for one in variants]
    whole = EARLY if EARLY in names else names[0]
    against = [names[-1], whole] if has_baseline else [whole]
    scores = {
        level: tuple(_scores(people, fits, seed) for fits in found)
        for level, (people, found) in levels.items()
    }
    return Ablation(
        tuple(names), tuple(one.cohort.X.shape[1] for one in variants), scores,
        {level: _compared(names, scores[level], found[0], against) for level, (_, found) in levels.items()},
        whole, names[-1] if has_baseline else None, TASKS[variants[0].spec.task.kind].headline,
    )  # fmt: skip


def baseline_column(cohort: Cohort, asked: str | None) -> str | None:
    """Return the column of the simple baseline; None if none is asked for, or none is known.

    Raises
    ------
    MissingColumn
        If there is no column of the name that was asked for.
    """
    names = [str(name) for name in cohort.X.columns]
    if asked == "none":
        return None
    if asked is None:
        return next((name for name in BASELINES if name in names), None)
    if asked not in names:
        raise missing_column(asked, names)
    return asked


def _variants(cohort: Cohort, spec: PipelineSpec, baseline: str | None) -> list[Variant]:
    found = [
        Variant(name, columns_of(cohort, block.columns), of_block(spec, name))
        for name, block in spec.blocks.items()
    ]
    if len(found) > 1:
        found.append(Variant(EARLY, cohort, with_fusion(spec, fusion="early")))
    if len(found) > 1 and TASKS[spec.task.kind].fuses_late:
        late = spec.fusion if isinstance(spec.fusion, LateFusion) else LateFusion()
        found.append(Variant(LATE, cohort, with_fusion(spec, fusion=late.model_dump())))
    if baseline is not None:
        found.append(Variant(f"{baseline}, alone", columns_of(cohort, [baseline]), _simple(spec)))
    return found


def _simple(spec: PipelineSpec) -> PipelineSpec:
    """Return the pipeline of one column: no selection, a regression."""
    simple = dict(TASKS[spec.task.kind].simple_model)
    changes = {"steps": ["impute", "scale"], "models": [simple], "blocks": {}, "fusion": "early"}
    return validate(PipelineSpec, {**spec.model_dump(), **changes}, source="baseline")


def _outcome(to_fit: FoldTask) -> dict[str, Any]:
    """Fit one fold, and return what it found as plain data."""
    return outcome_to_plain(fit_fold(*to_fit))


def _scores(cohort: Cohort, fits: Sequence[FoldOutcome], seed: int) -> Scores:
    headline, task = TASKS[cohort.task.kind].headline, TASK_RESULTS[cohort.task.kind]
    found = task.estimates(cohort, fits, predictions_table(cohort, fits), seed, FOLDS_KEPT)
    return Scores(found[headline.key], tuple(headline.of(cohort.y[fit.test], fit.output) for fit in fits))


def _compared(
    names: Sequence[str], scores: Sequence[Scores], fits: Sequence[FoldOutcome], against: Sequence[str]
) -> tuple[Comparison, ...]:
    """Compare every variant with the baseline, and every other with the whole."""
    pairs = [
        (name, other)
        for number, other in enumerate(against)
        for name in names
        if name != other and name not in against[:number]
    ]
    per_fold = {name: one.per_fold for name, one in zip(names, scores, strict=True)}
    n_train, n_test = [len(fit.train) for fit in fits], [len(fit.test) for fit in fits]
    return tuple(compare_models(per_fold, n_train, n_test, pairs=pairs))
