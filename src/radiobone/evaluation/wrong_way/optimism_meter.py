"""Optimism meter: what the leaky twin of a pipeline would have reported on the same folds. Never a result."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from radiobone.core.seeds import seed_for
from radiobone.evaluation.chain import Chain, Rows
from radiobone.evaluation.fitting import inner_splits
from radiobone.evaluation.search import EQUAL_DIGITS, Problem, fit_candidate, search
from radiobone.evaluation.search_space import Candidate
from radiobone.evaluation.spec import PipelineSpec
from radiobone.evaluation.splits import Split
from radiobone.evaluation.tasks.registry import TASKS
from radiobone.evaluation.wrong_way.leaky_table import LeakyTable, leaky_folds

IntArray = npt.NDArray[np.int64]
LABEL = "WRONG ON PURPOSE: not a result, not to be reported"


@dataclass(frozen=True, eq=False)
class LeakyRows:
    """Rows of one table on both sides of one fold; every step has seen all of them."""

    X_train: pd.DataFrame
    y_train: npt.NDArray[Any]
    groups_train: npt.NDArray[np.str_]
    X_test: pd.DataFrame
    y_test: npt.NDArray[Any]
    candidates: tuple[Candidate, ...]


def leaky_rows(
    tables: Sequence[LeakyTable], splits: Sequence[Split], *, seed: int
) -> list[tuple[LeakyRows, ...]]:
    """Return, for each fold, the rows of every setting of the steps."""
    parts = [leaky_folds(table, splits, seed=seed) for table in tables]
    return [
        tuple(_rows(table, *folds[number]) for table, folds in zip(tables, parts, strict=True))
        for number in range(len(splits))
    ]


def _rows(table: LeakyTable, train: IntArray, test: IntArray) -> LeakyRows:
    return LeakyRows(
        table.X.iloc[train], table.y[train], table.groups[train], table.X.iloc[test], table.y[test], table.candidates
    )  # fmt: skip


def leaky_fold(settings: Sequence[LeakyRows], split: Split, spec: PipelineSpec, seed: int) -> float | None:
    """Choose setting and model in inner folds as the honest twin does, and score the test rows that the steps have seen.

    Returns
    -------
    float or None
        The task's headline score of the fold; None if it cannot be computed, as the AUC of test rows of one class.
    """
    task = TASKS[spec.task.kind]
    key = ("wrong way", "repeat", split.repeat, "fold", split.fold)
    seeds = {choice.name: seed_for(seed, *key, choice.name) for choice in spec.models}
    best: tuple[float, LeakyRows, Candidate] | None = None
    for rows in settings:
        folds, _ = inner_splits(rows.y_train, rows.groups_train, spec, seed, key, None)
        tried = tuple(replace(candidate, steps={}) for candidate in rows.candidates)
        problem = Problem(rows.X_train, rows.y_train, rows.groups_train, (), tried, seeds, task=task.name)
        found = search(problem, folds, scoring=spec.search.scoring)
        score = round(found.score, EQUAL_DIGITS)
        if best is None or score > best[0]:
            best = (score, rows, found.best)
    if best is None:
        return None
    _, rows, candidate = best
    chain = Chain((), Rows(rows.X_train, rows.y_train, rows.groups_train))
    model = fit_candidate(candidate, chain, seeds[candidate.model])
    return task.headline.of(rows.y_test, task.output(model, rows.X_test))


def meter_entry(
    spec: PipelineSpec,
    splits: Sequence[Split],
    honest: Sequence[float | None],
    wrong: Sequence[float | None],
) -> dict[str, Any]:
    """Put both ways side by side, as plain data for ``metrics.json``; means are of folds that both have."""
    key = TASKS[spec.task.kind].headline.key
    both = [(a, b) for a, b in zip(honest, wrong, strict=True) if a is not None and b is not None]
    mean_honest, mean_wrong = (float(np.mean([pair[k] for pair in both])) if both else None for k in (0, 1))
    return {
        "label": LABEL,
        f"honest_{key}": mean_honest,
        f"wrong_way_{key}": mean_wrong,
        "inflation": None if mean_honest is None or mean_wrong is None else mean_wrong - mean_honest,
        "n_folds": len(both),
        "fitted_on_all_rows": [name for name, step in spec.keyed_steps if not step.resamples],
        "resampled_before_the_split": [name for name, step in spec.keyed_steps if step.resamples],
        "folds": [
            {"repeat": split.repeat, "fold": split.fold, f"honest_{key}": a, f"wrong_way_{key}": b}
            for split, a, b in zip(splits, honest, wrong, strict=True)
        ],
    }
