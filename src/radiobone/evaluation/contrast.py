"""Differences between pipelines that were judged on the same outer folds."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd

from radiobone.core.errors import BadSetting, SplitsMismatch
from radiobone.evaluation.estimates import within
from radiobone.evaluation.metrics import LOWEST, METRICS, Scored
from radiobone.evaluation.resampled_t import compare_models, corrected_t
from radiobone.evaluation.result import Result
from radiobone.evaluation.splits.file import folds_digest

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


def contrast_results(results: Mapping[str, Result], *, metric: str = "auc") -> dict[str, Any]:
    """Compare every pair of results fold by fold, as plain data; the first less the second.

    Parameters
    ----------
    results : dict of str to Result
        Two or more, by the names to be shown.
    metric : str
        One of ``METRICS``.

    Raises
    ------
    BadSetting
        If there are fewer than two results, the metric is unknown, or targets are others, or not of two classes.
    SplitsMismatch
        If they were judged on other rows or other folds.
    """
    _check(results, metric)
    first = next(iter(results.values()))
    folds = pd.DataFrame(first.folds).sort_values(KEYS)
    n_train, n_test = (folds[name].to_numpy() for name in ("n_train", "n_test"))
    scores = {name: fold_scores(result, metric) for name, result in results.items()}
    pairs = compare_models(scores, n_train, n_test)
    return {
        "metric": metric,
        "results": {
            name: _cut(asdict(corrected_t(values, n_train, n_test)), metric)
            for name, values in scores.items()
        },
        "pairs": [asdict(pair) for pair in pairs],
        "n_folds": len(folds),
        "folds_digest": folds_digest(first.splits),
        "method": METHOD,
        "note": NOTE,
    }


def _cut(one: dict[str, Any], metric: str) -> dict[str, Any]:
    """Cut an interval to the range of the metric."""
    limits = (LOWEST.get(metric, 0.0), 1.0)
    return {**one, **{side: within(limits, one[side]) for side in ("low", "high")}}


def fold_scores(result: Result, metric: str) -> list[float | None]:
    """Score each outer fold, in the order of repeat and fold; None where a fold has no such score."""
    blocks = result.predictions.groupby(KEYS, sort=True)
    return [METRICS[metric](_scored(block)) for _, block in blocks]


def _scored(block: pd.DataFrame) -> Scored:
    return Scored(
        block["y"].to_numpy(np.int64),
        block["probability"].to_numpy(float),
        block["predicted"].to_numpy(np.int64),
    )


def _check(results: Mapping[str, Result], metric: str) -> None:
    if len(results) < 2:
        raise BadSetting("Two results or more are needed to compare. Name another result folder.")
    if metric not in METRICS:
        raise BadSetting(f"There is no metric '{metric}'. There are: {', '.join(METRICS)}.")
    for name, result in results.items():
        if result.summary.get("task", "binary") != "binary":
            raise BadSetting(
                f"{name} predicts '{result.summary['task']}', and metrics of two classes are compared."
            )
        if not result.splits:
            raise SplitsMismatch(
                f"{name} was made by an older version and has no splits.json. Evaluate it again."
            )
    for (name, result), (other, second) in itertools.pairwise(results.items()):
        _check_pair(name, result, other, second)


def _check_pair(name: str, result: Result, other: str, second: Result) -> None:
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
    if _classes(result) != _classes(second):
        raise BadSetting(
            f"{name} and {other} have other classes for the same rows (targets '{result.summary['target']}' and "
            f"'{second.summary['target']}'): their figures answer different questions."
        )


def _classes(result: Result) -> dict[str, int]:
    rows = result.predictions
    return dict(zip(rows["row_id"].astype(str), rows["y"].astype(int), strict=True))
