"""A threshold chosen on the test rows that it is reported on: wrong on purpose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from radiobone.evaluation.measure_names import AT_THRESHOLD
from radiobone.evaluation.metrics import METRICS, Scored
from radiobone.evaluation.threshold import AnyThreshold, FixedThreshold, choose_threshold


def cut_entry(predictions: pd.DataFrame, rule: AnyThreshold | None) -> dict[str, Any] | None:
    """Judge held-out probabilities by the threshold of inner folds, and by one that the same rule chose on the test rows.

    Parameters
    ----------
    predictions : pandas.DataFrame
        Of the honest folds: ``repeat``, ``fold``, ``y``, ``probability``, ``predicted``.
    rule : Threshold or None
        The pipeline's.

    Returns
    -------
    dict or None
        Means over folds with both classes, as plain data for ``metrics.json``; None where the rule chooses nothing, or there is
        no such fold.
    """
    if rule is None or isinstance(rule, FixedThreshold):
        return None
    pairs = [
        _both_ways(fold, rule)
        for _, fold in predictions.groupby(["repeat", "fold"])
        if fold["y"].nunique() == 2
    ]
    if not pairs:
        return None
    means = {
        f"{way}_{name}": float(np.mean([pair[place][name] for pair in pairs]))
        for place, way in enumerate(("honest", "wrong_way"))
        for name in AT_THRESHOLD
    }
    return {**means, "n_folds": len(pairs), "rule": rule.kind}


def _both_ways(fold: pd.DataFrame, rule: AnyThreshold) -> tuple[Mapping[str, float], Mapping[str, float]]:
    y, probability = fold["y"].to_numpy(dtype=np.int64), fold["probability"].to_numpy(dtype=np.float64)
    chosen = (probability >= choose_threshold(probability, y, rule)).astype(np.int64)
    ways = (Scored(y, probability, called) for called in (fold["predicted"].to_numpy(), chosen))
    honest, wrong = ({name: float(METRICS[name](way) or 0.0) for name in AT_THRESHOLD} for way in ways)
    return honest, wrong
