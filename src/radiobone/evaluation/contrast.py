"""Differences between pipelines that were judged on the same outer folds."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import pandas as pd

from radiobone.core.errors import BadSetting, SplitsMismatch
from radiobone.evaluation.estimates import within
from radiobone.evaluation.measure_names import SHOWN
from radiobone.evaluation.resampled_t import compare_models, corrected_t
from radiobone.evaluation.result import Result
from radiobone.evaluation.splits.file import folds_digest
from radiobone.evaluation.task_results.base import FoldMeasure
from radiobone.evaluation.task_results.registry import TASK_RESULTS
from radiobone.evaluation.tasks.registry import TASKS

METHOD = (
    "corrected resampled t over the outer folds (Nadeau and Bengio 2003), two-sided; p values corrected for all pairs by "
    "Holm, and by Benjamini and Hochberg"
)
NOTE = (
    "Few folds of one cohort tell large differences only: no difference found is no proof that there is none. A pipeline "
    "that was chosen because it came out best here is to be judged anew on other patients."
)
KEYS = ["repeat", "fold"]
CONTRAST_FILE = "contrast.json"


def contrast_results(results: Mapping[str, Result], *, metric: str | None = None) -> dict[str, Any]:
    """Compare every pair of results fold by fold, as plain data; the first less the second.

    Parameters
    ----------
    results : dict of str to Result
        Two or more, by the names to be shown.
    metric : str, optional
        One that the task measures in folds; default its headline.

    Raises
    ------
    BadSetting
        If there are fewer than two results, the metric is unknown, or tasks or targets are others.
    SplitsMismatch
        If they were judged on other rows or other folds.
    """
    _check(results)
    first = next(iter(results.values()))
    task = task_of(first)
    name = TASKS[task].headline.key if metric is None else metric
    measure = _measure(first, name)
    folds = pd.DataFrame(first.folds).sort_values(KEYS)
    n_train, n_test = (folds[column].to_numpy() for column in ("n_train", "n_test"))
    scores = {label: fold_scores(result, measure) for label, result in results.items()}
    pairs = compare_models(scores, n_train, n_test)
    return {
        "task": task,
        "metric": name,
        "results": {
            label: _cut(asdict(corrected_t(values, n_train, n_test)), measure)
            for label, values in scores.items()
        },
        "pairs": [asdict(pair) for pair in pairs],
        "n_folds": len(folds),
        "folds_digest": folds_digest(first.splits),
        "method": METHOD,
        "note": NOTE,
    }


def title_of(found: Mapping[str, Any]) -> str:
    """Return what the score of a comparison is called; those of older versions are of two classes."""
    metric = str(found["metric"])
    return SHOWN[found.get("task", "binary")].get(metric, metric)


def task_of(result: Result) -> str:
    """Return the task of a result; those of older versions are of two classes."""
    return str(result.summary.get("task", "binary"))


def _measure(result: Result, metric: str) -> FoldMeasure:
    task = task_of(result)
    known = TASK_RESULTS[task].measures(result.summary)
    if metric not in known:
        raise BadSetting(f"There is no metric '{metric}' for task '{task}'. There are: {', '.join(known)}.")
    return known[metric]


def _cut(one: dict[str, Any], measure: FoldMeasure) -> dict[str, Any]:
    """Cut an interval to the range of the metric."""
    return {**one, **{side: within(measure.limits, one[side]) for side in ("low", "high")}}


def fold_scores(result: Result, measure: FoldMeasure) -> list[float | None]:
    """Score each outer fold, in the order of repeat and fold; None where a fold has no such score."""
    return [measure.of(block) for _, block in result.predictions.groupby(KEYS, sort=True)]


def _check(results: Mapping[str, Result]) -> None:
    if len(results) < 2:
        raise BadSetting("Two results or more are needed to compare. Name another result folder.")
    for name, result in results.items():
        if not result.splits:
            raise SplitsMismatch(
                f"{name} was made by an older version and has no splits.json. Evaluate it again."
            )
    for (name, result), (other, second) in itertools.pairwise(results.items()):
        _check_pair(name, result, other, second)


def _check_pair(name: str, result: Result, other: str, second: Result) -> None:
    if task_of(result) != task_of(second):
        raise BadSetting(
            f"{name} is of task '{task_of(result)}' and {other} of '{task_of(second)}': they have no score in common."
        )
    same = f"Evaluate with the folds of the other: --splits {name}/splits.json."
    if result.splits["digest"] != second.splits["digest"]:
        raise SplitsMismatch(
            f"{name} and {other} are of other rows, or of rows that were grouped otherwise: fold by fold there is nothing to "
            f"compare. Evaluate the same table. {same}"
        )
    if folds_digest(result.splits) != folds_digest(second.splits):
        raise SplitsMismatch(
            f"{name} and {other} were judged on other folds of the same rows, so that a difference could be that of the "
            f"folds. {same}"
        )
    if _labels(result) != _labels(second):
        raise BadSetting(
            f"{name} and {other} have other labels for the same rows (targets '{result.summary['target']}' and "
            f"'{second.summary['target']}'): their figures answer different questions."
        )


def _labels(result: Result) -> dict[str, Any]:
    rows = result.predictions
    return dict(zip(rows["row_id"].astype(str), rows["y"].tolist(), strict=True))
