"""All outer folds of an evaluation, each fitted and explained; finished ones are kept and not done again."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from radiobone.cohort.cohort import Cohort
from radiobone.core.entries import Entries
from radiobone.core.interruption import saying_what_is_kept
from radiobone.evaluation.blocks.resolve import settle_blocks
from radiobone.evaluation.description import describe
from radiobone.evaluation.fold import FoldFit
from radiobone.evaluation.fold_keys import fold_keys
from radiobone.evaluation.nested_cv import (
    FoldTask,
    Plan,
    each_fold,
    fit_fold,
    fold_task,
    jobs_within,
    plan_folds,
)
from radiobone.evaluation.result import Result
from radiobone.evaluation.row_metadata import RawRows
from radiobone.evaluation.spec import PipelineSpec
from radiobone.evaluation.splits.file import SplitSource
from radiobone.evaluation.summary import make_result
from radiobone.explain.explanation import Explanation
from radiobone.explain.over_folds import ExplainedFold, explain_fold, gathered, shap_task
from radiobone.explain.weights import weights_of
from radiobone.workflow.kept_folds import JudgedFold, from_plain, to_plain

ShapTask = tuple[RawRows, RawRows, int]


@dataclass(frozen=True)
class Place:
    """Where one fold is kept: a store and the key in it."""

    store: Entries
    key: str


def judge(
    cohort: Cohort,
    spec: PipelineSpec,
    *,
    seed: int,
    jobs: int,
    show_progress: bool,
    cache: Path | None = None,
    splits: SplitSource | None = None,
    explain: bool = True,
) -> tuple[Result, Explanation | None]:
    """Fit and explain every outer fold.

    Parameters
    ----------
    cohort, spec, seed, jobs, show_progress, splits
        As for ``nested_cv``.
    cache : Path, optional
        Folder where each finished fold is written as soon as it is done, and found by the next run. Folds of
        another table, pipeline, seed or version are not taken, and are removed once all of these are done.

    explain : bool
        Whether to compute SHAP values; None is returned for them if not.

    Raises
    ------
    StudyError, SettingError, RunError
    Interrupted
        If the user stops it and there is a cache.
    """
    cohort, spec = settle_blocks(cohort, spec)
    plan = plan_folds(cohort, spec, seed=seed, splits=splits)
    n_folds = len(plan.splits)
    store = None if cache is None else Entries(cache)
    keys = [] if store is None else fold_keys(cohort, plan.splits, spec, seed)
    places = [None] * n_folds if store is None else [Place(store, key) for key in keys]
    kept = None if store is None else lambda: f"{store.count(keys)} of {n_folds} folds"
    with saying_what_is_kept(kept):
        judged = _all_folds(cohort, spec, plan, places, seed, jobs, show_progress, explain)
        result = make_result(
            cohort, spec, [fold.outcome for fold in judged], plan.findings, seed=seed, pooled=plan.pooled
        )
    if store is not None:
        store.prune(keys)
    result = replace(result, description=describe(cohort, result.selected))
    explained = [fold.explained for fold in judged if fold.explained is not None]
    return result, gathered(explained, spec.task.kind) if explain else None


def _all_folds(
    cohort: Cohort,
    spec: PipelineSpec,
    plan: Plan,
    places: Sequence[Place | None],
    seed: int,
    jobs: int,
    show_progress: bool,
    explain: bool,
) -> list[JudgedFold]:
    folds = [_kept(place, number, plan, cohort, explain) for number, place in enumerate(places)]
    missing = [number for number, fold in enumerate(folds) if fold is None]
    if show_progress and len(missing) < len(folds):
        n_kept = len(folds) - len(missing)
        print(
            f"{n_kept} of {len(folds)} folds are unchanged since the last run and are kept.", file=sys.stderr
        )

    def tasks() -> Iterator[tuple[FoldTask, ShapTask | None, Place | None]]:
        for place, number in enumerate(missing):
            split, within = plan.splits[number], jobs_within(place, len(missing), jobs)
            to_fit = fold_task(cohort, split, spec, seed, jobs=within)
            yield to_fit, shap_task(split, cohort, seed) if explain else None, places[number]

    found = each_fold(judge_fold, tasks(), len(missing), jobs=jobs, show_progress=show_progress)
    done = {n: from_plain(plain, plan.splits[n], cohort) for n, plain in zip(missing, found, strict=True)}
    return [done[number] if fold is None else fold for number, fold in enumerate(folds)]


def _kept(place: Place | None, number: int, plan: Plan, cohort: Cohort, explain: bool) -> JudgedFold | None:
    """Read a finished fold; None if it is not there, or was not explained and is to be."""
    plain = None if place is None else place.store.read(place.key)
    if plain is None:
        return None
    try:
        found = from_plain(plain, plan.splits[number], cohort)
    except (KeyError, TypeError, ValueError):
        return None
    return None if explain and found.explained is None else found


def judge_fold(to_fit: FoldTask, to_explain: ShapTask | None, place: Place | None) -> dict[str, Any]:
    """Fit one outer fold, explain its held-out rows if asked to, keep both at ``place``, and return them as plain data."""
    fit = fit_fold(*to_fit)
    plain = to_plain(fit, None if to_explain is None else _explained(fit, to_fit, to_explain))
    if place is not None:
        place.store.write(place.key, plain)
    return plain


def _explained(fit: FoldFit, to_fit: FoldTask, to_explain: ShapTask) -> ExplainedFold:
    """Explain a fold's held-out rows, and take the weights out of a linear model, whose training rows give their scale."""
    X_train, metadata = to_fit[0], to_fit[9]
    weights = weights_of(fit, RawRows(X_train, metadata))
    return replace(explain_fold(fit, *to_explain), weights=None if weights is None else weights.table(fit))
