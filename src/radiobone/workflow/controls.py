"""Checks of the method itself beside a result: the null control, and on request what the wrong way would have reported."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from radiobone.cohort.cohort import Cohort
from radiobone.core.errors import BadSetting, TooFewPerClass
from radiobone.core.files import content_digest
from radiobone.core.warnings import NullControlDeparts, collected, warn
from radiobone.evaluation.blocks.resolve import settle_blocks
from radiobone.evaluation.fold_keys import fold_keys
from radiobone.evaluation.kept_work import Pieces
from radiobone.evaluation.nested_cv import FoldTask, fit_fold, fold_task, nested_cv
from radiobone.evaluation.null_control import (
    Shuffle,
    check_n_shuffles,
    null_control,
    null_entry,
    null_finding,
    shuffles,
)
from radiobone.evaluation.result import Result
from radiobone.evaluation.spec import PipelineSpec
from radiobone.evaluation.splits import Split
from radiobone.evaluation.splits.file import resolve_splits
from radiobone.evaluation.tasks.registry import TASKS
from radiobone.evaluation.wrong_way.cut import cut_entry
from radiobone.evaluation.wrong_way.leaky_table import leaky_tables
from radiobone.evaluation.wrong_way.optimism_meter import LeakyRows, leaky_fold, leaky_rows, meter_entry
from radiobone.evaluation.wrong_way.patients_apart import patients_apart
from radiobone.evaluation.wrong_way.winner import contest, contest_fold, winner_entry

NULL_STORE, WRONG_STORE, WINNER_STORE = "null_control", "optimism_meter", "optimism_meter_winner"
LEAST_SCORED = 2
NO_SCORE = (
    "The null control compares folds by their {title}, and hardly any outer fold has {several} among its test rows. Use other "
    "folds, or leave --null-control out."
)


@dataclass(frozen=True)
class Controls:
    """Which controls are wanted.

    Attributes
    ----------
    null_shuffles : int or None
        Shuffles of the null control; None for no null control.
    optimism_meter : bool
        Whether to run the leaky twin too.
    """

    null_shuffles: int | None = None
    optimism_meter: bool = False

    def check(self, spec: PipelineSpec) -> None:
        """Refuse what cannot be done, before anything is computed.

        Raises
        ------
        BadSetting
        """
        if self.null_shuffles is not None:
            check_n_shuffles(self.null_shuffles)
        if self.optimism_meter and spec.fusion.kind == "late":
            raise BadSetting(
                "The optimism meter runs the leaky twin of one model, and late fusion has one per block. Use early fusion, or "
                "evaluate a block alone."
            )
        if self.optimism_meter and spec.search.kind == "optuna":
            raise BadSetting(
                "The optimism meter lets the leaky twin try the settings that the honest one tried, and with search 'optuna' "
                "every fold tries others. Say --search grid or random (search= in Python), or leave the meter out."
            )


NO_CONTROLS = Controls()


@dataclass(frozen=True)
class Run:
    """How the controls are run: as the result was, of which they speak."""

    cohort: Cohort
    spec: PipelineSpec
    splits: tuple[Split, ...]
    seed: int
    jobs: int
    show_progress: bool
    cache: Path | None

    def done(
        self,
        title: str,
        name: str,
        work: Callable[..., Any],
        task: Callable[[int], tuple[Any, ...]],
        keys: Sequence[str],
    ) -> list[Any]:
        """Return what a control finds in each fold; finished ones are kept apart from those of the result."""
        pieces = Pieces(title, folder=None if self.cache is None else self.cache / name)
        return pieces.done(work, task, keys, jobs=self.jobs, show_progress=self.show_progress)


def with_controls(
    result: Result,
    cohort: Cohort,
    spec: PipelineSpec,
    wanted: Controls,
    *,
    seed: int,
    jobs: int,
    show_progress: bool,
    cache: Path | None,
    folds_given: bool,
) -> Result:
    """Return the result with its controls in ``summary``; a null that departs from chance is a serious finding.

    Raises
    ------
    StudyError, SettingError, RunError

    Warns
    -----
    NullControlDeparts
    """
    cohort, spec = settle_blocks(cohort, spec)
    splits = resolve_splits(result.splits, cohort) or ()
    run = Run(cohort, spec, splits, seed, jobs, show_progress, cache)
    if wanted.null_shuffles is not None:
        result = _with_null(result, run, wanted.null_shuffles, folds_given)
    if wanted.optimism_meter:
        result = _with_meter(result, run)
    return result


def _with_null(result: Result, run: Run, n_shuffles: int, folds_given: bool) -> Result:
    score = TASKS[run.spec.task.kind].null_score
    in_order = sorted(result.folds, key=lambda fold: (fold["repeat"], fold["fold"]))
    observed = _mean([fold[score.in_folds] for fold in in_order])
    too_few = TooFewPerClass(NO_SCORE.format(title=score.title, several=score.needs))
    if observed is None:
        raise too_few
    drawn = list(shuffles(run.cohort, run.splits, run.spec, n_shuffles, seed=run.seed, fixed=folds_given))
    per_fold = _null_folds(run, drawn)
    means = [mean for mean in map(_mean, per_fold) if mean is not None]
    if len(means) < LEAST_SCORED:
        raise too_few
    found = null_control(observed, means, score)
    finding = null_finding(found)
    told = result.audit if finding is None else [*result.audit, asdict(finding)]
    if finding is not None:
        warn(NullControlDeparts(finding.message), stacklevel=4)
    return replace(result, summary={**result.summary, "null_control": null_entry(found)}, audit=told)


def _null_folds(run: Run, drawn: Sequence[Shuffle]) -> list[list[float | None]]:
    keys = [fold_keys(one.cohort, one.splits, run.spec, one.seed) for one in drawn]
    places = [(number, fold) for number, one in enumerate(drawn) for fold in range(len(one.splits))]

    def task(place: tuple[int, int]) -> tuple[FoldTask, Any]:
        one, split = drawn[place[0]], drawn[place[0]].splits[place[1]]
        return fold_task(one.cohort, split, run.spec, one.seed), one.cohort.y[split.test]

    flat = [keys[number][fold] for number, fold in places]
    title = f"Null control ({len(drawn)} shuffles of the {TASKS[run.spec.task.kind].null_score.shuffled})"
    values = run.done(title, NULL_STORE, null_fold, lambda at: task(places[at]), flat)
    found: list[list[float | None]] = [[] for _ in drawn]
    for (number, _), value in zip(places, values, strict=True):
        found[number].append(value)
    return found


def null_fold(to_fit: FoldTask, y_test: Any) -> float | None:
    """Fit one outer fold of shuffled labels and score its test rows."""
    fitted = fit_fold(*to_fit)
    return TASKS[fitted.task].null_score.of(y_test, fitted.output)


def _with_meter(result: Result, run: Run) -> Result:
    score = TASKS[run.spec.task.kind].headline
    honest = [fold[score.in_folds] for fold in result.folds]
    rows: list[tuple[LeakyRows, ...]] = []

    def task(at: int) -> tuple[tuple[LeakyRows, ...], Split, PipelineSpec, int]:
        if not rows:
            rows.extend(
                leaky_rows(list(leaky_tables(run.cohort, run.spec, seed=run.seed)), run.splits, seed=run.seed)
            )
        return rows[at], run.splits[at], run.spec, run.seed

    title = "Optimism meter (the wrong way, for comparison)"
    wrong = run.done(title, WRONG_STORE, leaky_fold, task, _keys_of(run, "wrong way"))
    entry = meter_entry(run.spec, run.splits, honest, wrong)
    more = {"winner": _winner(run, honest), "threshold": _cut(result, run)}
    entry |= {name: found for name, found in more.items() if found is not None}
    return replace(result, summary={**result.summary, "optimism_meter": entry})


def _keys_of(run: Run, name: str) -> list[str]:
    return [content_digest([name, key]) for key in fold_keys(run.cohort, run.splits, run.spec, run.seed)]


def _winner(run: Run, honest: Sequence[float | None]) -> dict[str, Any] | None:
    problem = contest(run.cohort, run.spec, seed=run.seed)
    if len(problem.candidates) < 2:
        return None
    title = "Optimism meter (the best on the test rows, for comparison)"
    scores = run.done(
        title, WINNER_STORE, contest_fold, lambda at: (problem, run.splits[at]), _keys_of(run, "winner")
    )
    return winner_entry(problem, honest, scores)


def _cut(result: Result, run: Run) -> dict[str, Any] | None:
    return cut_entry(result.predictions, run.spec.threshold) if run.spec.task.kind == "binary" else None


def score_with_patients_apart(cohort: Cohort, spec: PipelineSpec, *, seed: int, jobs: int) -> float | None:
    """Return the headline score that folds of rows would have reported, patients on both sides. Never a result."""
    with collected():  # what the audit says was said of the honest folds
        run = nested_cv(patients_apart(cohort), spec, seed=seed, jobs=jobs, show_progress=False)
    return run.result.metrics[TASKS[spec.task.kind].headline.key].mean


def _mean(values: Sequence[float | None]) -> float | None:
    there = [value for value in values if value is not None]
    return float(np.mean(there)) if there else None
